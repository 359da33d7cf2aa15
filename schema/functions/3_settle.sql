-- What follows from the facets: the status of a booking and its attendees, attendance, the chain of reschedules.

-- A chain is named after its first booking, and that one's time is when the chain was booked. Walks up to the first, then down
-- to all that came of it. Bookings that replace each other in a circle are a broken sender's: the newest of their links is
-- refused, and the chain begins where it led from; returns whom that spared, if anybody, and all of the chain. A concurrent event
-- that adds a link holds the row that it hangs on, so whichever comes second sees the other.
CREATE OR REPLACE FUNCTION settle_chain(p_workspace bigint, p_uid text, OUT spared text, OUT done text[]) LANGUAGE plpgsql AS $$
DECLARE
    path   text[] := ARRAY[p_uid];
    circle text[];
    first  text := p_uid;
    parent text;
    booked timestamptz;
    level  text[];
BEGIN
    LOOP
        SELECT (replaces).uid INTO parent FROM bookings WHERE workspace_id = p_workspace AND uid = first;
        EXIT WHEN parent IS NULL;
        IF parent = ANY (path) THEN
            circle := path[array_position(path, parent):];
            SELECT uid, (replaces).uid INTO STRICT first, spared FROM bookings WHERE workspace_id = p_workspace AND uid = ANY (circle)
             ORDER BY (replaces).at DESC, uid COLLATE "C" DESC LIMIT 1;
            EXIT;
        END IF;
        path := path || parent;
        first := parent;
    END LOOP;
    SELECT known_at INTO STRICT booked FROM bookings WHERE workspace_id = p_workspace AND uid = first;

    level := ARRAY[first];
    done := level;
    WHILE level <> '{}' LOOP
        UPDATE bookings SET chain = first, booked_at = booked
         WHERE workspace_id = p_workspace AND uid = ANY (level) AND (chain, booked_at) IS DISTINCT FROM (first, booked)
           AND (uid = first OR (replaces).uid = ANY (done)); -- looked at again when the row had to be waited for
        SELECT coalesce(array_agg(n.uid ORDER BY n.uid), '{}') INTO level
          FROM bookings b JOIN bookings n ON n.workspace_id = b.workspace_id AND n.replaces IS NOT NULL AND (n.replaces).uid = b.uid
         WHERE b.workspace_id = p_workspace AND b.uid = ANY (level) AND b.chain = first AND n.uid <> ALL (done);
        done := done || level;
    END LOOP;
END
$$;

-- A list of all who have seats, read later than what else is known of one: he sits if he is in it, and has left if he is not.
CREATE OR REPLACE FUNCTION seat_of(p_seat seat_facet, p_email_key text, p_roster roster_facet) RETURNS seat_facet
LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN (p_roster).at IS NULL OR (p_seat).at >= (p_roster).at THEN p_seat
                WHEN p_email_key = ANY ((p_roster).keys) THEN ROW ((p_roster).at, 0, true, NULL)::seat_facet
                WHEN coalesce((p_seat).taken, true) THEN ROW ((p_roster).at, 0, false, NULL)::seat_facet
                ELSE p_seat END
$$;

-- A no-show mark that was not there any more when somebody looked later was taken back, as if an event had said so. What persons
-- noted here is not Cal.com's to take back.
CREATE OR REPLACE FUNCTION mark_of(p_mark mark_facet, p_cleared_at timestamptz) RETURNS mark_facet LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN p_cleared_at > (p_mark).at AND NOT (p_mark).showed AND (p_mark).source = 'explicit'
                THEN ROW (p_cleared_at, (p_mark).rank, true, 'explicit')::mark_facet
                ELSE p_mark END
$$;

-- An attendee who gave up his seat did so, whatever became of the booking afterwards; the others stand as it does.
CREATE OR REPLACE FUNCTION attendee_status(p_booking text, p_seat seat_facet) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN p_seat IS NULL OR (p_seat).taken THEN p_booking
                WHEN (p_seat).moved_to IS NOT NULL THEN 'superseded'
                ELSE 'cancelled' END
$$;

