-- Health: questions that show whether the database answers and what waits for a person.

-- name: health_counts :row repeatable
SELECT (SELECT count(*) FROM webhook_events WHERE status = 'failed') AS failed,
       (SELECT count(*) FROM webhook_events WHERE status = 'dead') AS dead;
