-- Events: webhook deliveries as received, and what became of each.

-- Repeatable, because the delivery key makes the second try a duplicate.
-- name: events_ingest :row repeatable
SELECT ingest($1, $2, $3, $4, $5, $6, $7, $8, $9) AS outcome;

-- name: events_keep_failed :row repeatable
INSERT INTO webhook_events AS old
       (workspace_id, connection_id, delivery_key, trigger, uid, happened_at, body, error, status, next_try_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'failed', now() + interval '1 minute')
    ON CONFLICT (workspace_id, delivery_key) DO UPDATE SET error = CASE WHEN old.status = 'failed' THEN excluded.error ELSE old.error END
RETURNING status;
