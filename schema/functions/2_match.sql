-- Who is this attendee? What is certain, in order: a person's decision on this booking, the reference of the booking link, a
-- person's decision on the address, the address itself. Last comes what the engine guessed (work/match_likely).

-- Which lead has this address? Equal addresses first, then the same mailbox; of several the most recently changed one. Several
-- persons with one address are the engine's to tell apart, or a person's; so is a role mailbox that is listed for several leads.
-- One row; without a lead when it has none.
DROP FUNCTION IF EXISTS lead_of_address(bigint, text, text, boolean);
CREATE FUNCTION lead_of_address(p_workspace bigint, p_email_key text, p_mailbox_key text, p_shared boolean,
    OUT lead_id text, OUT method text, OUT because text) LANGUAGE plpgsql STABLE AS $$
DECLARE
    best    record;
    another record;
BEGIN
    FOR another IN
        SELECT l.lead_id, l.email_key = p_email_key AS same, lower(l.first_name) AS first_name, lower(l.last_name) AS last_name
          FROM leads l
         WHERE l.workspace_id = p_workspace AND l.mailbox_key = p_mailbox_key
         ORDER BY l.email_key = p_email_key DESC, l.changed_at DESC, l.lead_id
         LIMIT 50
    LOOP
        IF best IS NULL THEN
            best := another;
        ELSIF p_shared THEN
            RETURN;
        ELSE
            EXIT WHEN another.same <> best.same;
            IF (another.first_name <> best.first_name AND '' NOT IN (another.first_name, best.first_name))
                OR (another.last_name <> best.last_name AND '' NOT IN (another.last_name, best.last_name)) THEN
                RETURN;
            END IF;
        END IF;
    END LOOP;
    IF best IS NOT NULL THEN
        lead_id := best.lead_id;
        method := CASE WHEN best.same THEN 'exact' ELSE 'same_mailbox' END;
        because := CASE WHEN best.same THEN 'the same address' ELSE 'another spelling of the same mailbox' END;
    END IF;
END
$$;

-- The references that came with earlier bookings of the chain, of the nearest one that had any, as an object by address: Cal.com
-- sometimes forgets the metadata when a booking is rescheduled.
CREATE OR REPLACE FUNCTION inherited_references(p_workspace bigint, p_uid text) RETURNS jsonb LANGUAGE sql STABLE AS $$
    WITH RECURSIVE earlier (uid, parent, chain, distance) AS (
        SELECT b.uid, (b.replaces).uid, b.chain, 0 FROM bookings b WHERE b.workspace_id = p_workspace AND b.uid = p_uid
         UNION ALL
        SELECT b.uid, (b.replaces).uid, b.chain, e.distance + 1
          FROM earlier e JOIN bookings b ON b.workspace_id = p_workspace AND b.uid = e.parent
         WHERE e.uid <> e.chain AND e.distance < 1000
    )
    SELECT jsonb_object_agg(r.email_key, r.lead_id)
      FROM (SELECT DISTINCT ON (a.email_key) a.email_key, (a.reference).lead_id
              FROM earlier e JOIN attendees a ON a.workspace_id = p_workspace AND a.uid = e.uid
             WHERE e.distance > 0 AND a.reference IS NOT NULL
             ORDER BY a.email_key, e.distance) r
$$;

-- p_inherited: the lead of a reference that an earlier booking had. What an address said once stays said, though its lead has
-- another address now; everything else holds as long as its reason does.
CREATE OR REPLACE FUNCTION match_of(p_workspace bigint, p_attendee attendees, p_inherited text,
    OUT lead_id text, OUT method text, OUT probability double precision, OUT because text, OUT dismissed boolean)
LANGUAGE plpgsql STABLE AS $$
DECLARE
    a attendees := p_attendee;
    d match_decisions;
    own boolean;
    address record;
    referred text := coalesce((a.reference).lead_id, p_inherited);
BEGIN
    SELECT * INTO d FROM match_decisions m
     WHERE m.workspace_id = p_workspace AND m.email_key = a.email_key AND (m.uid = a.uid OR (m.kind = 'link' AND NOT a.shared))
     ORDER BY m.uid = a.uid DESC, m.decided_at DESC, m.uid LIMIT 1;
    own := coalesce(d.uid = a.uid, false);
    dismissed := own AND d.kind = 'dismiss';
    probability := 1;

    IF own AND d.kind = 'link' THEN
        lead_id := d.lead_id;
        method := 'by_hand';
        because := 'linked by a person';
        RETURN;
    END IF;
    IF referred IS NOT NULL THEN
        SELECT l.lead_id INTO lead_id FROM leads l WHERE l.workspace_id = p_workspace AND l.lead_id = referred;
        IF FOUND THEN
            method := 'tracked_link';
            because := 'booked by the link that was made for this lead';
            RETURN;
        END IF;
    END IF;
    IF d.kind = 'link' THEN
        lead_id := d.lead_id;
        method := 'by_hand';
        because := 'a person linked another booking of this address';
        RETURN;
    END IF;
    IF a.match_method IN ('exact', 'same_mailbox') THEN
        lead_id := a.lead_id;
        method := a.match_method;
        because := a.match_because;
        RETURN;
    END IF;
    address := lead_of_address(p_workspace, a.email_key, a.mailbox_key, a.shared);
    IF address.lead_id IS NOT NULL THEN
        lead_id := address.lead_id;
        method := address.method;
        because := address.because;
        RETURN;
    END IF;
    probability := NULL;
    IF NOT own THEN
        SELECT g.lead_id, 'likely_person', g.probability, g.because INTO lead_id, method, probability, because
          FROM match_guesses g
         WHERE g.workspace_id = p_workspace AND g.uid = a.uid AND g.email_key = a.email_key AND g.lead_id IS NOT NULL;
    END IF;
END
$$;

-- All that a guess depends on, but for the leads.
CREATE OR REPLACE FUNCTION guess_inputs(p_attendee attendees, p_booking bookings) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT md5(jsonb_build_array((p).name, (p).phone, (p).company, (p).timezone, (p).notes, (p_booking.schedule).title,
                                 extract(epoch FROM p_booking.booked_at))::text)
      FROM (SELECT p_attendee.person AS p) x
$$;
