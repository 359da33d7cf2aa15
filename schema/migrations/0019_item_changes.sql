-- What changed in the items of each lead, and since when that was known. A funnel as of a moment is that of now without what changed
-- since. Before, it looked again at each lead of whom anything had changed (measured at 500,000 bookings, as of three days ago: 26
-- ms, three times as long as at 50,000).

CREATE TABLE item_changes (
    workspace_id bigint NOT NULL,
    lead_id      text NOT NULL,
    known_at     timestamptz NOT NULL,
    change       int NOT NULL,           -- tells those of one moment apart
    kind         item_kind NOT NULL,     -- this and the next four as in funnel_items
    at           timestamptz NOT NULL,
    next_at      timestamptz,
    campaign_id  text NOT NULL,
    event_type   text NOT NULL,
    sent         smallint NOT NULL,      -- how many more there are from then on, below 0: fewer
    delivered    smallint NOT NULL,
    replied      smallint NOT NULL,
    interested   smallint NOT NULL,
    booked       smallint NOT NULL,
    showed       smallint NOT NULL,
    PRIMARY KEY (workspace_id, lead_id, known_at, change)
);

-- All that reports ask of them stands here. What they ask for is new, so its pages must become all-visible soon. Columns of fixed width
-- first: they are found without reading the others.
CREATE INDEX item_changes_known ON item_changes (workspace_id, kind, known_at)
    INCLUDE (at, sent, delivered, replied, interested, booked, showed, next_at, campaign_id, event_type, lead_id);
ALTER TABLE item_changes SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.02);

-- Leads of whom so much was known that no history is kept (functions/5_fold); once in here, always.
CREATE TABLE busy_leads (
    workspace_id bigint NOT NULL,
    lead_id      text NOT NULL,
    PRIMARY KEY (workspace_id, lead_id)
);

-- Since when the row is known to be so; null: it is none, and the contacts of the lead may be others.
ALTER TABLE standing_changes ADD COLUMN known_from timestamptz;

DROP FUNCTION IF EXISTS leads_otherwise(bigint, timestamptz);

-- What older versions stored is gone through by the worker.
INSERT INTO standing_changes (workspace_id, lead_now, known_from)
SELECT workspace_id, lead_id, '-infinity'::timestamptz FROM standings WHERE lead_id IS NOT NULL
 UNION
SELECT workspace_id, lead_id, '-infinity'::timestamptz FROM past_standings WHERE lead_id IS NOT NULL
 ORDER BY 1, 2;
