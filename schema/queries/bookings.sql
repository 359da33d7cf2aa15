-- Bookings: the report of every booking, row by row and summed up. Parameters of both: $1 workspace, $2 matched only, $3 campaign,
-- $4 status, $5 showed, $6 from, $7 to, $8 email_key, $9 mailbox_key, $10 as of.

-- Newest first. $11 to $13: the last row of the page before.
-- name: bookings_page :rows repeatable
SELECT p.*
  FROM (SELECT timezone AS zone FROM workspaces WHERE workspace_id = $1::bigint) w
 CROSS JOIN LATERAL bookings_page($1, $2, $3, $4, $5, window_bound($6, w.zone, false), window_bound($7, w.zone, true), $8,
       CASE WHEN $8::text IS NOT NULL THEN leads_of_address($1, $8, $9) END, window_bound($10, w.zone, true), $11, $12, $13, $14) p;

-- name: bookings_summary :row repeatable
SELECT s.*
  FROM (SELECT timezone AS zone FROM workspaces WHERE workspace_id = $1::bigint) w
 CROSS JOIN LATERAL bookings_summary($1, $2, $3, $4, $5, window_bound($6, w.zone, false), window_bound($7, w.zone, true), $8,
       CASE WHEN $8::text IS NOT NULL THEN leads_of_address($1, $8, $9) END, window_bound($10, w.zone, true)) s;
