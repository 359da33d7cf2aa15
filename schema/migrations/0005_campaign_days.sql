-- The days at the ends of a window, of all campaigns at once: 12,000 rows less to read for 100 campaigns of 120 days.

CREATE INDEX campaign_days_day ON campaign_days (workspace_id, day);
