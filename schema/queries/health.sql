-- Health: questions that show whether the database answers and what waits for a person.

-- name: health_counts :row repeatable
SELECT (SELECT count(*) FROM webhook_events WHERE status = 'failed') AS failed,
       (SELECT count(*) FROM webhook_events WHERE status = 'dead') AS dead,
       (SELECT min(received_at) FROM webhook_events WHERE status = 'failed') AS oldest_failed_at,
       EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = 7487769 AND granted) AS worker_active;
