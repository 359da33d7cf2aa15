-- What the reports read: how each attendee stands and stood, and counts kept by day and month.
--
-- Measured at 500,000 bookings in one workspace: counting from a covering index takes 90 ms for the summary and 400 ms for the funnel and grows
-- with the data; from daily and monthly counts it takes 2 to 4 ms and does not. An event must not wait for a counter that others
-- hold, so it only adds a line to standing_changes; the worker folds those lines into the counts (functions/5_fold), and every
-- report adds what is not folded yet. So reports are exact at any moment, whether or not the worker is at work.

-- One row per attendee, narrow, as the bookings report shows him. Follows from bookings, attendees and lead_campaigns
-- (functions/3_stand). The key begins with the address because people are looked for by it.
CREATE TABLE standings (
    workspace_id      bigint NOT NULL REFERENCES workspaces,
    email_key         text NOT NULL,
    uid               text NOT NULL,
    booked_at         timestamptz NOT NULL,
    starts_at         timestamptz,
    status            text NOT NULL,
    showed            boolean,
    attendance_source text,
    event_type        text,
    chain             text,                 -- null: the booking's own uid
    rescheduled_from  text,
    lead_id           text,
    campaign_id       text,                 -- to which the booking is credited
    known_from        timestamptz NOT NULL, -- since when we know it to be so
    PRIMARY KEY (workspace_id, email_key, uid)
) WITH (fillfactor = 90);

CREATE INDEX standings_booked ON standings (workspace_id, booked_at, uid, email_key);
CREATE INDEX standings_campaign ON standings (workspace_id, campaign_id, booked_at, uid, email_key) WHERE campaign_id IS NOT NULL;
CREATE INDEX standings_lead ON standings (workspace_id, lead_id, booked_at) WHERE lead_id IS NOT NULL;

-- The bookings report was the only one to look this way.
DROP INDEX bookings_booked;

-- How he stood before, until when. Never changed, so that a report as of some moment says what it said then.
CREATE TABLE past_standings (
    LIKE standings,
    known_until timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, email_key, uid, known_until)
);

CREATE INDEX past_standings_booked ON past_standings (workspace_id, booked_at, uid, email_key);
CREATE INDEX past_standings_lead ON past_standings (workspace_id, lead_id) WHERE lead_id IS NOT NULL;

-- What the summary of the bookings report counts.
CREATE TYPE counted_row AS (booked_at timestamptz, campaign_id text, matched boolean, status text, showed boolean);

-- What is not folded yet: rows that changed, and leads that anything changed about.
CREATE TABLE standing_changes (
    workspace_id bigint NOT NULL,
    change_id    bigint GENERATED ALWAYS AS IDENTITY,
    was          counted_row,
    now          counted_row,
    lead_was     text,
    lead_now     text,
    PRIMARY KEY (workspace_id, change_id)
);

-- Who folds holds the row of the workspace. The zone of the days that are counted: the workspace's when the first was.
CREATE TABLE folds (
    workspace_id bigint PRIMARY KEY REFERENCES workspaces,
    timezone     text NOT NULL
);

-- Rows of the bookings report by the day on which they were booked. Once by day, once by month.
CREATE TABLE row_counts (
    workspace_id bigint NOT NULL REFERENCES workspaces,
    monthly      boolean NOT NULL,
    day          date NOT NULL,
    campaign_id  text NOT NULL, -- '': none
    matched      boolean NOT NULL,
    status       text NOT NULL,
    showed       text NOT NULL CHECK (showed IN ('true', 'false', 'unknown')),
    rows         bigint NOT NULL,
    PRIMARY KEY (workspace_id, monthly, day, campaign_id, matched, status, showed)
);

