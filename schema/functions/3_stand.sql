-- How attendees stand: the narrow rows that reports read, kept in step with what bookings and leads add up to.

-- The campaign that last reached the lead (e-mail sent or reply) before the booking was made; ties by the higher campaign id. One
-- whose contacts all came later did not bring the booking about; one of which no time is known may have, so it comes last.
CREATE OR REPLACE FUNCTION credited_campaign(p_workspace bigint, p_lead text, p_booked_at timestamptz)
RETURNS TABLE (campaign_id text) LANGUAGE sql STABLE ROWS 1 AS $$
    SELECT lc.campaign_id
      FROM lead_campaigns lc
     CROSS JOIN LATERAL (SELECT greatest(CASE WHEN lc.first_contacted_at <= p_booked_at THEN lc.first_contacted_at END,
                                         CASE WHEN lc.last_contacted_at <= p_booked_at THEN lc.last_contacted_at END,
                                         CASE WHEN lc.replied_at <= p_booked_at THEN lc.replied_at END) AS at) reached
     WHERE lc.workspace_id = p_workspace AND lc.lead_id = p_lead
       AND (reached.at IS NOT NULL OR coalesce(lc.first_contacted_at, lc.last_contacted_at, lc.replied_at) IS NULL)
     ORDER BY reached.at DESC NULLS LAST, length(lc.campaign_id) DESC, lc.campaign_id COLLATE "C" DESC
     LIMIT 1
$$;

CREATE OR REPLACE FUNCTION counted_row_of(s standings) RETURNS counted_row LANGUAGE sql IMMUTABLE AS $$
    SELECT ROW ((s).booked_at, (s).campaign_id, (s).lead_id IS NOT NULL, (s).status, (s).showed)::counted_row
$$;

-- Notes that a row is another now, or gone. Time only goes on: an event that was received earlier and applied later, out of the
-- spool, changes what is known from the later moment on.
CREATE OR REPLACE FUNCTION stand_differently(o standings, n standings, p_known timestamptz) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF (o).known_from < p_known THEN
        INSERT INTO past_standings (workspace_id, email_key, uid, booked_at, starts_at, status, showed, attendance_source, event_type,
            chain, rescheduled_from, lead_id, campaign_id, known_from, known_until) SELECT (o).*, p_known;
    END IF;
    INSERT INTO standing_changes (workspace_id, was, now, lead_was, lead_now, known_from)
    VALUES ((o).workspace_id, counted_row_of(o), CASE WHEN (n).uid IS NOT NULL THEN counted_row_of(n) END, (o).lead_id, (n).lead_id,
            greatest((o).known_from, p_known));
END
$$;

-- How an attendee stands by what is known now. No row when there is no such attendee.
CREATE OR REPLACE FUNCTION standing_of(p_workspace bigint, p_uid text, p_email_key text, p_known timestamptz) RETURNS SETOF standings
LANGUAGE sql STABLE ROWS 1 AS $$
    SELECT p_workspace, a.email_key, a.uid, b.booked_at, (b.schedule).starts_at, a.status, a.showed, a.attendance_source,
           coalesce((b.schedule).event_type, (b.schedule).title), nullif(b.chain, b.uid), (b.replaces).uid,
           a.lead_id, c.campaign_id, p_known
      FROM attendees a
      JOIN bookings b ON b.workspace_id = p_workspace AND b.uid = p_uid
      LEFT JOIN LATERAL credited_campaign(p_workspace, a.lead_id, b.booked_at) c ON true
     WHERE a.workspace_id = p_workspace AND a.uid = p_uid AND a.email_key = p_email_key
$$;

