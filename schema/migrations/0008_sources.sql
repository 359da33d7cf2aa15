-- What is fetched from other systems by their APIs: how to get in, how far each walk got, and how the last round went.

ALTER TABLE connections
    DROP CONSTRAINT connections_kind_check,
    ADD CONSTRAINT connections_kind_check CHECK (kind IN ('calcom', 'emailbison')),
    ADD api_key     bytea, -- sealed; null: only webhooks
    ADD api_base    text,  -- without a path's slash at its end
    ADD api_version text CHECK (api_version IN ('v1', 'v2')),
    ADD CHECK ((api_key IS NULL) = (api_base IS NULL));

CREATE TABLE source_syncs (
    workspace_id  bigint NOT NULL,
    connection_id bigint NOT NULL,
    account       text,                                 -- whose key it was at the first round, as the source says; another one's is refused
    mark          jsonb NOT NULL DEFAULT '{}',          -- how far the walks got; its members are the source's own (work/sync_*)
    next_at       timestamptz NOT NULL DEFAULT now(),   -- when a round is due
    quiet_until   timestamptz,                          -- the source wants no request before; null: whenever
    asked_at      timestamptz,                          -- somebody asked for one
    started_at    timestamptz,                          -- the round under way, or the last; tells rounds apart
    ended_at      timestamptz,                          -- null or before started_at: under way, or its process died
    succeeded_at  timestamptz,                          -- the last whole round
    failures      integer NOT NULL DEFAULT 0,           -- rounds in a row that were not whole
    error_code    text,                                 -- of the last round, unless it was whole
    error         text,                                 -- likewise: for people, with what to do
    phase         text NOT NULL DEFAULT '',             -- of the round: what is being read
    done          bigint NOT NULL DEFAULT 0,
    total         bigint,                               -- null: not known
    seen          bigint NOT NULL DEFAULT 0,            -- by the round: things read,
    applied       bigint NOT NULL DEFAULT 0,            -- of these, news,
    corrected     bigint NOT NULL DEFAULT 0,            -- and what was put right
    PRIMARY KEY (workspace_id, connection_id),
    FOREIGN KEY (workspace_id, connection_id) REFERENCES connections ON DELETE CASCADE
);