-- One booking and its attendees. Values are compared here and written when they differ: a statement that finds out by itself costs
-- more than most events change. p_matched: its attendees were matched a moment ago, without what earlier bookings hand down.
-- Returns whether there is somebody about whom nothing is certain.
DROP FUNCTION IF EXISTS settle_booking(bookings, text);
CREATE OR REPLACE FUNCTION settle_booking(b bookings, p_spared text, p_matched boolean) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    people  attendees[];
    a       attendees;
    n       attendees;
    seat    seat_facet;
    mark    mark_facet;
    match   record;
    dismissed boolean;
    uncertain boolean := false;
    state   text;
    ended   boolean;
    left_by int := 0; -- how many gave up their seats,
    moved   int := 0; -- and of these to another booking
    absence mark_facet;
    handed  jsonb;
BEGIN
    people := ARRAY(SELECT x FROM attendees x WHERE x.workspace_id = b.workspace_id AND x.uid = b.uid ORDER BY x.email_key);
    -- The link that was refused leads from the first of the chain to whom it spared, and replaces nothing.
    state := CASE WHEN b.replaced_by IS NOT NULL AND (b.uid IS DISTINCT FROM p_spared OR (b.replaced_by).uid <> b.chain)
                  THEN 'superseded'
                  ELSE coalesce((b.status_set).value, 'unknown') END;

    -- A booking is over when the last seat was given up. Not asked: whether it is one with seats, for only they are given up,
    -- and what is known of the booking may be a row that does not say.
    IF state IN ('accepted', 'pending', 'unknown') AND people <> '{}' THEN
        FOREACH a IN ARRAY people LOOP
            seat := seat_of(a.seat, a.email_key, b.roster);
            EXIT WHEN coalesce(seat.taken, true);
            left_by := left_by + 1;
            moved := moved + (seat.moved_to IS NOT NULL)::int;
        END LOOP;
        state := CASE WHEN left_by < cardinality(people) THEN state WHEN moved = left_by THEN 'superseded' ELSE 'cancelled' END;
    END IF;
    -- Asked for and not there, and nothing later says that it is.
    IF state IN ('accepted', 'pending', 'unknown') AND b.gone_at > greatest(b.shown_at, (b.status_set).at) THEN
        state := 'cancelled';
    END IF;
    IF b.status IS DISTINCT FROM state THEN
        UPDATE bookings o SET status = state WHERE o.workspace_id = b.workspace_id AND o.uid = b.uid;
    END IF;

    -- An end that lies before the scheduled one was sent for an earlier time of the meeting.
    ended := b.ended_at IS NOT NULL AND b.ended_at >= coalesce((b.schedule).ends_at, b.ended_at);
    IF ended THEN
        ended := (SELECT attendance = 'presume' FROM workspaces WHERE workspace_id = b.workspace_id);
    END IF;
    IF b.guests_absent IS NOT NULL THEN
        absence := ROW (b.guests_absent, 1, false, 'explicit');
    END IF;
    IF b.chain <> b.uid THEN
        handed := inherited_references(b.workspace_id, b.uid);
    END IF;

    FOREACH a IN ARRAY people LOOP
        n := a;
        n.status := attendee_status(state, seat_of(a.seat, a.email_key, b.roster));
        mark := greatest(mark_of(a.mark, a.cleared_at), absence);
        n.showed := CASE WHEN mark IS NOT NULL THEN mark.showed WHEN ended AND n.status = 'accepted' THEN true END;
        n.attendance_source := CASE WHEN mark IS NOT NULL THEN mark.source WHEN ended AND n.status = 'accepted' THEN 'presumed' END;
        IF NOT p_matched OR a.lead_id IS NULL OR handed IS NOT NULL THEN
            match := match_of(b.workspace_id, a, handed ->> a.email_key);
            n.lead_id := match.lead_id;
            n.match_method := match.method;
            n.match_probability := match.probability;
            n.match_because := match.because;
            dismissed := match.dismissed;
            IF (n.lead_id, n.match_method) IS DISTINCT FROM (a.lead_id, a.match_method) THEN
                n.matched_at := CASE WHEN n.lead_id IS NOT NULL THEN now() END;
            END IF;
        END IF;
        IF n IS DISTINCT FROM a THEN
            UPDATE attendees
               SET status = n.status, showed = n.showed, attendance_source = n.attendance_source, lead_id = n.lead_id,
                   match_method = n.match_method, match_probability = n.match_probability, match_because = n.match_because,
                   matched_at = n.matched_at
             WHERE workspace_id = b.workspace_id AND uid = b.uid AND email_key = a.email_key;
        END IF;
        uncertain := uncertain OR n.lead_id IS NULL OR n.match_method = 'likely_person';
        IF n.lead_id IS NULL AND NOT dismissed THEN
            INSERT INTO unmatched_bookings (workspace_id, uid, email_key, mailbox_key)
            VALUES (b.workspace_id, b.uid, a.email_key, a.mailbox_key) ON CONFLICT DO NOTHING;
        ELSIF n.lead_id IS NOT NULL AND a.lead_id IS NULL THEN
            DELETE FROM unmatched_bookings WHERE workspace_id = b.workspace_id AND uid = b.uid AND email_key = a.email_key;
        END IF;
    END LOOP;
    RETURN uncertain;
