-- Workspaces: the clients of the team, each the owner of all its rows.

-- name: workspaces_put :row
INSERT INTO workspaces (name, timezone, attendance) VALUES ($1, $2, $3) RETURNING workspace_id;

-- name: workspaces_list :rows repeatable
SELECT workspace_id, name, timezone, attendance, created_at FROM workspaces ORDER BY workspace_id;

-- name: workspaces_find :row_or_none repeatable
SELECT workspace_id, name, timezone, attendance, created_at FROM workspaces WHERE workspace_id = $1;

-- The view knows those that are newer than the table.
-- name: workspaces_timezone_exists :row repeatable
SELECT EXISTS (SELECT FROM timezones WHERE name = $1) OR EXISTS (SELECT FROM pg_timezone_names WHERE name = $1) AS found;
