-- Reviews: attendees that a person may decide about, and what was decided.

-- Newest first. $2 to $4: the last row of the page before.
-- name: reviews_page :rows repeatable
SELECT a.workspace_id, a.uid, a.email_key, (a.person).email, (a.person).name, (a.person).phone, (a.person).company,
       (a.person).timezone, (a.person).notes, (b.schedule).title, b.booked_at, '' AS inputs,
       u.since, a.status, (b.schedule).starts_at, coalesce((b.schedule).event_type, (b.schedule).title) AS event_type
  FROM unmatched_bookings u
  JOIN attendees a ON a.workspace_id = $1 AND a.uid = u.uid AND a.email_key = u.email_key
  JOIN bookings b ON b.workspace_id = $1 AND b.uid = u.uid
 WHERE u.workspace_id = $1 AND ($2::timestamptz IS NULL OR (u.since, u.uid, u.email_key) < ($2, $3, $4))
 ORDER BY u.since DESC, u.uid DESC, u.email_key DESC LIMIT $5;

-- name: reviews_count :row repeatable
SELECT count(*) FROM unmatched_bookings WHERE workspace_id = $1;

-- name: reviews_of_booking :rows repeatable
SELECT email_key FROM attendees WHERE workspace_id = $1 AND uid = $2 ORDER BY email_key;

-- name: reviews_decide :row repeatable
SELECT decide_match($1, $2, $3, $4, $5, $6) AS outcome;

-- name: reviews_standing :row_or_none repeatable
SELECT a.lead_id, a.match_method, a.match_probability, a.match_because, d.kind AS decision
  FROM attendees a
  LEFT JOIN match_decisions d ON d.workspace_id = $1 AND d.email_key = a.email_key AND d.uid = a.uid
 WHERE a.workspace_id = $1 AND a.uid = $2 AND a.email_key = $3;