END
$$;

-- All of an event's bookings must be there before the first is settled. touched: the bookings whose attendees may stand differently
-- now; the caller has them stand (3_stand). p_matched and uncertain are settle_booking's.
DROP FUNCTION IF EXISTS settle(bigint, text);
CREATE OR REPLACE FUNCTION settle(p_workspace bigint, p_uid text, p_matched boolean DEFAULT false, OUT touched text[],
    OUT uncertain boolean) LANGUAGE plpgsql AS $$
DECLARE
    b       bookings;
    spared  text;
    chained text[];
    held    text[] := '{}';
    others  text[] := '{}';
    seen    text[] := '{}';
BEGIN
    SELECT * INTO STRICT b FROM bookings WHERE workspace_id = p_workspace AND uid = p_uid;
    IF b.replaces IS NOT NULL OR b.replaced_by IS NOT NULL OR b.booked_at <> b.known_at THEN
        LOOP
            SELECT c.spared, c.done INTO spared, chained FROM settle_chain(p_workspace, p_uid) c;
            -- Who is spared by a circle, and who was by one that is no more.
            others := ARRAY(SELECT uid FROM bookings WHERE workspace_id = p_workspace AND uid = ANY (chained) AND uid <> p_uid
                               AND (uid = spared OR (replaced_by IS NOT NULL AND status <> 'superseded')) ORDER BY uid);
            EXIT WHEN (spared IS NULL AND others = '{}') OR chained <@ held;
            -- A circle concerns bookings far from the link that closes or opens it, so its events must not pass each other: what
            -- was found counts only if it is found again with all rows held.
            PERFORM FROM bookings WHERE workspace_id = p_workspace AND uid = ANY (chained) ORDER BY uid FOR UPDATE;
            held := chained;
        END LOOP;
        SELECT * INTO STRICT b FROM bookings WHERE workspace_id = p_workspace AND uid = p_uid;
    END IF;
    uncertain := settle_booking(b, spared, p_matched);
    IF chained IS NULL THEN
        touched := ARRAY[p_uid];
        RETURN;
    END IF;
    FOR b IN SELECT * FROM bookings WHERE workspace_id = p_workspace AND uid = ANY (others) ORDER BY uid LOOP
        PERFORM settle_booking(b, spared, false);
    END LOOP;

    -- What came with this booking's link is handed down, generation by generation: who adds one at the same time holds its parent.
    IF EXISTS (SELECT FROM attendees WHERE workspace_id = p_workspace AND uid = ANY (chained)
                  AND (reference IS NOT NULL OR match_method = 'tracked_link')) THEN
        others := ARRAY[p_uid];
        seen := others;
        WHILE others <> '{}' LOOP
            others := ARRAY(SELECT uid FROM bookings WHERE workspace_id = p_workspace AND replaces IS NOT NULL
                               AND (replaces).uid = ANY (others) AND uid <> ALL (seen) ORDER BY uid FOR UPDATE);
            FOR b IN SELECT * FROM bookings WHERE workspace_id = p_workspace AND uid = ANY (others) ORDER BY uid LOOP
                PERFORM settle_booking(b, spared, false);
            END LOOP;
            seen := seen || others;
        END LOOP;
    END IF;
    touched := p_uid || chained || seen;
END
$$;
