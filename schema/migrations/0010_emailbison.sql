-- What the outbound platform says, kept as it says it. Daily counts and contacts follow from this (queries/outreach), so they can be
-- corrected when the platform corrects itself.

ALTER TABLE campaigns
    ADD connection_id   bigint,                         -- by which it is read; null: imported
    ADD state           text,                           -- in the platform's word
    ADD began_at        timestamptz,                    -- when it was made there
    ADD emails_sent     bigint,                         -- since the beginning, as the platform counts
    ADD emails_read     bigint,                         -- emails_sent when all its e-mails had been read
    ADD emails_read_on  date,                           -- e-mails of earlier days have all been read
    ADD series_read_on  date,                           -- the daily series was read, since the beginning, on that day
    ADD replies_read_at timestamptz,                    -- all replies have been read: they alone say who replied
    ADD unsettled       boolean NOT NULL DEFAULT false; -- something was heard that its counts do not follow yet

-- What is known of a lead in a campaign beside the times that reports read. "Seen": the platform says that it happened but not
-- when, so it is when we first saw it.
ALTER TABLE lead_campaigns
    ADD state           text,        -- in the platform's word
    ADD emails_sent     bigint,
    ADD first_sent_at   timestamptz, -- of its e-mails themselves
    ADD last_sent_at    timestamptz,
    ADD seen_first_sent timestamptz,
    ADD seen_last_sent  timestamptz,
    ADD seen_replied    timestamptz,
    ADD seen_bounced    timestamptz;

-- Counts per day under every label, with the newest value.
CREATE TABLE campaign_series (
    workspace_id bigint NOT NULL,
    campaign_id  text NOT NULL,
    label        text NOT NULL,
    day          date NOT NULL,
    value        bigint NOT NULL,
    PRIMARY KEY (workspace_id, campaign_id, label, day),
    FOREIGN KEY (workspace_id, campaign_id) REFERENCES campaigns ON DELETE CASCADE
);

CREATE TABLE campaign_replies (
    workspace_id bigint NOT NULL,
    campaign_id  text NOT NULL,
    reply_id     text NOT NULL,
    lead_id      text,                 -- null: not said. Perhaps of a lead that is not known here
    received_at  timestamptz NOT NULL,
    changed_at   timestamptz NOT NULL, -- when the platform last changed it: what is older says nothing
    interested   boolean,              -- null: not said
    automated    boolean,
    type         text NOT NULL,        -- in the platform's word
    human        boolean NOT NULL,     -- a person replied to the campaign
    bounce       boolean NOT NULL,
    outgoing     boolean NOT NULL,
    noted_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    gone_at      timestamptz,          -- the platform has it no more; it does not count
    PRIMARY KEY (workspace_id, campaign_id, reply_id),
    FOREIGN KEY (workspace_id, campaign_id) REFERENCES campaigns ON DELETE CASCADE
);

CREATE INDEX campaign_replies_lead ON campaign_replies (workspace_id, campaign_id, lead_id);

-- Numbers that went down: nothing changes silently.
CREATE TABLE campaign_corrections (
    workspace_id  bigint NOT NULL,
    correction_id bigint GENERATED ALWAYS AS IDENTITY,
    campaign_id   text NOT NULL,
    day           date NOT NULL,
    source        text NOT NULL CHECK (source IN ('series', 'replies')), -- the platform's count under a label, or ours of its replies
    label         text NOT NULL,
    was           bigint NOT NULL,
    now           bigint NOT NULL,
    noted_at      timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (workspace_id, correction_id),
    FOREIGN KEY (workspace_id, campaign_id) REFERENCES campaigns ON DELETE CASCADE
);

-- Deliveries of the platform's webhooks, and those that were fetched because they had not come.
CREATE TABLE outreach_events (
    workspace_id  bigint NOT NULL,
    event_id      bigint GENERATED ALWAYS AS IDENTITY,
    connection_id bigint NOT NULL,
    delivery_key  bytea NOT NULL,
    source        text NOT NULL CHECK (source IN ('webhook', 'poll')),
    type          text NOT NULL,
    status        text NOT NULL CHECK (status IN ('processed', 'ignored')),
    received_at   timestamptz NOT NULL,
    body          bytea NOT NULL, -- as received, sealed by the programs' key
    PRIMARY KEY (workspace_id, event_id),
    UNIQUE (workspace_id, delivery_key),
    FOREIGN KEY (workspace_id, connection_id) REFERENCES connections
);

CREATE INDEX outreach_events_connection ON outreach_events (workspace_id, connection_id, event_id);

-- What was said in words, or shapes, that are not known here: kept and shown, never an error.
CREATE TABLE outreach_words (
    workspace_id  bigint NOT NULL,
    connection_id bigint NOT NULL,
    kind          text NOT NULL,
    word          text NOT NULL,
    first_at      timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (workspace_id, connection_id, kind, word),
    FOREIGN KEY (workspace_id, connection_id) REFERENCES connections ON DELETE CASCADE
);