-- Brings the rows of a booking in line. Each is held first and what it follows from is read afterwards, so that of two who do this at
-- the same time the second sees what the first did.
CREATE OR REPLACE FUNCTION stand_booking(p_workspace bigint, p_uid text, p_known timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    keys text[] := ARRAY(SELECT email_key FROM attendees WHERE workspace_id = p_workspace AND uid = p_uid ORDER BY email_key);
    key  text;
    o    standings;
    n    standings;
BEGIN
    FOREACH key IN ARRAY keys LOOP
        SELECT * INTO o FROM standings s WHERE s.workspace_id = p_workspace AND s.email_key = key AND s.uid = p_uid FOR UPDATE;
        SELECT * INTO n FROM standing_of(p_workspace, p_uid, key, coalesce(o.known_from, p_known));
        CONTINUE WHEN NOT FOUND OR n IS NOT DISTINCT FROM o;
        IF o.uid IS NULL THEN
            INSERT INTO standings (workspace_id, email_key, uid, booked_at, starts_at, status, showed, attendance_source, event_type,
                chain, rescheduled_from, lead_id, campaign_id, known_from) SELECT (n).*;
            INSERT INTO standing_changes (workspace_id, now, lead_now, known_from)
            VALUES (p_workspace, counted_row_of(n), n.lead_id, n.known_from);
            CONTINUE;
        END IF;
        n.known_from := greatest(o.known_from, p_known);
        PERFORM stand_differently(o, n, p_known);
        UPDATE standings s
           SET booked_at = n.booked_at, starts_at = n.starts_at, status = n.status, showed = n.showed,
               attendance_source = n.attendance_source, event_type = n.event_type, chain = n.chain,
               rescheduled_from = n.rescheduled_from, lead_id = n.lead_id, campaign_id = n.campaign_id, known_from = n.known_from
         WHERE s.workspace_id = p_workspace AND s.email_key = key AND s.uid = p_uid;
    END LOOP;
END
$$;

-- Contacts of a workspace are changed by whoever holds this lock, until he commits; attendees are brought in line by those who share
-- it, or else note whom to look at again. It is waited for by no one but imports, before they hold anything of a booking.
CREATE OR REPLACE FUNCTION contacts_lock(p_workspace bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
    SELECT hashint8extended(p_workspace, 7487771)
$$;

-- Of these bookings; always in the same order, so that two who do this never wait for each other.
CREATE OR REPLACE FUNCTION stand(p_workspace bigint, p_uids text[], p_known timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    uids text[] := p_uids;
BEGIN
    IF cardinality(uids) > 1 THEN
        uids := ARRAY(SELECT DISTINCT u FROM unnest(uids) u ORDER BY u);
    END IF;
    IF NOT pg_try_advisory_xact_lock_shared(contacts_lock(p_workspace)) THEN
        INSERT INTO standings_noted (workspace_id, uid) SELECT p_workspace, unnest(uids);
    END IF;
    FOR i IN 1 .. coalesce(cardinality(uids), 0) LOOP
        PERFORM stand_booking(p_workspace, uids[i], p_known);
    END LOOP;
END
$$;

-- Brings in line whom others noted, up to p_limit; returns whether there is nothing more to do now, as while contacts are being
-- changed.
CREATE OR REPLACE FUNCTION stand_noted(p_workspace bigint, p_limit bigint) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    uids text[];
BEGIN
    IF NOT pg_try_advisory_xact_lock_shared(contacts_lock(p_workspace)) THEN
        RETURN true;
    END IF;
    WITH noted AS (
        DELETE FROM standings_noted WHERE workspace_id = p_workspace AND note_id IN (
            SELECT note_id FROM standings_noted WHERE workspace_id = p_workspace ORDER BY note_id LIMIT p_limit)
        RETURNING uid
    )
    SELECT array_agg(uid) INTO uids FROM noted;
    PERFORM stand(p_workspace, uids, now());
    RETURN coalesce(cardinality(uids), 0) < p_limit;
END
$$;

-- The attendees of a booking that is about to go.
CREATE OR REPLACE FUNCTION stand_no_more(p_workspace bigint, p_uid text, p_known timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    o standings;
BEGIN
    FOR o IN
        DELETE FROM standings s USING attendees a
         WHERE s.workspace_id = p_workspace AND a.workspace_id = p_workspace AND a.uid = p_uid
           AND s.email_key = a.email_key AND s.uid = a.uid
        RETURNING s.*
    LOOP
        PERFORM stand_differently(o, NULL, p_known);
    END LOOP;
END
$$;
