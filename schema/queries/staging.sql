-- Imports: what the transaction of each begins with.

-- Holds the workspace against a second import, not against the foreign keys of others. Sorting a million rows asks for more than
-- the usual 4 MB, and for more time than a request may take; both for this transaction only.
-- name: staging_begin :row_or_none
SELECT set_config('work_mem', '32MB', true), set_config('statement_timeout', '0', true)
  FROM workspaces WHERE workspace_id = $1 FOR NO KEY UPDATE;
