-- Events: webhook deliveries as received, and what became of each.

-- Repeatable, because the delivery key makes the second try a duplicate.
-- name: events_ingest :row repeatable
SELECT outcome, uncertain::text FROM ingest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12);

-- name: events_keep_failed :row repeatable
INSERT INTO webhook_events AS old
       (workspace_id, connection_id, delivery_key, source, trigger, uid, number, happened_at, received_at, body, error,
        status, next_try_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'failed', now() + interval '1 minute')
    ON CONFLICT (workspace_id, delivery_key) DO UPDATE SET error = CASE WHEN old.status = 'failed' THEN excluded.error ELSE old.error END
RETURNING status;

-- Plain look-ups over all workspaces; each is then served by itself.
-- name: events_waiting :rows repeatable
SELECT DISTINCT workspace_id FROM webhook_events WHERE status = 'failed' AND next_try_at <= now();

-- name: events_due :rows repeatable
SELECT event_id, workspace_id, connection_id, source, trigger, uid, number, happened_at, received_at, status, error, attempts, body
  FROM webhook_events WHERE workspace_id = $1 AND status = 'failed' AND next_try_at <= now() ORDER BY event_id LIMIT $2;

-- name: events_apply :row repeatable
SELECT apply_event($1, $2, $3, $4) AS applied;

-- name: events_put_off :none repeatable
UPDATE webhook_events
   SET attempts = least(attempts + 1, 32000), error = $3, status = CASE WHEN $5::boolean THEN 'dead' ELSE 'failed' END,
       next_try_at = CASE WHEN $5 THEN NULL ELSE now() + make_interval(secs => $4::float8) END
 WHERE workspace_id = $1 AND event_id = $2;

-- name: events_retry :rows
UPDATE webhook_events SET status = 'failed', next_try_at = now()
 WHERE workspace_id = $1 AND status IN ('failed', 'dead') AND ($2::bigint IS NULL OR event_id = $2) RETURNING event_id;

-- Newest first.
-- name: events_list :rows repeatable
SELECT event_id, workspace_id, connection_id, source, trigger, uid, number, happened_at, received_at, status, error, attempts
  FROM webhook_events
 WHERE workspace_id = $1 AND ($2::text IS NULL OR status = $2) AND ($3::text IS NULL OR trigger = $3)
   AND ($4::text IS NULL OR uid = $4) AND ($5::text IS NULL OR received_at >= $5::timestamptz)
   AND ($6::text IS NULL OR received_at < $6::timestamptz)
 ORDER BY event_id DESC LIMIT $7;

-- name: events_find :row_or_none repeatable
SELECT event_id, workspace_id, connection_id, source, trigger, uid, number, happened_at, received_at, status, error, attempts, body
  FROM webhook_events WHERE workspace_id = $1 AND event_id = $2;

-- name: replay_lock :row
SELECT replay_lock()::text AS nothing;

-- name: replay_related :row repeatable
SELECT jsonb_agg(uid ORDER BY uid)::text AS uids FROM related_bookings($1, $2);

-- name: replay_begin :row
SELECT replay_begin($1, $2)::text AS nothing;

-- What was applied, in order of arrival, after $3. With $2 only events of these bookings, which may be named by number.
-- name: replay_events :rows
SELECT event_id, workspace_id, connection_id, source, trigger, uid, number, happened_at, received_at, status, error, attempts, body
  FROM webhook_events e
 WHERE workspace_id = $1 AND status IN ('processed', 'ignored') AND event_id > $3
   AND ($2::jsonb IS NULL OR uid IN (SELECT jsonb_array_elements_text($2))
        OR (uid IS NULL AND EXISTS (SELECT FROM bookings_before b
                                     WHERE b.workspace_id = $1 AND b.connection_id = e.connection_id AND b.number = e.number)))
 ORDER BY event_id LIMIT $4;

-- name: replay_event :row
SELECT replay_event($1, $2, $3, $4)::text AS nothing;

-- name: replay_end :rows
SELECT table_name, appeared, vanished FROM replay_end($1, $2);
