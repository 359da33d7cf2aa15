-- Reports without a campaign read fewer rows.

-- The days at the ends of a window, of all campaigns at once.
CREATE INDEX campaign_days_day ON campaign_days (workspace_id, day);

-- In row_counts the campaign '' is all rows now, not those without a campaign: measured at half a million bookings and 100
-- campaigns, 1 ms instead of 5. Counted again from the rows, so that what is not folded yet need not be counted once more.
COMMENT ON COLUMN row_counts.campaign_id IS 'empty: all rows, whatever their campaign';
DELETE FROM row_counts;
INSERT INTO row_counts (workspace_id, monthly, day, campaign_id, matched, status, showed, rows)
SELECT s.workspace_id, m, CASE WHEN m THEN date_trunc('month', local)::date ELSE local::date END, k.campaign, s.lead_id IS NOT NULL, s.status,
       coalesce(s.showed::text, 'unknown'), count(*)
  FROM standings s
  JOIN workspaces w ON w.workspace_id = s.workspace_id
  LEFT JOIN folds f ON f.workspace_id = s.workspace_id
 CROSS JOIN LATERAL (SELECT s.booked_at AT TIME ZONE coalesce(f.timezone, w.timezone) AS local) l
  JOIN LATERAL (VALUES (''), (s.campaign_id)) AS k (campaign) ON k.campaign IS NOT NULL
 CROSS JOIN (VALUES (true), (false)) AS u (m)
 GROUP BY 1, 2, 3, 4, 5, 6, 7;
UPDATE standing_changes SET was = NULL, now = NULL;
