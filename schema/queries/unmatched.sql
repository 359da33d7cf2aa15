-- Unmatched: attendees that are no lead yet.

-- Bookings with an attendee whose lead has turned up since: by the address, also of those whom a person dismissed before, or by the
-- reference of the booking link. Of all workspaces, a plain look-up.
-- name: unmatched_matchable :rows repeatable
SELECT a.workspace_id, a.uid
  FROM (SELECT workspace_id, uid, email_key FROM unmatched_bookings
         UNION ALL
        SELECT workspace_id, uid, email_key FROM match_decisions WHERE kind = 'dismiss') u
  JOIN attendees a ON a.workspace_id = u.workspace_id AND a.uid = u.uid AND a.email_key = u.email_key
 WHERE a.lead_id IS NULL AND (lead_of_address(u.workspace_id, u.email_key, a.mailbox_key, a.shared)).lead_id IS NOT NULL
 UNION
SELECT r.workspace_id, r.uid
  FROM attendees r
  JOIN leads l ON l.workspace_id = r.workspace_id AND l.lead_id = (r.reference).lead_id
 WHERE r.reference IS NOT NULL AND r.match_method IS DISTINCT FROM 'tracked_link'
   AND NOT EXISTS (SELECT FROM match_decisions d
                    WHERE d.workspace_id = r.workspace_id AND d.email_key = r.email_key AND d.uid = r.uid AND d.kind = 'link')
 ORDER BY 1, 2 LIMIT $1;

-- Held as whoever matches holds it.
-- name: unmatched_match :row_or_none repeatable
SELECT settle_all($1, ARRAY[uid])::text AS nothing FROM (SELECT uid FROM bookings WHERE workspace_id = $1 AND uid = $2 FOR UPDATE) b;
