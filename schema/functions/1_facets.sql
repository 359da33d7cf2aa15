-- The law of facets: the newer setting wins, whatever the order of arrival. Both functions store what an event says of one
-- booking or attendee; what a row says that is not there yet is stored as it is, of which put_booking tells by `made`. Again when the
-- row that was there went before it could be written.

DROP FUNCTION IF EXISTS put_booking(bookings);
CREATE FUNCTION put_booking(b bookings, OUT stored bookings, OUT made boolean) LANGUAGE plpgsql AS $$
BEGIN
    LOOP
        INSERT INTO bookings SELECT (b).* ON CONFLICT (workspace_id, uid) DO NOTHING;
        made := FOUND;
        IF made THEN
            stored := b;
            RETURN;
        END IF;
        UPDATE bookings old SET
            number        = coalesce(old.number, b.number),
            known_at      = least(old.known_at, b.known_at),
            heard_at      = least(old.heard_at, b.heard_at),
            schedule      = greatest(old.schedule, b.schedule),
            status_set    = greatest(old.status_set, b.status_set),
            started_at    = greatest(old.started_at, b.started_at),
            ended_at      = greatest(old.ended_at, b.ended_at),
            guests_absent = greatest(old.guests_absent, b.guests_absent),
            host_absent   = greatest(old.host_absent, b.host_absent),
            payment       = greatest(old.payment, b.payment),
            replaces      = greatest(old.replaces, b.replaces),
            replaced_by   = greatest(old.replaced_by, b.replaced_by),
            roster        = greatest(old.roster, b.roster),
            shown_at      = greatest(old.shown_at, b.shown_at),
            gone_at       = greatest(old.gone_at, b.gone_at)
         WHERE old.workspace_id = b.workspace_id AND old.uid = b.uid
        RETURNING * INTO stored;
        EXIT WHEN FOUND;
    END LOOP;
END
$$;

DROP FUNCTION IF EXISTS put_attendee(attendees);
CREATE FUNCTION put_attendee(a attendees) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    LOOP
        INSERT INTO attendees SELECT (a).* ON CONFLICT (workspace_id, uid, email_key) DO NOTHING;
        EXIT WHEN FOUND;
        UPDATE attendees old SET
            person     = greatest(old.person, a.person),
            seat       = greatest(old.seat, a.seat),
            mark       = greatest(old.mark, a.mark),
            cleared_at = greatest(old.cleared_at, a.cleared_at),
            reference  = greatest(old.reference, a.reference)
         WHERE old.workspace_id = a.workspace_id AND old.uid = a.uid AND old.email_key = a.email_key;
        EXIT WHEN FOUND;
    END LOOP;
END
$$;
