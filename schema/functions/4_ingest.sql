-- One delivery: stored, applied, matched, noted on the timeline, in one call and one transaction. No NOTIFY in here: it
-- serialises commits (measured: 2,800 instead of 10,600 a second).

-- Some events carry only Cal.com's numeric id. Until the uid of that number is heard of, they belong to a booking of this name,
-- which no uid from outside can have.
CREATE OR REPLACE FUNCTION uid_of_number(p_connection bigint, p_number bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT 'number:' || p_connection || ':' || p_number
$$;

-- What was known under the number alone becomes part of the booking whose uid is known now.
DROP FUNCTION IF EXISTS absorb_number(bigint, bigint, bigint, text);
CREATE OR REPLACE FUNCTION absorb_number(p_workspace bigint, p_connection bigint, p_number bigint, p_uid text,
    p_received_at timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    stray text := uid_of_number(p_connection, p_number);
    b     bookings;
    a     attendees;
BEGIN
    UPDATE bookings SET number = NULL WHERE workspace_id = p_workspace AND uid = stray RETURNING * INTO b;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    b.uid := p_uid;
    b.chain := p_uid;
    PERFORM put_booking(b);
    FOR a IN SELECT * FROM attendees WHERE workspace_id = p_workspace AND uid = stray LOOP
        a.uid := p_uid;
        PERFORM put_attendee(a);
    END LOOP;
    INSERT INTO activities (workspace_id, uid, email_key, kind, happened_at, actor, lead_id)
    SELECT workspace_id, p_uid, email_key, kind, happened_at, actor, lead_id FROM activities WHERE workspace_id = p_workspace AND uid = stray
        ON CONFLICT DO NOTHING;
    DELETE FROM activities WHERE workspace_id = p_workspace AND uid = stray;
    PERFORM stand_no_more(p_workspace, stray, p_received_at);
    INSERT INTO match_decisions SELECT workspace_id, email_key, p_uid, kind, lead_id, decided_at, decided_by FROM match_decisions
     WHERE workspace_id = p_workspace AND uid = stray ON CONFLICT DO NOTHING;
    DELETE FROM match_decisions WHERE workspace_id = p_workspace AND uid = stray;
    DELETE FROM match_guesses WHERE workspace_id = p_workspace AND uid = stray;
    DELETE FROM attendees WHERE workspace_id = p_workspace AND uid = stray;
    DELETE FROM bookings WHERE workspace_id = p_workspace AND uid = stray;
END
$$;

-- Applies what one event says of one booking (domain/booking; members are columns of bookings, attendees and activities).
-- Returns the booking's uid, and whether it was not there before.
DROP FUNCTION IF EXISTS apply_change(bigint, bigint, timestamptz, jsonb);
CREATE FUNCTION apply_change(p_workspace bigint, p_connection bigint, p_received_at timestamptz, p_change jsonb,
    OUT uid text, OUT made boolean) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    b bookings := jsonb_populate_record(NULL::bookings, p_change);
    put record;
    people jsonb := p_change -> 'attendees';
    notes jsonb := p_change -> 'activities';
    a attendees;
    match record;
    note activities;
    other text;
BEGIN
    IF b.uid IS NULL THEN
        SELECT uid INTO b.uid FROM bookings
         WHERE workspace_id = p_workspace AND connection_id = p_connection AND number = b.number;
        b.uid := coalesce(b.uid, uid_of_number(p_connection, b.number));
    ELSIF b.number IS NOT NULL THEN
        -- Again when an event that knows the number only came in between.
        LOOP
            SELECT o.uid INTO other FROM bookings o
             WHERE o.workspace_id = p_workspace AND o.connection_id = p_connection AND o.number = b.number AND o.uid <> b.uid;
            EXIT WHEN other IS DISTINCT FROM uid_of_number(p_connection, b.number);
            PERFORM absorb_number(p_workspace, p_connection, b.number, b.uid, p_received_at);
        END LOOP;
        -- A number that another booking has is a broken sender's, or of a Cal.com that began to count anew.
        IF other IS NOT NULL THEN
            b.number := NULL;
        END IF;
    END IF;
    b.workspace_id := p_workspace;
    b.connection_id := p_connection;
    b.heard_at := p_received_at;
    -- Mostly right at once, which spares a second version of a new row; settle_booking has the last word.
    b.status := coalesce((b.status_set).value, 'unknown');
    b.chain := b.uid;
    b.booked_at := b.known_at;
    put := put_booking(b);
    b := put.stored;
    made := put.made;
    uid := b.uid;

    FOR i IN 0 .. coalesce(jsonb_array_length(people), 0) - 1 LOOP
        a := jsonb_populate_record(NULL::attendees, people -> i);
        a.workspace_id := p_workspace;
        a.uid := b.uid;
        -- Of a new booking they are matched at once, for the same reason; settle_booking adds what earlier bookings hand down.
        a.status := attendee_status(b.status, a.seat);
        IF made THEN
            match := match_of(p_workspace, a, NULL);
            a.lead_id := match.lead_id;
            a.match_method := match.method;
            a.match_probability := match.probability;
            a.match_because := match.because;
            a.matched_at := CASE WHEN a.lead_id IS NOT NULL THEN now() END;
        END IF;
        PERFORM put_attendee(a);
    END LOOP;
    FOR i IN 0 .. coalesce(jsonb_array_length(notes), 0) - 1 LOOP
        note := jsonb_populate_record(NULL::activities, notes -> i);
        INSERT INTO activities (workspace_id, uid, email_key, kind, happened_at)
        VALUES (p_workspace, b.uid, note.email_key, note.kind, date_trunc('second', note.happened_at)) ON CONFLICT DO NOTHING;
    END LOOP;
END
$$;

-- p_changes: one for each booking that the event speaks of, in order of uid, so that two events never wait for each other.
-- Returns those of them with somebody about whom nothing is certain; null: none.
DROP FUNCTION IF EXISTS apply_changes(bigint, bigint, timestamptz, jsonb);
CREATE OR REPLACE FUNCTION apply_changes(p_workspace bigint, p_connection bigint, p_received_at timestamptz, p_changes jsonb)
RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE
    uids    text[];
    made    boolean[];
    touched text[];
    unsure  text[];
    applied record;
    settled record;
BEGIN
    FOR i IN 1 .. jsonb_array_length(p_changes) LOOP
        applied := apply_change(p_workspace, p_connection, p_received_at, p_changes -> i - 1);
        uids[i] := applied.uid;
        made[i] := applied.made;
    END LOOP;
    FOR i IN 1 .. coalesce(cardinality(uids), 0) LOOP
        settled := settle(p_workspace, uids[i], made[i]);
        touched := touched || settled.touched;
        IF settled.uncertain THEN
            unsure := unsure || uids[i];
        END IF;
    END LOOP;
    PERFORM stand(p_workspace, touched, p_received_at);
    RETURN unsure;
END
$$;

-- All that it calls looks up a few rows by their keys, so a plan for any parameters is as good as one for these, and planning again
-- at each call took half of the time (measured: 1,020 instead of 570 events a second in one session).
-- What became of the delivery: 'duplicate', or p_status; and the bookings with somebody about whom nothing is certain, as a JSON
-- array, or null.
DROP FUNCTION IF EXISTS ingest(bigint, bigint, bytea, text, text, text, bigint, timestamptz, timestamptz, bytea, text, jsonb);
CREATE OR REPLACE FUNCTION ingest(p_workspace bigint, p_connection bigint, p_delivery_key bytea, p_source text, p_trigger text,
    p_uid text, p_number bigint, p_happened_at timestamptz, p_received_at timestamptz, p_body bytea, p_status text, p_changes jsonb,
    OUT outcome text, OUT uncertain jsonb) LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    INSERT INTO webhook_events (workspace_id, delivery_key, connection_id, source, trigger, uid, number, happened_at, received_at,
                                status, body)
    VALUES (p_workspace, p_delivery_key, p_connection, p_source, p_trigger, p_uid, p_number, p_happened_at, p_received_at,
            p_status, p_body)
        ON CONFLICT (workspace_id, delivery_key) DO NOTHING;
    IF NOT FOUND THEN
        outcome := 'duplicate';
        RETURN;
    END IF;
    uncertain := to_jsonb(apply_changes(p_workspace, p_connection, p_received_at, p_changes));
    outcome := p_status;
END
$$;

-- One that was kept as failed, once more.
CREATE OR REPLACE FUNCTION apply_event(p_workspace bigint, p_event bigint, p_status text, p_changes jsonb) RETURNS boolean
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    e webhook_events;
BEGIN
    UPDATE webhook_events SET status = p_status, error = NULL, next_try_at = NULL
     WHERE workspace_id = p_workspace AND event_id = p_event AND status IN ('failed', 'dead') RETURNING * INTO e;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    PERFORM apply_changes(p_workspace, e.connection_id, e.received_at, p_changes);
    RETURN true;
END
$$;
