-- Lead index: by what leads are found, and how common their names are; follows the leads in the transaction that changes them.

-- kind: k a key, f a first name, l a last name; sign: 1 it comes, -1 it goes.
-- name: lead_index_staging :none
CREATE TEMP TABLE staged_keys (lead_id text, key bigint NOT NULL, kind "char" NOT NULL, sign smallint NOT NULL) ON COMMIT DROP;

-- name: lead_index_copy :copy
COPY staged_keys FROM STDIN;

-- Arrived leads (leads_arrive) of whom anything is new that they are found by, as they will be and as they were.
-- name: lead_index_arrivals :rows
SELECT a.lead_id, a.email, coalesce(a.first_name, l.first_name, '') AS first_name, coalesce(a.last_name, l.last_name, '') AS last_name,
       coalesce(a.company, l.company, '') AS company, coalesce(a.phone, l.phone, '') AS phone, coalesce(a.website, l.website, '') AS website,
       l.lead_id AS was_lead_id, l.email AS was_email, l.first_name AS was_first_name, l.last_name AS was_last_name,
       l.company AS was_company, l.phone AS was_phone, l.website AS was_website
  FROM arrived_leads a
  LEFT JOIN LATERAL (SELECT * FROM leads x WHERE x.workspace_id = $1 AND x.lead_id = a.lead_id OFFSET 0) l ON true
 WHERE a.lead_id > $2
   AND (l.lead_id IS NULL OR a.email <> l.email OR a.first_name <> l.first_name OR a.last_name <> l.last_name
        OR a.company <> l.company OR a.phone <> l.phone OR a.website <> l.website)
 ORDER BY a.lead_id LIMIT $3;

-- name: lead_index_stored :rows
SELECT lead_id, email, first_name, last_name, company, phone, website
  FROM leads WHERE workspace_id = $1 AND lead_id > $2 ORDER BY lead_id LIMIT $3;

-- One look-up for each key, however many keys the planner believes a workspace to have: it does not know a new one at all.
-- name: lead_index_remove :none
DELETE FROM lead_keys
 WHERE workspace_id = $1 AND ctid = ANY (ARRAY(
       SELECT k.ctid
         FROM staged_keys s
        CROSS JOIN LATERAL (SELECT x.ctid FROM lead_keys x
                             WHERE x.workspace_id = $1 AND x.key = s.key AND x.lead_id = s.lead_id OFFSET 0) k
        WHERE s.kind = 'k' AND s.sign < 0));

-- In the order of the index, or each row would touch another page of it. There is no conflict: what goes was removed, and an index
-- that is not whole is emptied first. (ON CONFLICT makes it twice as slow.)
-- name: lead_index_add :none
INSERT INTO lead_keys (workspace_id, key, lead_id)
SELECT $1, key, lead_id FROM staged_keys WHERE kind = 'k' AND sign > 0 ORDER BY key, lead_id;

-- name: lead_index_count_names :none
INSERT INTO lead_names AS n (workspace_id, name, first_count, last_count)
SELECT $1, key, coalesce(sum(sign) FILTER (WHERE kind = 'f'), 0), coalesce(sum(sign) FILTER (WHERE kind = 'l'), 0)
  FROM staged_keys WHERE kind IN ('f', 'l') GROUP BY key
    ON CONFLICT (workspace_id, name) DO UPDATE
   SET first_count = n.first_count + excluded.first_count, last_count = n.last_count + excluded.last_count;

-- name: lead_index_go_on :none
TRUNCATE staged_keys;

-- name: lead_index_staged :none
ANALYZE staged_keys;

-- $3: leads more than before.
-- name: lead_index_note :none
INSERT INTO lead_indexes AS i (workspace_id, version, leads, epoch) VALUES ($1, $2, $3, 1)
    ON CONFLICT (workspace_id) DO UPDATE SET version = excluded.version, leads = i.leads + excluded.leads, epoch = i.epoch + 1;

-- Whole: made by this version ($2), of as many leads as there are. Somebody may have removed leads by hand.
-- name: lead_index_is_whole :row
SELECT count(*) = 1 AS whole FROM lead_indexes i
 WHERE i.workspace_id = $1 AND i.version = $2 AND i.leads = (SELECT count(*) FROM leads WHERE workspace_id = $1);

-- name: lead_index_empty :none
WITH keys AS (DELETE FROM lead_keys WHERE workspace_id = $1),
     names AS (DELETE FROM lead_names WHERE workspace_id = $1)
UPDATE lead_indexes SET leads = 0 WHERE workspace_id = $1;

-- name: lead_index_drop :row
SELECT drop_lead($1, $2, $3, $4) AS dropped;
