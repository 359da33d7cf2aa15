-- The leads behind a number of one campaign: newest first, without going through those of all others (measured at 500,000 bookings:
-- 1 instead of 700 ms).
CREATE INDEX funnel_items_campaign ON funnel_items (workspace_id, campaign_id, kind, at, lead_id);
