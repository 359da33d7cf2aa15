-- Known leads: who a lead is, for matching.

-- name: known_leads_find :row_or_none repeatable
SELECT lead_id FROM leads WHERE workspace_id = $1 AND lead_id = $2;
