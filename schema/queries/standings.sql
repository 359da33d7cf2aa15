-- Standings: how attendees stand, looked at again (functions/3_stand).

-- A plain look-up over all workspaces; each is then served by itself.
-- name: standings_noted :rows repeatable
SELECT w.workspace_id FROM workspaces w WHERE EXISTS (SELECT FROM standings_noted n WHERE n.workspace_id = w.workspace_id) ORDER BY w.workspace_id;

-- name: standings_again :row repeatable
SELECT stand_noted($1, $2) AS done;