-- What the funnel counts of each lead. A lead counts in a window once: by its last item in there, which is the one whose next
-- does not lie in there, too. So a window is two conditions on one row, and rows can be counted beforehand.
--   activity   an accepted booking, by when it was made; one that was attended, by when the meeting was
--   cohort     a contact by a campaign, by when it began
--   distinct   the same for the total, where a lead of several campaigns counts once at each stage
--   both       cohort and distinct at once: a lead of one campaign
CREATE TABLE funnel_items (
    workspace_id bigint NOT NULL,
    lead_id      text NOT NULL,
    item         int NOT NULL,
    kind         text NOT NULL CHECK (kind IN ('activity', 'cohort', 'distinct', 'both')),
    at           timestamptz NOT NULL,
    next_at      timestamptz,            -- of the same lead's next that would be counted instead
    campaign_id  text NOT NULL,          -- '': none
    event_type   text NOT NULL,          -- '': none
    sent         smallint NOT NULL,
    delivered    smallint NOT NULL,
    replied      smallint NOT NULL,
    interested   smallint NOT NULL,
    booked       smallint NOT NULL,
    showed       smallint NOT NULL,
    PRIMARY KEY (workspace_id, lead_id, item),
    FOREIGN KEY (workspace_id, lead_id) REFERENCES leads ON DELETE CASCADE
);

CREATE INDEX funnel_items_at ON funnel_items (workspace_id, kind, at, lead_id);
CREATE INDEX funnel_items_next ON funnel_items (workspace_id, kind, next_at) WHERE next_at IS NOT NULL;

-- Items counted by their day and the day of their next, each once by day and once by month.
CREATE TABLE funnel_counts (
    workspace_id bigint NOT NULL REFERENCES workspaces,
    family       text NOT NULL CHECK (family IN ('activity', 'activity_type', 'cohort', 'distinct')),
    monthly      boolean NOT NULL,
    next_unit    text NOT NULL CHECK (next_unit IN ('none', 'day', 'month')),
    day          date NOT NULL,
    next_day     date NOT NULL,          -- -infinity: none
    key          text NOT NULL,          -- of activity and cohort the campaign, else the event type; '': none
    sent         bigint NOT NULL,
    delivered    bigint NOT NULL,
    replied      bigint NOT NULL,
    interested   bigint NOT NULL,
    booked       bigint NOT NULL,
    showed       bigint NOT NULL,
    PRIMARY KEY (workspace_id, family, monthly, next_unit, day, next_day, key)
);

-- campaign_days summed up; follows them in the import.
CREATE TABLE campaign_months (
    workspace_id bigint NOT NULL,
    campaign_id  text NOT NULL,
    month        date NOT NULL,
    sent         bigint NOT NULL,
    bounced      bigint NOT NULL,
    replied      bigint NOT NULL,
    interested   bigint NOT NULL,
    PRIMARY KEY (workspace_id, campaign_id, month),
    FOREIGN KEY (workspace_id, campaign_id) REFERENCES campaigns ON DELETE CASCADE
);

INSERT INTO campaign_months
SELECT workspace_id, campaign_id, date_trunc('month', day)::date, sum(sent), sum(bounced), sum(replied), sum(interested)
  FROM campaign_days GROUP BY 1, 2, 3;

-- What older versions stored stands as it is now; what it was before is not known. The worker counts it.
DO $$
BEGIN
    IF EXISTS (SELECT FROM bookings) THEN
        INSERT INTO standings
        SELECT a.workspace_id, a.email_key, a.uid, b.booked_at, (b.schedule).starts_at, a.status, a.showed, a.attendance_source,
               coalesce((b.schedule).event_type, (b.schedule).title), nullif(b.chain, b.uid), (b.replaces).uid,
               a.lead_id, c.campaign_id, b.heard_at
          FROM attendees a
          JOIN bookings b ON b.workspace_id = a.workspace_id AND b.uid = a.uid
          LEFT JOIN LATERAL credited_campaign(a.workspace_id, a.lead_id, b.booked_at) c ON true;
    END IF;
    INSERT INTO standing_changes (workspace_id, now, lead_now)
    SELECT workspace_id, ROW (booked_at, campaign_id, lead_id IS NOT NULL, status, showed)::counted_row, lead_id FROM standings;
    INSERT INTO standing_changes (workspace_id, lead_now) SELECT DISTINCT workspace_id, lead_id FROM lead_campaigns;
END
$$;
