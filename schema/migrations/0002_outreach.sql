-- The upper half of the funnel: campaigns with their daily counts, leads, and what each campaign did with each lead.

CREATE TABLE campaigns (
    workspace_id bigint NOT NULL REFERENCES workspaces,
    campaign_id  text NOT NULL CHECK (campaign_id <> ''), -- as the outbound platform calls it
    name         text NOT NULL,
    PRIMARY KEY (workspace_id, campaign_id)
);

CREATE TABLE campaign_days (
    workspace_id bigint NOT NULL,
    campaign_id  text NOT NULL,
    day          date NOT NULL,
    sent         bigint NOT NULL DEFAULT 0 CHECK (sent >= 0),
    bounced      bigint NOT NULL DEFAULT 0 CHECK (bounced >= 0),
    replied      bigint NOT NULL DEFAULT 0 CHECK (replied >= 0),
    interested   bigint NOT NULL DEFAULT 0 CHECK (interested >= 0),
    PRIMARY KEY (workspace_id, campaign_id, day),
    FOREIGN KEY (workspace_id, campaign_id) REFERENCES campaigns ON DELETE CASCADE
);

CREATE TABLE leads (
    workspace_id bigint NOT NULL REFERENCES workspaces,
    lead_id      text NOT NULL CHECK (lead_id <> ''), -- as the outbound platform calls it, else made from the address
    email        text NOT NULL,                       -- as it was given, for people
    email_key    text NOT NULL,                       -- equal for the same address (domain/address)
    mailbox_key  text NOT NULL,                       -- equal for the same mailbox (domain/address)
    first_name   text NOT NULL DEFAULT '',
    last_name    text NOT NULL DEFAULT '',
    company      text NOT NULL DEFAULT '',
    title        text NOT NULL DEFAULT '',
    phone        text NOT NULL DEFAULT '',
    website      text NOT NULL DEFAULT '',
    changed_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (workspace_id, lead_id)
);

-- The only way in from an address: the same address is always in the same mailbox.
CREATE INDEX leads_mailbox ON leads (workspace_id, mailbox_key);

CREATE TABLE lead_campaigns (
    workspace_id       bigint NOT NULL,
    lead_id            text NOT NULL,
    campaign_id        text NOT NULL,
    first_contacted_at timestamptz,
    last_contacted_at  timestamptz,
    replied_at         timestamptz,
    interested_at      timestamptz,
    bounced_at         timestamptz,
    PRIMARY KEY (workspace_id, lead_id, campaign_id),
    FOREIGN KEY (workspace_id, lead_id) REFERENCES leads ON DELETE CASCADE,
    FOREIGN KEY (workspace_id, campaign_id) REFERENCES campaigns ON DELETE CASCADE
);

CREATE INDEX lead_campaigns_contacted ON lead_campaigns (workspace_id, campaign_id, first_contacted_at);
