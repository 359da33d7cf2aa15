-- Fold: what changed becomes counts (functions/5_fold).

-- A plain look-up over all workspaces; each is then served by itself.
-- name: fold_waiting :rows repeatable
SELECT w.workspace_id FROM workspaces w
 WHERE EXISTS (SELECT FROM standing_changes c WHERE c.workspace_id = w.workspace_id) ORDER BY w.workspace_id;

-- name: fold_some :row repeatable
SELECT folded, waiting FROM fold($1, 0, $2);

-- name: fold_all :row
SELECT fold_all($1)::text AS nothing;
