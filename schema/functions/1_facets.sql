-- The law of facets: the newer setting wins, whatever the order of arrival. Both functions store what an event says of one
-- booking or attendee; what a row says that is not there yet is stored as it is.

CREATE OR REPLACE FUNCTION put_booking(b bookings) RETURNS bookings LANGUAGE plpgsql AS $$
DECLARE
    stored bookings;
BEGIN
    INSERT INTO bookings AS old SELECT (b).*
    ON CONFLICT (workspace_id, uid) DO UPDATE SET
        number        = coalesce(old.number, excluded.number),
        known_at      = least(old.known_at, excluded.known_at),
        heard_at      = least(old.heard_at, excluded.heard_at),
        schedule      = greatest(old.schedule, excluded.schedule),
        status_set    = greatest(old.status_set, excluded.status_set),
        started_at    = greatest(old.started_at, excluded.started_at),
        ended_at      = greatest(old.ended_at, excluded.ended_at),
        guests_absent = greatest(old.guests_absent, excluded.guests_absent),
        host_absent   = greatest(old.host_absent, excluded.host_absent),
        payment       = greatest(old.payment, excluded.payment),
        replaces      = greatest(old.replaces, excluded.replaces),
        replaced_by   = greatest(old.replaced_by, excluded.replaced_by),
        roster        = greatest(old.roster, excluded.roster),
        shown_at      = greatest(old.shown_at, excluded.shown_at),
        gone_at       = greatest(old.gone_at, excluded.gone_at)
    RETURNING * INTO stored;
    RETURN stored;
END
$$;

DROP FUNCTION IF EXISTS put_attendee(attendees);
CREATE FUNCTION put_attendee(a attendees) RETURNS attendees LANGUAGE plpgsql AS $$
DECLARE
    stored attendees;
BEGIN
    INSERT INTO attendees AS old SELECT (a).*
    ON CONFLICT (workspace_id, uid, email_key) DO UPDATE SET
        person     = greatest(old.person, excluded.person),
        seat       = greatest(old.seat, excluded.seat),
        mark       = greatest(old.mark, excluded.mark),
        cleared_at = greatest(old.cleared_at, excluded.cleared_at),
        reference  = greatest(old.reference, excluded.reference)
    RETURNING * INTO stored;
    RETURN stored;
END
$$;
