-- Campaigns: the merge of an import, all of it inside one transaction. Rows that would stay as they are are never written.

-- name: campaigns_staging :none
CREATE TEMP TABLE IF NOT EXISTS staged_campaigns (
    line bigint NOT NULL, campaign_id text NOT NULL, name text, day date,
    sent bigint NOT NULL, bounced bigint NOT NULL, replied bigint NOT NULL, interested bigint NOT NULL
) ON COMMIT DROP;

-- A transaction may stage more than once.
-- name: campaigns_go_on :none
TRUNCATE staged_campaigns;

-- name: campaigns_copy :copy
COPY staged_campaigns FROM STDIN;

-- name: campaigns_staged :none
ANALYZE staged_campaigns;

-- name: campaigns_overruled :rows
SELECT line, later
  FROM (SELECT line, max(line) OVER (PARTITION BY campaign_id, day) AS later FROM staged_campaigns WHERE day IS NOT NULL) s
 WHERE later > line ORDER BY line;

-- name: campaigns_count_staged :row
SELECT count(DISTINCT campaign_id) FROM staged_campaigns;

-- name: campaigns_rename :row
WITH named AS (
    SELECT DISTINCT ON (campaign_id) campaign_id, name FROM staged_campaigns WHERE name IS NOT NULL ORDER BY campaign_id, line DESC
), renamed AS (
    UPDATE campaigns c SET name = n.name
      FROM named n WHERE c.workspace_id = $1 AND c.campaign_id = n.campaign_id AND c.name <> n.name
    RETURNING 1
)
SELECT count(*) FROM renamed;

-- name: campaigns_make :row
WITH named AS (
    SELECT DISTINCT ON (campaign_id) campaign_id, coalesce(name, campaign_id) AS name
      FROM staged_campaigns ORDER BY campaign_id, name IS NULL, line DESC
), made AS (
    INSERT INTO campaigns (workspace_id, campaign_id, name)
    SELECT $1, campaign_id, name FROM named n
     WHERE NOT EXISTS (SELECT FROM campaigns c WHERE c.workspace_id = $1 AND c.campaign_id = n.campaign_id)
    RETURNING 1
)
SELECT count(*) FROM made;

-- name: campaign_days_count_staged :row
SELECT count(DISTINCT (campaign_id, day)) FROM staged_campaigns WHERE day IS NOT NULL;

-- name: campaign_days_change :row
WITH latest AS (
    SELECT DISTINCT ON (campaign_id, day) * FROM staged_campaigns WHERE day IS NOT NULL ORDER BY campaign_id, day, line DESC
), changed AS (
    UPDATE campaign_days d SET sent = n.sent, bounced = n.bounced, replied = n.replied, interested = n.interested
      FROM latest n
     WHERE d.workspace_id = $1 AND d.campaign_id = n.campaign_id AND d.day = n.day
       AND (d.sent, d.bounced, d.replied, d.interested) <> (n.sent, n.bounced, n.replied, n.interested)
    RETURNING 1
)
SELECT count(*) FROM changed;

-- name: campaign_days_make :row
WITH latest AS (
    SELECT DISTINCT ON (campaign_id, day) * FROM staged_campaigns WHERE day IS NOT NULL ORDER BY campaign_id, day, line DESC
), made AS (
    INSERT INTO campaign_days (workspace_id, campaign_id, day, sent, bounced, replied, interested)
    SELECT $1, campaign_id, day, sent, bounced, replied, interested FROM latest n
     WHERE NOT EXISTS (SELECT FROM campaign_days d WHERE d.workspace_id = $1 AND d.campaign_id = n.campaign_id AND d.day = n.day)
    RETURNING 1
)
SELECT count(*) FROM made;

-- Months follow their days.
-- name: campaign_months_follow :row
WITH latest AS (
    SELECT d.campaign_id, date_trunc('month', d.day::timestamp)::date AS month, sum(d.sent)::bigint AS sent, sum(d.bounced)::bigint AS bounced,
           sum(d.replied)::bigint AS replied, sum(d.interested)::bigint AS interested
      FROM (SELECT DISTINCT campaign_id, date_trunc('month', day::timestamp)::date AS month FROM staged_campaigns WHERE day IS NOT NULL) s
      JOIN campaign_days d ON d.workspace_id = $1 AND d.campaign_id = s.campaign_id
                          AND d.day >= s.month AND d.day < (s.month + interval '1 month')::date
     GROUP BY 1, 2
), changed AS (
    INSERT INTO campaign_months AS m (workspace_id, campaign_id, month, sent, bounced, replied, interested)
    SELECT $1, campaign_id, month, sent, bounced, replied, interested FROM latest
        ON CONFLICT (workspace_id, campaign_id, month) DO UPDATE
       SET sent = excluded.sent, bounced = excluded.bounced, replied = excluded.replied, interested = excluded.interested
     WHERE (m.sent, m.bounced, m.replied, m.interested) <> (excluded.sent, excluded.bounced, excluded.replied, excluded.interested)
    RETURNING 1
)
SELECT count(*) FROM changed;
