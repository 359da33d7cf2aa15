-- Verify: what is kept for the reports, held against a recount.

-- name: verify :rows repeatable
SELECT what, kept, only_kept, only_recounted FROM verify($1);
