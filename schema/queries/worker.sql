-- Worker: one at work per database, and what its clock tells.

-- Held by the session until it ends; asking again does not take it twice.
-- name: worker_lock :row
SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid() AND objid = 7487769 AND granted)
       OR pg_try_advisory_lock(7487769) AS held;

-- Meetings that are over and nobody told of it. The grace time also runs from when the booking was heard of, so that news that come
-- late are not overtaken by a presumption. The name of a booking that is known by number only is not for events.
-- name: worker_unended :rows repeatable
SELECT b.workspace_id, b.connection_id, CASE WHEN b.uid NOT LIKE 'number:%' THEN b.uid END AS uid, b.number, (b.schedule).ends_at
  FROM workspaces w JOIN bookings b ON b.workspace_id = w.workspace_id
 WHERE w.attendance = 'presume' AND b.status = 'accepted' AND (b.ended_at IS NULL OR b.ended_at < (b.schedule).ends_at)
   AND (b.schedule).ends_at < now() - make_interval(mins => $1::int) AND b.heard_at < now() - make_interval(mins => $1::int)
 ORDER BY b.workspace_id, (b.schedule).ends_at LIMIT $2;
