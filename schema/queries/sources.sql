-- Sources: systems that are asked by their API, their access, and how far the rounds got.

-- What turnout connection says of access to an API. Another key may be another's, so what is known of the old one is forgotten but
-- for the account, which is held against it.
-- name: sources_put :row_or_none
WITH changed AS (
    UPDATE connections SET api_key = coalesce($3, api_key), api_base = coalesce($4, api_base), api_version = coalesce($5, api_version)
     WHERE workspace_id = $1 AND connection_id = $2 AND coalesce($3, api_key) IS NOT NULL
    RETURNING workspace_id, connection_id)
INSERT INTO source_syncs AS s (workspace_id, connection_id) SELECT workspace_id, connection_id FROM changed
ON CONFLICT (workspace_id, connection_id) DO UPDATE
   SET next_at = now(), quiet_until = NULL, failures = 0, error_code = NULL, error = NULL
 WHERE s.workspace_id = $1
RETURNING connection_id;

-- name: sources_find :row_or_none repeatable
SELECT c.workspace_id, c.connection_id, c.kind, c.name, c.api_base, c.api_version, c.api_key, s.account, s.mark::text AS mark, w.timezone,
       s.failures, s.succeeded_at, s.started_at, s.ended_at, s.quiet_until
  FROM connections c JOIN workspaces w ON w.workspace_id = c.workspace_id
  JOIN source_syncs s ON s.workspace_id = c.workspace_id AND s.connection_id = c.connection_id
 WHERE c.workspace_id = $1 AND c.connection_id = $2 AND c.active AND c.api_key IS NOT NULL;

-- name: sources_of_kind :rows repeatable
SELECT connection_id FROM connections
 WHERE workspace_id = $1 AND kind = $2 AND active AND api_key IS NOT NULL ORDER BY connection_id;

-- Held by the session until it ends. A class of its own, so that it is not taken for the worker's.
-- name: sources_lock :row
SELECT pg_try_advisory_lock(7487770, hashint8($1)) AS held;

-- name: sources_unlock :row
SELECT pg_advisory_unlock(7487770, hashint8($1)) AS held;

-- Which rounds are due, taken by whoever asks: the next one finds them begun. Should the round's process die before it can say so,
-- the next try comes after a pause all the same. Who asks for a round need not wait for the end of a pause, but for what the source
-- asked for.
-- name: sources_due :rows
WITH due AS (
    SELECT s.workspace_id, s.connection_id, s.started_at, s.next_at
      FROM source_syncs s JOIN connections c ON c.workspace_id = s.workspace_id AND c.connection_id = s.connection_id
     WHERE c.active AND c.api_key IS NOT NULL
       AND (s.next_at <= now() OR s.asked_at > coalesce(s.started_at, '-infinity')) AND coalesce(s.quiet_until <= now(), true)
       AND NOT EXISTS (SELECT FROM pg_locks l JOIN pg_database d ON d.oid = l.database
                        WHERE d.datname = current_database() AND l.locktype = 'advisory' AND l.objsubid = 2
                          AND l.classid = 7487770 AND l.objid::bigint = hashint8(s.connection_id)::bigint & 4294967295)
     ORDER BY s.next_at LIMIT $1)
UPDATE source_syncs s SET started_at = clock_timestamp(), next_at = now() + make_interval(secs => $2::bigint / 1000.0)
  FROM due WHERE s.workspace_id = due.workspace_id AND s.connection_id = due.connection_id
   -- Not when a round from elsewhere began meanwhile, which would take itself for overtaken, nor when one ended, between the look at
   -- the row and that at the lock: its pause holds.
   AND (s.started_at, s.next_at) IS NOT DISTINCT FROM (due.started_at, due.next_at)
RETURNING s.workspace_id, s.connection_id;

-- name: sources_begin :row
UPDATE source_syncs
   SET started_at = clock_timestamp(), next_at = now() + make_interval(secs => $3::bigint / 1000.0),
       phase = '', done = 0, total = NULL, seen = 0, applied = 0, corrected = 0, refused = 0
 WHERE workspace_id = $1 AND connection_id = $2
RETURNING started_at;

-- None: another round has begun since.
-- name: sources_keep :row_or_none
UPDATE source_syncs
   SET mark = $4::jsonb, phase = $5, done = $6, total = $7, seen = $8, applied = $9, corrected = $10, refused = $11
 WHERE workspace_id = $1 AND connection_id = $2 AND started_at = $3
RETURNING connection_id;

-- name: sources_analyze :row
SELECT true AS looked FROM (SELECT analyze_grown()) AS l;

-- name: sources_claim_account :row repeatable
UPDATE source_syncs SET account = coalesce(account, $3) WHERE workspace_id = $1 AND connection_id = $2 RETURNING account;

-- Without an error ($4) it was whole.
-- name: sources_end :row_or_none
UPDATE source_syncs
   SET ended_at = clock_timestamp(),
       succeeded_at = CASE WHEN $4::text IS NULL THEN clock_timestamp() ELSE succeeded_at END,
       failures = CASE WHEN $4 IS NULL THEN 0 ELSE failures + 1 END,
       error_code = $4, error = $5, remark = $6,
       next_at = now() + make_interval(secs => $7::bigint / 1000.0),
       quiet_until = now() + make_interval(secs => nullif($8::bigint, 0) / 1000.0)
 WHERE workspace_id = $1 AND connection_id = $2 AND started_at = $3
RETURNING connection_id;

-- It was stopped amid: nothing went wrong, and the next goes on from the mark.
-- name: sources_interrupt :none
UPDATE source_syncs SET ended_at = clock_timestamp(), next_at = now()
 WHERE workspace_id = $1 AND connection_id = $2 AND started_at = $3;

-- name: sources_ask :rows
UPDATE source_syncs s SET asked_at = now()
  FROM connections c
 WHERE s.workspace_id = $1 AND c.workspace_id = $1 AND c.connection_id = s.connection_id AND c.active AND c.api_key IS NOT NULL
   AND coalesce(s.asked_at < now() - make_interval(secs => $2::bigint / 1000.0), true)
RETURNING s.connection_id;

-- Of one workspace, $1 = $2, or of a range of them: that is planned once, unlike a parameter that may be null.
-- name: sources_states :rows repeatable
SELECT c.workspace_id, c.connection_id, c.kind, c.name, s.asked_at, s.started_at, s.ended_at, s.succeeded_at, s.next_at, s.quiet_until,
       s.failures, s.error_code, s.error, s.remark, s.phase, s.done, s.total, s.seen, s.applied, s.corrected, s.refused,
       s.started_at > coalesce(s.ended_at, '-infinity')
       AND EXISTS (SELECT FROM pg_locks l JOIN pg_database d ON d.oid = l.database
                    WHERE d.datname = current_database() AND l.locktype = 'advisory' AND l.objsubid = 2
                      AND l.classid = 7487770 AND l.objid::bigint = hashint8(s.connection_id)::bigint & 4294967295) AS running
  FROM source_syncs s JOIN connections c ON c.workspace_id = s.workspace_id AND c.connection_id = s.connection_id
 WHERE s.workspace_id BETWEEN $1 AND $2 AND c.active AND c.api_key IS NOT NULL
 ORDER BY c.connection_id LIMIT 100;
