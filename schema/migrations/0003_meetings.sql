-- The lower half of the funnel: webhook deliveries as received, and the bookings and attendees that they add up to.
--
-- A booking is a function of the SET of its events. Each part that an event may set is a facet: a composite whose first fields
-- are the time of the event that set it and a rank for equal times. Composites compare field by field, so "the newer setting
-- wins, whatever the order of arrival" is one expression: greatest(stored, arrived). Fields behind the rank only break ties.
-- What an event means is decided in C (domain/booking); what stands beside the facets is derived from them (functions/settle).

CREATE TYPE schedule_facet AS (
    at timestamptz, rank smallint,
    starts_at timestamptz, ends_at timestamptz, title text, event_type text, event_type_id bigint, location text, seats boolean
);
CREATE TYPE status_facet AS (at timestamptz, rank smallint, value text, reason text, by text, reschedule_requested boolean);
CREATE TYPE link_facet AS (at timestamptz, uid text);
CREATE TYPE payment_facet AS (at timestamptz, rank smallint, state text, amount bigint, currency text);
CREATE TYPE person_facet AS (at timestamptz, rank smallint, email text, name text, phone text, company text, timezone text);
CREATE TYPE seat_facet AS (at timestamptz, rank smallint, taken boolean, moved_to text);
CREATE TYPE mark_facet AS (at timestamptz, rank smallint, showed boolean, source text);

CREATE TABLE webhook_events (
    workspace_id  bigint NOT NULL,
    event_id      bigint GENERATED ALWAYS AS IDENTITY,
    delivery_key  bytea NOT NULL, -- equal for the same delivery, whatever the order of its fields
    connection_id bigint NOT NULL,
    received_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    happened_at   timestamptz,
    trigger       text NOT NULL,
    uid           text,           -- of the booking, where the event names one
    number        bigint,         -- Cal.com's numeric id of it, likewise
    source        text NOT NULL DEFAULT 'webhook' CHECK (source IN ('webhook', 'clock')),
    status        text NOT NULL CHECK (status IN ('processed', 'ignored', 'failed', 'dead')),
    error         text,
    attempts      smallint NOT NULL DEFAULT 1,
    next_try_at   timestamptz,    -- of a failed one
    body          bytea NOT NULL, -- as received, sealed by the programs' key
    PRIMARY KEY (workspace_id, event_id),
    UNIQUE (workspace_id, delivery_key),
    FOREIGN KEY (workspace_id, connection_id) REFERENCES connections
);

CREATE INDEX webhook_events_connection ON webhook_events (workspace_id, connection_id, event_id);
CREATE INDEX webhook_events_booking ON webhook_events (workspace_id, uid) WHERE uid IS NOT NULL;
CREATE INDEX webhook_events_number ON webhook_events (workspace_id, connection_id, number) WHERE number IS NOT NULL AND uid IS NULL;
CREATE INDEX webhook_events_unsettled ON webhook_events (workspace_id, status, next_try_at) WHERE status IN ('failed', 'dead');

CREATE TABLE bookings (
    workspace_id  bigint NOT NULL REFERENCES workspaces,
    uid           text NOT NULL CHECK (uid <> ''),
    connection_id bigint NOT NULL,
    number        bigint,               -- Cal.com's numeric id, which some events carry instead of the uid
    known_at      timestamptz NOT NULL, -- the earliest moment that any event says it existed
    heard_at      timestamptz NOT NULL, -- when the first event of it reached us
    schedule      schedule_facet,
    status_set    status_facet,
    started_at    timestamptz,          -- by MEETING_STARTED
    ended_at      timestamptz,          -- by MEETING_ENDED
    guests_absent timestamptz,          -- Cal.com saw none of the guests
    host_absent   timestamptz,
    payment       payment_facet,
    replaces      link_facet,           -- the booking that this one was rescheduled from
    replaced_by   link_facet,
    -- Derived.
    status        text NOT NULL DEFAULT 'unknown'
        CHECK (status IN ('unknown', 'pending', 'accepted', 'cancelled', 'rejected', 'superseded')),
    chain         text NOT NULL,        -- the uid of the first booking of a chain of reschedules
    booked_at     timestamptz NOT NULL, -- known_at of that booking
    PRIMARY KEY (workspace_id, uid)
);

CREATE UNIQUE INDEX bookings_number ON bookings (workspace_id, connection_id, number) WHERE number IS NOT NULL;
CREATE INDEX bookings_booked ON bookings (workspace_id, booked_at, uid);
-- Meetings whose end nobody has told of yet.
CREATE INDEX bookings_unended ON bookings (workspace_id, ((schedule).ends_at))
    WHERE status = 'accepted' AND (ended_at IS NULL OR ended_at < (schedule).ends_at);
CREATE INDEX bookings_replaces ON bookings (workspace_id, ((replaces).uid)) WHERE replaces IS NOT NULL;

CREATE TABLE attendees (
    workspace_id bigint NOT NULL,
    uid          text NOT NULL,
    email_key    text NOT NULL,
    mailbox_key  text NOT NULL,
    shared       boolean NOT NULL, -- the address is a role mailbox: info@, sales@
    person       person_facet,
    seat         seat_facet,
    mark         mark_facet,
    -- Derived.
    status            text NOT NULL DEFAULT 'unknown'
        CHECK (status IN ('unknown', 'pending', 'accepted', 'cancelled', 'rejected', 'superseded')),
    showed            boolean,
    attendance_source text CHECK (attendance_source IN ('explicit', 'manual', 'presumed')),
    -- Who it is.
    lead_id           text,
    match_method      text,
    match_probability double precision,
    match_because     text,
    matched_at        timestamptz,
    PRIMARY KEY (workspace_id, uid, email_key),
    FOREIGN KEY (workspace_id, uid) REFERENCES bookings ON DELETE CASCADE,
    FOREIGN KEY (workspace_id, lead_id) REFERENCES leads,
    CHECK ((showed IS NULL) = (attendance_source IS NULL)),
    CHECK ((lead_id IS NULL) = (match_method IS NULL))
);

CREATE INDEX attendees_lead ON attendees (workspace_id, lead_id) WHERE lead_id IS NOT NULL;

CREATE TABLE unmatched_bookings (
    workspace_id bigint NOT NULL,
    uid          text NOT NULL,
    email_key    text NOT NULL,
    mailbox_key  text NOT NULL,
    since        timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (workspace_id, uid, email_key),
    FOREIGN KEY (workspace_id, uid, email_key) REFERENCES attendees ON DELETE CASCADE
);

CREATE INDEX unmatched_bookings_mailbox ON unmatched_bookings (workspace_id, mailbox_key);

-- What happened, for the timeline of a lead. One row per fact, so a delivery that comes twice with another createdAt by some
-- milliseconds is one row: happened_at is cut at the second.
CREATE TABLE activities (
    workspace_id bigint NOT NULL REFERENCES workspaces,
    uid          text NOT NULL,
    email_key    text NOT NULL, -- '': all attendees of the booking
    kind         text NOT NULL,
    happened_at  timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, uid, kind, email_key, happened_at)
);
