-- Unmatched: attendees that are no lead yet.

-- Bookings with an attendee whose lead has turned up since; of all workspaces, a plain look-up.
-- name: unmatched_matchable :rows repeatable
SELECT DISTINCT u.workspace_id, u.uid
  FROM unmatched_bookings u
  JOIN attendees a ON a.workspace_id = u.workspace_id AND a.uid = u.uid AND a.email_key = u.email_key
 CROSS JOIN LATERAL lead_of_address(u.workspace_id, u.email_key, u.mailbox_key, a.shared) l
 ORDER BY u.workspace_id, u.uid LIMIT $1;

-- name: unmatched_match :row repeatable
SELECT stand($1, settle($1, $2), now())::text AS nothing;
