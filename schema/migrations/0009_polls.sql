-- What the calendar's own list says, beside what its webhooks told.

ALTER TABLE webhook_events
    DROP CONSTRAINT webhook_events_source_check,
    ADD CONSTRAINT webhook_events_source_check CHECK (source IN ('webhook', 'clock', 'poll'));

-- What a round left out because it could not be understood, and the first of it in words. Such a round is whole all the same.
ALTER TABLE source_syncs ADD refused bigint NOT NULL DEFAULT 0, ADD remark text;

-- Who was listed when the list was read. Only of bookings with seats: who is not in it has left.
CREATE TYPE roster_facet AS (at timestamptz, keys text[]);
ALTER TABLE bookings
    ADD roster   roster_facet,
    ADD shown_at timestamptz, -- when the list last showed it,
    ADD gone_at  timestamptz; -- and when it was asked for and was not there

-- When the list last showed him without a no-show mark. That is what everybody begins with, so it only takes back an older mark.
ALTER TABLE attendees ADD cleared_at timestamptz;

-- A range of meetings, to be held against what the list shows of it.
CREATE INDEX bookings_starts ON bookings (workspace_id, ((schedule).starts_at)) WHERE status IN ('accepted', 'pending');

-- The newest events of a booking.
DROP INDEX webhook_events_booking;
CREATE INDEX webhook_events_booking ON webhook_events (workspace_id, uid, event_id) WHERE uid IS NOT NULL;
