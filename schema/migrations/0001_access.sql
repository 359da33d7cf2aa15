-- Who may: workspaces, their connections to other systems, and tokens. Small tables that become reference tables on Citus.

CREATE TABLE workspaces (
    workspace_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name         text NOT NULL CHECK (name <> ''),
    timezone     text NOT NULL DEFAULT 'UTC',
    -- presume: a meeting that ended without a word about somebody was attended by him; explicit: nothing is presumed.
    attendance   text NOT NULL DEFAULT 'presume' CHECK (attendance IN ('presume', 'explicit')),
    created_at   timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE connections (
    workspace_id    bigint NOT NULL REFERENCES workspaces,
    connection_id   bigint GENERATED ALWAYS AS IDENTITY,
    kind            text NOT NULL DEFAULT 'calcom' CHECK (kind IN ('calcom')),
    name            text NOT NULL,
    -- Sealed by the programs' key. Two may be valid at once while a secret is being rotated.
    secret          bytea,
    previous_secret bytea,
    -- Accepts deliveries without a signature. Nothing else does.
    unsigned        boolean NOT NULL DEFAULT false,
    active          boolean NOT NULL DEFAULT true,
    created_at      timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (workspace_id, connection_id),
    UNIQUE (connection_id),
    CHECK (unsigned = (secret IS NULL))
);

CREATE TABLE tokens (
    token_id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    workspace_id bigint REFERENCES workspaces, -- null: all workspaces
    name         text NOT NULL,
    digest       bytea NOT NULL UNIQUE,        -- BLAKE2b-256 of the token, which is shown once and never stored
    may_write    boolean NOT NULL,
    expires_at   timestamptz,
    revoked_at   timestamptz,
    created_at   timestamptz NOT NULL DEFAULT now()
);
