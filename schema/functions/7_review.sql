-- What comes from outside of events: guesses of the engine, decisions of persons, leads that go.

-- Notes what the engine made of an attendee; p_lead null: no link. False when he is another than the engine saw, or the lead has
-- gone: then it has to look again.
CREATE OR REPLACE FUNCTION put_guess(p_workspace bigint, p_uid text, p_email_key text, p_inputs text, p_model text, p_epoch bigint,
    p_lead text, p_probability double precision, p_because text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    b      bookings;
    inputs text;
BEGIN
    -- Events take the booking first, too.
    SELECT * INTO b FROM bookings WHERE workspace_id = p_workspace AND uid = p_uid FOR UPDATE;
    SELECT guess_inputs(a, b) INTO inputs FROM attendees a WHERE a.workspace_id = p_workspace AND a.uid = p_uid AND a.email_key = p_email_key;
    IF inputs IS DISTINCT FROM p_inputs THEN
        RETURN false;
    END IF;
    IF p_lead IS NOT NULL THEN
        PERFORM FROM leads WHERE workspace_id = p_workspace AND lead_id = p_lead FOR KEY SHARE;
        IF NOT FOUND THEN
            RETURN false;
        END IF;
    END IF;
    INSERT INTO match_guesses AS g (workspace_id, uid, email_key, inputs, model, epoch, lead_id, probability, because)
    VALUES (p_workspace, p_uid, p_email_key, p_inputs, p_model, p_epoch, p_lead, p_probability, p_because)
        ON CONFLICT (workspace_id, uid, email_key) DO UPDATE
       SET inputs = excluded.inputs, model = excluded.model, epoch = excluded.epoch,
           lead_id = excluded.lead_id, probability = excluded.probability, because = excluded.because;
    PERFORM FROM attendees WHERE workspace_id = p_workspace AND uid = p_uid AND email_key = p_email_key
        AND (lead_id, match_probability, match_because) IS DISTINCT FROM (p_lead, p_probability, p_because);
    IF FOUND THEN
        PERFORM stand(p_workspace, (settle(p_workspace, p_uid)).touched, now());
    END IF;
    RETURN true;
END
$$;

-- These bookings once more; the caller holds them.
CREATE OR REPLACE FUNCTION settle_all(p_workspace bigint, p_uids text[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    settled text[] := '{}';
    u       text;
BEGIN
    FOREACH u IN ARRAY p_uids LOOP
        settled := settled || (settle(p_workspace, u)).touched;
    END LOOP;
    PERFORM stand(p_workspace, settled, now());
END
$$;

-- All bookings of an address.
CREATE OR REPLACE FUNCTION settle_address(p_workspace bigint, p_email_key text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    uids text[];
BEGIN
    uids := ARRAY(SELECT b.uid FROM bookings b
                   WHERE b.workspace_id = p_workspace
                     AND b.uid IN (SELECT s.uid FROM standings s WHERE s.workspace_id = p_workspace AND s.email_key = p_email_key)
                   ORDER BY b.uid FOR UPDATE);
    PERFORM settle_all(p_workspace, uids);
END
$$;

-- A person's decision: link (to p_lead), dismiss or unlink. Returns 'done'; 'same' when that was so before; 'absent' and
-- 'lead_absent' when there is no such attendee or lead; 'certain' when he is a lead by an address or a link of his own, which only
-- a link to another lead overrules; 'linked' when a person linked him, who has to be unlinked before he is dismissed.
CREATE OR REPLACE FUNCTION decide_match(p_workspace bigint, p_uid text, p_email_key text, p_kind text, p_lead text, p_actor text)
RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    a attendees;
    d match_decisions;
BEGIN
    PERFORM FROM bookings WHERE workspace_id = p_workspace AND uid = p_uid FOR UPDATE;
    SELECT * INTO a FROM attendees WHERE workspace_id = p_workspace AND uid = p_uid AND email_key = p_email_key;
    IF NOT FOUND THEN
        RETURN 'absent';
    END IF;
    SELECT * INTO d FROM match_decisions WHERE workspace_id = p_workspace AND email_key = p_email_key AND uid = p_uid;
    IF p_kind = 'link' THEN
        PERFORM FROM leads WHERE workspace_id = p_workspace AND lead_id = p_lead FOR KEY SHARE;
        IF NOT FOUND THEN
            RETURN 'lead_absent';
        END IF;
    ELSIF a.match_method IN ('exact', 'same_mailbox', 'tracked_link') THEN
        RETURN 'certain';
    ELSIF p_kind = 'dismiss' AND a.match_method = 'by_hand' THEN
        RETURN 'linked';
    ELSIF p_kind = 'unlink' AND a.lead_id IS NULL AND coalesce(d.kind, 'unlink') <> 'dismiss' THEN
        RETURN 'same';
    END IF;
    IF d.kind = p_kind AND d.lead_id IS NOT DISTINCT FROM p_lead THEN
        RETURN 'same';
    END IF;
    INSERT INTO match_decisions AS o (workspace_id, email_key, uid, kind, lead_id, decided_at, decided_by)
    VALUES (p_workspace, p_email_key, p_uid, p_kind, p_lead, clock_timestamp(), p_actor)
        ON CONFLICT (workspace_id, email_key, uid) DO UPDATE
       SET kind = excluded.kind, lead_id = excluded.lead_id, decided_at = excluded.decided_at, decided_by = excluded.decided_by;
    INSERT INTO activities (workspace_id, uid, email_key, kind, happened_at, actor, lead_id)
    VALUES (p_workspace, p_uid, p_email_key,
            CASE p_kind WHEN 'link' THEN 'linked_by_hand' WHEN 'dismiss' THEN 'dismissed' ELSE 'unlinked' END,
            clock_timestamp(), p_actor, coalesce(p_lead, a.lead_id));
    PERFORM settle_address(p_workspace, p_email_key);
    IF p_kind = 'dismiss' THEN
        DELETE FROM unmatched_bookings WHERE workspace_id = p_workspace AND uid = p_uid AND email_key = p_email_key;
    END IF;
    RETURN 'done';
END
$$;

-- Removes a lead with all that was decided or guessed of him; his bookings stay, and whoever else he may be is looked for.
-- p_keys: the lead's keys, p_names: his names as [hash, first, last].
CREATE OR REPLACE FUNCTION drop_lead(p_workspace bigint, p_lead text, p_keys jsonb, p_names jsonb) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
    uids text[];
BEGIN
    -- No import, and nobody who may be about to match him: all who match hold a booking, or attendees. Who comes later finds him gone.
    PERFORM FROM workspaces WHERE workspace_id = p_workspace FOR NO KEY UPDATE;
    LOCK TABLE bookings, attendees IN EXCLUSIVE MODE;
    PERFORM FROM leads WHERE workspace_id = p_workspace AND lead_id = p_lead FOR UPDATE;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    uids := ARRAY(SELECT b.uid FROM bookings b
                   WHERE b.workspace_id = p_workspace
                     AND b.uid IN (SELECT s.uid FROM standings s WHERE s.workspace_id = p_workspace AND s.lead_id = p_lead)
                   ORDER BY b.uid FOR UPDATE);
    UPDATE attendees SET lead_id = NULL, match_method = NULL, match_probability = NULL, match_because = NULL, matched_at = NULL
     WHERE workspace_id = p_workspace AND uid = ANY (uids) AND lead_id = p_lead;
    -- He leaves the counts before he goes, because nobody could tell afterwards what he had contributed.
    PERFORM stand(p_workspace, uids, now());
    DELETE FROM lead_campaigns WHERE workspace_id = p_workspace AND lead_id = p_lead;
    INSERT INTO standing_changes (workspace_id, lead_was) VALUES (p_workspace, p_lead);
    PERFORM fold_all(p_workspace);
    DELETE FROM leads WHERE workspace_id = p_workspace AND lead_id = p_lead;
    DELETE FROM lead_keys WHERE workspace_id = p_workspace AND lead_id = p_lead
        AND key IN (SELECT k::bigint FROM jsonb_array_elements_text(p_keys) k);
    UPDATE lead_names n SET first_count = n.first_count - (g ->> 1)::bigint, last_count = n.last_count - (g ->> 2)::bigint
      FROM jsonb_array_elements(p_names) g WHERE n.workspace_id = p_workspace AND n.name = (g ->> 0)::bigint;
    UPDATE lead_indexes SET leads = leads - 1, epoch = epoch + 1 WHERE workspace_id = p_workspace;
    PERFORM settle_all(p_workspace, uids);
    RETURN true;
END
$$;
