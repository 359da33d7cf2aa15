-- Funnel: per campaign and in total. Counting rules: README, The funnel. Parameters: $1 workspace, $2 from, $3 to, $4 campaign,
-- $5 time zone. The row whose is_total is true sums up; a campaign_id of null is bookings that no campaign brought about.

-- What happened in the window: daily counts by their day, bookings by when they were made, shows by when the meeting was.
-- name: funnel_activity :rows repeatable
WITH w AS (
    SELECT coalesce($5, timezone) AS timezone,
           window_bound($2, coalesce($5, timezone), false) AS from_at, window_bound($3, coalesce($5, timezone), true) AS to_at
      FROM workspaces WHERE workspace_id = $1
), standing AS (
    SELECT a.lead_id, a.uid, a.email_key, a.showed, b.booked_at, coalesce((b.schedule).starts_at, b.booked_at) AS meets_at
      FROM attendees a JOIN bookings b ON b.workspace_id = a.workspace_id AND b.uid = a.uid
     WHERE a.workspace_id = $1 AND b.workspace_id = $1 AND a.status = 'accepted' AND a.lead_id IS NOT NULL
), booked AS (
    SELECT DISTINCT ON (lead_id) lead_id, booked_at FROM standing, w
     WHERE (from_at IS NULL OR booked_at >= from_at) AND (to_at IS NULL OR booked_at < to_at)
     ORDER BY lead_id, booked_at DESC, uid DESC, email_key DESC
), showed AS (
    SELECT DISTINCT ON (lead_id) lead_id, booked_at FROM standing, w
     WHERE showed AND (from_at IS NULL OR meets_at >= from_at) AND (to_at IS NULL OR meets_at < to_at)
     ORDER BY lead_id, meets_at DESC, uid DESC, email_key DESC
), parts AS (
    SELECT campaign_id, 0 AS sent, 0 AS delivered, 0 AS replied, 0 AS interested, 0 AS booked, 0 AS showed
      FROM campaigns WHERE workspace_id = $1
     UNION ALL
    SELECT campaign_id, sum(sent), greatest(sum(sent) - sum(bounced), 0), sum(replied), sum(interested), 0, 0
      FROM campaign_days, w
     WHERE workspace_id = $1 AND (from_at IS NULL OR day::timestamp AT TIME ZONE timezone >= from_at)
       AND (to_at IS NULL OR day::timestamp AT TIME ZONE timezone < to_at)
     GROUP BY campaign_id
     UNION ALL
    SELECT c.campaign_id, 0, 0, 0, 0, 1, 0 FROM booked LEFT JOIN LATERAL credited_campaign($1, lead_id, booked_at) c ON true
     UNION ALL
    SELECT c.campaign_id, 0, 0, 0, 0, 0, 1 FROM showed LEFT JOIN LATERAL credited_campaign($1, lead_id, booked_at) c ON true
)
SELECT grouping(campaign_id) = 1 AS is_total, campaign_id,
       (SELECT name FROM campaigns k WHERE k.workspace_id = $1 AND k.campaign_id = p.campaign_id) AS campaign_name,
       coalesce(sum(sent), 0)::bigint AS sent, coalesce(sum(delivered), 0)::bigint AS delivered,
       coalesce(sum(replied), 0)::bigint AS replied, coalesce(sum(interested), 0)::bigint AS interested,
       coalesce(sum(booked), 0)::bigint AS booked, coalesce(sum(showed), 0)::bigint AS showed
  FROM parts p WHERE $4::text IS NULL OR campaign_id = $4
 GROUP BY GROUPING SETS ((campaign_id), ())
 ORDER BY is_total, length(campaign_id), campaign_id COLLATE "C";

-- What became, up to now, of the leads first contacted in the window; here every stage counts leads.
-- name: funnel_cohort :rows repeatable
WITH w AS (
    SELECT window_bound($2, coalesce($5, timezone), false) AS from_at, window_bound($3, coalesce($5, timezone), true) AS to_at
      FROM workspaces WHERE workspace_id = $1
), standing AS (
    SELECT a.lead_id, a.uid, a.email_key, a.showed, b.booked_at, coalesce((b.schedule).starts_at, b.booked_at) AS meets_at
      FROM attendees a JOIN bookings b ON b.workspace_id = a.workspace_id AND b.uid = a.uid
     WHERE a.workspace_id = $1 AND b.workspace_id = $1 AND a.status = 'accepted' AND a.lead_id IS NOT NULL
), booked AS (
    SELECT s.lead_id, c.campaign_id
      FROM (SELECT DISTINCT ON (lead_id) lead_id, booked_at FROM standing ORDER BY lead_id, booked_at DESC, uid DESC, email_key DESC) s
      LEFT JOIN LATERAL credited_campaign($1, s.lead_id, s.booked_at) c ON true
), showed AS (
    SELECT s.lead_id, c.campaign_id
      FROM (SELECT DISTINCT ON (lead_id) lead_id, booked_at FROM standing WHERE showed
             ORDER BY lead_id, meets_at DESC, uid DESC, email_key DESC) s
      LEFT JOIN LATERAL credited_campaign($1, s.lead_id, s.booked_at) c ON true
), parts AS (
    SELECT lc.campaign_id, lc.lead_id, lc.bounced_at, lc.replied_at, lc.interested_at,
           booked.lead_id IS NOT NULL AS booked, booked.campaign_id = lc.campaign_id AS booked_here,
           showed.lead_id IS NOT NULL AS showed, showed.campaign_id = lc.campaign_id AS showed_here
      FROM lead_campaigns lc CROSS JOIN w
      LEFT JOIN booked ON booked.lead_id = lc.lead_id
      LEFT JOIN showed ON showed.lead_id = lc.lead_id
     WHERE lc.workspace_id = $1 AND lc.first_contacted_at IS NOT NULL
       AND (from_at IS NULL OR lc.first_contacted_at >= from_at) AND (to_at IS NULL OR lc.first_contacted_at < to_at)
       AND ($4::text IS NULL OR lc.campaign_id = $4)
     UNION ALL
    SELECT campaign_id, NULL, NULL, NULL, NULL, false, false, false, false
      FROM campaigns WHERE workspace_id = $1 AND ($4::text IS NULL OR campaign_id = $4)
)
SELECT grouping(campaign_id) = 1 AS is_total, campaign_id,
       (SELECT name FROM campaigns k WHERE k.workspace_id = $1 AND k.campaign_id = p.campaign_id) AS campaign_name,
       count(DISTINCT lead_id) AS sent,
       count(DISTINCT lead_id) FILTER (WHERE bounced_at IS NULL) AS delivered,
       count(DISTINCT lead_id) FILTER (WHERE replied_at IS NOT NULL) AS replied,
       count(DISTINCT lead_id) FILTER (WHERE interested_at IS NOT NULL) AS interested,
       CASE WHEN grouping(campaign_id) = 1 AND $4 IS NULL THEN count(DISTINCT lead_id) FILTER (WHERE booked)
            ELSE count(DISTINCT lead_id) FILTER (WHERE booked_here) END AS booked,
       CASE WHEN grouping(campaign_id) = 1 AND $4 IS NULL THEN count(DISTINCT lead_id) FILTER (WHERE showed)
            ELSE count(DISTINCT lead_id) FILTER (WHERE showed_here) END AS showed
  FROM parts p
 GROUP BY GROUPING SETS ((campaign_id), ())
 ORDER BY is_total, length(campaign_id), campaign_id COLLATE "C";
