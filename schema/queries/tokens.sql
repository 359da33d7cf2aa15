-- Tokens: who may read or write what. Known by digest only.

-- name: tokens_put :row
INSERT INTO tokens (workspace_id, name, digest, may_write, expires_at)
VALUES ($1, $2, $3, $4, now() + make_interval(days => $5::int)) RETURNING token_id;

-- name: tokens_list :rows repeatable
SELECT token_id, workspace_id, name, may_write, expires_at, revoked_at, created_at FROM tokens
 WHERE $1::bigint IS NULL OR workspace_id = $1 ORDER BY token_id;

-- name: tokens_revoke :row_or_none
UPDATE tokens SET revoked_at = coalesce(revoked_at, now()) WHERE token_id = $1 RETURNING token_id;

-- name: tokens_find :row_or_none repeatable
SELECT token_id, name, may_write, (workspace_id IS NULL OR workspace_id = $2) AND EXISTS (SELECT FROM workspaces w WHERE w.workspace_id = $2) AS may_see
  FROM tokens WHERE digest = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now());
