-- Schema: which migrations, functions and roles the database has.

-- Two migrations at once would both find nothing done.
-- name: schema_lock :row
SELECT true AS locked FROM (SELECT pg_advisory_xact_lock(7487768)) AS l;

-- name: schema_applied :rows
SELECT name, checksum FROM schema_migrations;

-- name: schema_note :none
INSERT INTO schema_migrations (name, checksum) VALUES ($1, $2)
    ON CONFLICT (name) DO UPDATE SET checksum = excluded.checksum, applied_at = now();
