-- Whoever records a booking does not see what an import of contacts that is under way will have changed, and the import does not see
-- the booking. So bookings recorded meanwhile are noted here, and how they stand is looked at once more afterwards (functions/3_stand).

CREATE TABLE standings_noted (
    workspace_id bigint NOT NULL,
    note_id      bigint GENERATED ALWAYS AS IDENTITY,   -- so that two who note the same booking do not wait for each other
    uid          text NOT NULL,
    PRIMARY KEY (workspace_id, note_id)
);
