-- Bookings: the report of every booking, row by row and summed up.

-- Newest first. $9 to $11: the last row of the page before; $12: null for all.
-- name: bookings_page :rows repeatable
SELECT * FROM booking_rows($1, $2, $3, $4, $5, $6, $7, $8)
 WHERE $9::timestamptz IS NULL OR (booked_at, uid, email_key) < ($9::timestamptz, $10::text, $11::text)
 ORDER BY booked_at DESC, uid DESC, email_key DESC LIMIT $12::bigint;

-- The whole filtered set. `unmatched` counts what the filter on leads hides.
-- name: bookings_summary :row repeatable
SELECT count(*) FILTER (WHERE lead_id IS NOT NULL OR NOT $2::boolean)                                  AS total_bookings,
       count(*) FILTER (WHERE (lead_id IS NOT NULL OR NOT $2) AND status = 'accepted')                 AS booked,
       count(*) FILTER (WHERE (lead_id IS NOT NULL OR NOT $2) AND status = 'accepted' AND showed)      AS total_shows,
       count(*) FILTER (WHERE (lead_id IS NOT NULL OR NOT $2) AND status = 'accepted' AND NOT showed)  AS total_no_shows,
       count(*) FILTER (WHERE (lead_id IS NOT NULL OR NOT $2) AND status = 'accepted' AND showed IS NULL) AS pending_meetings,
       count(*) FILTER (WHERE lead_id IS NULL)                                                         AS unmatched
  FROM booking_rows($1, false, $3, $4, $5, $6, $7, $8);
