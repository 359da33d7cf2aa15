-- A window that does not begin and end with days of the counts reads the items at either end: all that is asked of them stands in their
-- indexes (measured at 1.8 million items of a workspace: 0.3 ms instead of 4 for the two ends of a window in a zone 5 1/2 hours away).

DROP INDEX funnel_items_at;
CREATE INDEX funnel_items_at ON funnel_items (workspace_id, kind, at, lead_id)
    INCLUDE (next_at, campaign_id, event_type, sent, delivered, replied, interested, booked, showed);
DROP INDEX funnel_items_next;
CREATE INDEX funnel_items_next ON funnel_items (workspace_id, kind, next_at)
    INCLUDE (at, campaign_id, event_type, sent, delivered, replied, interested, booked, showed) WHERE next_at IS NOT NULL;
