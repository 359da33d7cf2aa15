-- Who an attendee is, and why: signed references, what persons decided, what was guessed, and the keys by which leads are found.

-- The lead whose booking link was used. A facet like the others: it carries the time of the event that set it.
CREATE TYPE reference_facet AS (at timestamptz, rank smallint, lead_id text);
ALTER TABLE attendees ADD COLUMN reference reference_facet;
-- Looked at now and then: the lead may turn up later.
CREATE INDEX attendees_referred ON attendees (workspace_id, uid) WHERE reference IS NOT NULL;

ALTER TYPE person_facet ADD ATTRIBUTE notes text;

-- A person's decision counts for the address, so all that have it are looked at.
CREATE INDEX attendees_address ON attendees (workspace_id, email_key);
-- Guesses are made again when anything changed.
CREATE INDEX attendees_guessed ON attendees (workspace_id, uid) WHERE match_method = 'likely_person';

-- Newest first, page by page.
CREATE INDEX unmatched_bookings_since ON unmatched_bookings (workspace_id, since, uid, email_key);

-- Of the deeds of persons: whose, and which lead. Events have neither.
ALTER TABLE activities ADD COLUMN actor text, ADD COLUMN lead_id text;

-- What persons decided. Events cannot say it again, so it is no part of attendees and outlives a replay.
--   link     the attendee is this lead; so is whoever books with the same address later, unless it is a role mailbox
--   dismiss  no lead; not to be asked again
--   unlink   not to be guessed; stays on the list
CREATE TABLE match_decisions (
    workspace_id bigint NOT NULL REFERENCES workspaces,
    email_key    text NOT NULL,
    uid          text NOT NULL,
    kind         text NOT NULL CHECK (kind IN ('link', 'dismiss', 'unlink')),
    lead_id      text,
    decided_at   timestamptz NOT NULL,
    decided_by   text NOT NULL,
    PRIMARY KEY (workspace_id, email_key, uid),
    FOREIGN KEY (workspace_id, lead_id) REFERENCES leads ON DELETE CASCADE,
    CHECK ((kind = 'link') = (lead_id IS NOT NULL))
);

CREATE INDEX match_decisions_lead ON match_decisions (workspace_id, lead_id) WHERE lead_id IS NOT NULL;

-- What the engine made of an attendee without certain evidence, and of what: another name, another model, other leads, and it is
-- asked again. lead_id null: nobody, or a matter for a person.
CREATE TABLE match_guesses (
    workspace_id bigint NOT NULL REFERENCES workspaces,
    uid          text NOT NULL,
    email_key    text NOT NULL,
    inputs       text NOT NULL,
    model        text NOT NULL,
    epoch        bigint NOT NULL,
    lead_id      text,
    probability  double precision,
    because      text,
    PRIMARY KEY (workspace_id, uid, email_key),
    FOREIGN KEY (workspace_id, lead_id) REFERENCES leads ON DELETE CASCADE
);

CREATE INDEX match_guesses_lead ON match_guesses (workspace_id, lead_id) WHERE lead_id IS NOT NULL;

-- Where to find leads by what they have in common with an attendee (domain/lead_keys). No foreign key: a million leads have 14
-- million keys, and who looks here reads the lead itself afterwards.
CREATE TABLE lead_keys (
    workspace_id bigint NOT NULL,
    key          bigint NOT NULL,
    lead_id      text NOT NULL,
    PRIMARY KEY (workspace_id, key, lead_id)
);

-- How many leads have a name, by its hash: common names say less.
CREATE TABLE lead_names (
    workspace_id bigint NOT NULL,
    name         bigint NOT NULL,
    first_count  bigint NOT NULL, -- that have it as a first name
    last_count   bigint NOT NULL,
    PRIMARY KEY (workspace_id, name)
);

-- What is known of the two tables above.
CREATE TABLE lead_indexes (
    workspace_id bigint PRIMARY KEY REFERENCES workspaces,
    version      integer NOT NULL, -- of domain/lead_keys
    leads        bigint NOT NULL,
    epoch        bigint NOT NULL   -- goes up whenever leads changed
);
