-- Known leads: who a lead is, and which leads an attendee may be.

-- name: known_leads_find :row_or_none repeatable
SELECT lead_id, email, first_name, last_name, company, phone, website FROM leads WHERE workspace_id = $1 AND lead_id = $2;

-- Of every key so many that it says something at all, in an order that the index delivers; the leads with most keys in common, and
-- those with the same mailbox. contacted_at: the last contact before the booking was made, else the first behind it.
-- name: known_leads_candidates :rows repeatable
WITH best AS MATERIALIZED (
    SELECT k.lead_id, count(*) AS hits
      FROM unnest($2::bigint[]) AS q (key)
     CROSS JOIN LATERAL (SELECT i.lead_id FROM lead_keys i WHERE i.workspace_id = $1 AND i.key = q.key ORDER BY i.lead_id LIMIT $5) k
     GROUP BY k.lead_id ORDER BY hits DESC, k.lead_id LIMIT $6
), same AS MATERIALIZED (
    SELECT m.lead_id FROM leads m WHERE m.workspace_id = $1 AND m.mailbox_key = $3 ORDER BY m.lead_id LIMIT $5
)
SELECT l.lead_id, l.email, l.first_name, l.last_name, l.company, l.phone, l.website, c.contacted_at
  FROM (SELECT lead_id FROM best UNION SELECT lead_id FROM same) f
 CROSS JOIN LATERAL (SELECT * FROM leads x WHERE x.workspace_id = $1 AND x.lead_id = f.lead_id OFFSET 0) l
 CROSS JOIN LATERAL (
    SELECT coalesce(max(t) FILTER (WHERE t <= $4::timestamptz), min(t)) AS contacted_at
      FROM lead_campaigns lc CROSS JOIN LATERAL unnest(ARRAY[lc.first_contacted_at, lc.last_contacted_at, lc.replied_at]) AS t
     WHERE lc.workspace_id = $1 AND lc.lead_id = f.lead_id) c;

-- Without any lead there is no row; without any of these names there is one with a name of null.
-- name: known_leads_names :rows repeatable
SELECT i.leads, i.epoch, n.name, n.first_count, n.last_count
  FROM lead_indexes i LEFT JOIN lead_names n ON n.workspace_id = $1 AND n.name = ANY ($2::bigint[])
 WHERE i.workspace_id = $1;
