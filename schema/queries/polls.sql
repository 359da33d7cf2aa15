-- Polls: what is known already of the rows of Cal.com's list, and what the list should have shown.

-- Of each row of the page ($3: objects of place, uid, number) the two newest events, newest first. A reading by another connection
-- of the workspace tells nothing new to this one.
-- name: polls_newest :rows repeatable
SELECT r.place, e.event_id, e.polled, e.delivery_key, e.happened_at
  FROM jsonb_to_recordset($3::jsonb) AS r (place bigint, uid text, number bigint)
 CROSS JOIN LATERAL (
       SELECT x.*
         FROM ((SELECT w.event_id, w.source = 'poll' AS polled, w.delivery_key, w.happened_at FROM webhook_events w
                 WHERE w.workspace_id = $1 AND w.uid = r.uid AND (w.source <> 'poll' OR w.connection_id = $2)
                 ORDER BY w.event_id DESC LIMIT 2)
                UNION ALL
               (SELECT n.event_id, n.source = 'poll', n.delivery_key, n.happened_at FROM webhook_events n
                 WHERE n.workspace_id = $1 AND n.connection_id = $2 AND n.uid IS NULL AND n.number = r.number
                 ORDER BY n.event_id DESC LIMIT 2)) x
        ORDER BY x.event_id DESC LIMIT 2) e
 ORDER BY r.place, e.event_id DESC;

-- Bookings that stand here, are the connection's, begin in [$3, $4) and end by $5, and are not among those shown ($6: uids); after
-- the uid $7. Those known by number only cannot be asked for. One that the API never showed counts only if it showed others that
-- webhooks told of: a key of another account knows none of them, and must not cancel them all.
-- name: polls_missing :rows repeatable
SELECT b.uid
  FROM bookings b
 WHERE b.workspace_id = $1 AND b.connection_id = $2 AND b.status IN ('accepted', 'pending')
   AND (b.schedule).starts_at >= $3::timestamptz AND (b.schedule).starts_at < $4::timestamptz AND (b.schedule).ends_at <= $5::timestamptz
   AND b.uid NOT LIKE 'number:%' AND b.uid > $7 AND NOT $6::jsonb ? b.uid
   AND (b.shown_at IS NOT NULL OR EXISTS (
       SELECT FROM (SELECT e.uid FROM webhook_events e
                     WHERE e.workspace_id = $1 AND e.connection_id = $2 AND e.source = 'webhook' ORDER BY e.event_id DESC LIMIT 500) told
         JOIN bookings o ON o.workspace_id = $1 AND o.uid = told.uid AND o.shown_at IS NOT NULL))
 ORDER BY b.uid LIMIT $8;
