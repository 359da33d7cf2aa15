-- Connections: a workspace's links to other systems, with their sealed secrets.

-- name: connections_put :row
INSERT INTO connections (workspace_id, kind, name, secret, unsigned) VALUES ($1, $2, $3, $4, $5) RETURNING connection_id;

-- name: connections_list :rows repeatable
SELECT workspace_id, connection_id, kind, name, api_key IS NOT NULL AS has_api, unsigned, active, previous_secret IS NOT NULL AS rotating,
       created_at
  FROM connections WHERE $1::bigint IS NULL OR workspace_id = $1 ORDER BY connection_id;

-- name: connections_find :row_or_none repeatable
SELECT workspace_id, connection_id, kind, name, api_key IS NOT NULL AS has_api, unsigned, active, previous_secret IS NOT NULL AS rotating,
       created_at
  FROM connections WHERE connection_id = $1;

-- name: connections_receiving :rows repeatable
SELECT workspace_id, connection_id, kind, name, secret, previous_secret, unsigned
  FROM connections WHERE active AND ($1::bigint IS NULL OR connection_id = $1) ORDER BY connection_id LIMIT $2;

-- name: connections_rotate :row_or_none
UPDATE connections SET previous_secret = secret, secret = $2 WHERE connection_id = $1 AND NOT unsigned RETURNING connection_id;

-- name: connections_rotate_finish :row_or_none
UPDATE connections SET previous_secret = NULL WHERE connection_id = $1 RETURNING connection_id;

-- name: connections_health :rows repeatable
SELECT c.connection_id, c.kind, c.name, c.api_key IS NOT NULL AS has_api,
       greatest((SELECT e.received_at FROM webhook_events e
                  WHERE e.workspace_id = c.workspace_id AND e.connection_id = c.connection_id
                  ORDER BY e.event_id DESC LIMIT 1),
                (SELECT o.received_at FROM outreach_events o
                  WHERE o.workspace_id = c.workspace_id AND o.connection_id = c.connection_id
                  ORDER BY o.event_id DESC LIMIT 1)) AS last_event_at,
       (SELECT jsonb_object_agg(kind, words)::text
          FROM (SELECT w.kind, count(*) AS words FROM outreach_words w
                 WHERE w.workspace_id = c.workspace_id AND w.connection_id = c.connection_id GROUP BY w.kind) k) AS unknown
  FROM connections c WHERE c.active AND ($1::bigint IS NULL OR c.workspace_id = $1) ORDER BY c.connection_id LIMIT 100;
