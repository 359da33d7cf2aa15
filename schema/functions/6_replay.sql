-- Rebuilding what is derived from the stored events, and telling what that changed. Begin, add every event, end; in one
-- transaction, under replay_lock. p_uids null: the whole workspace.

-- A booking and all that its events may touch: its chain, and the bookings that its seats came from or went to. The links count as well
-- as the name of the chain, because what is to be repaired may be either.
CREATE OR REPLACE FUNCTION related_bookings(p_workspace bigint, p_uid text) RETURNS TABLE (uid text) LANGUAGE sql STABLE AS $$
    WITH RECURSIVE related (uid) AS (
        SELECT p_uid
         UNION
        SELECT n.uid FROM related r CROSS JOIN LATERAL (
            SELECT other.uid FROM bookings b JOIN bookings other ON other.workspace_id = p_workspace AND other.chain = b.chain
             WHERE b.workspace_id = p_workspace AND b.uid = r.uid
             UNION
            SELECT l.uid FROM bookings b CROSS JOIN LATERAL (VALUES ((b.replaces).uid), ((b.replaced_by).uid)) l (uid)
             WHERE b.workspace_id = p_workspace AND b.uid = r.uid AND l.uid IS NOT NULL
             UNION
            SELECT b.uid FROM bookings b
             WHERE b.workspace_id = p_workspace AND ((b.replaces).uid = r.uid OR (b.replaced_by).uid = r.uid)
             UNION
            SELECT (a.seat).moved_to FROM attendees a WHERE a.workspace_id = p_workspace AND a.uid = r.uid AND (a.seat).moved_to IS NOT NULL
             UNION
            SELECT a.uid FROM attendees a WHERE a.workspace_id = p_workspace AND (a.seat).moved_to = r.uid) n
    )
    SELECT uid FROM related
$$;

-- Ingest waits, or spools, until the end: an event that came in between would be counted twice or not at all.
CREATE OR REPLACE FUNCTION replay_lock() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    LOCK TABLE webhook_events, bookings, attendees, unmatched_bookings, activities, standings IN SHARE ROW EXCLUSIVE MODE;
END
$$;

CREATE OR REPLACE FUNCTION replay_begin(p_workspace bigint, p_uids jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    uids text[] := ARRAY(SELECT jsonb_array_elements_text(p_uids));
    everything boolean := p_uids IS NULL;
BEGIN
    CREATE TEMP TABLE bookings_before ON COMMIT DROP AS
        SELECT * FROM bookings WHERE workspace_id = p_workspace AND (everything OR uid = ANY (uids));
    CREATE TEMP TABLE attendees_before ON COMMIT DROP AS
        SELECT * FROM attendees WHERE workspace_id = p_workspace AND (everything OR uid = ANY (uids));
    CREATE TEMP TABLE unmatched_before ON COMMIT DROP AS
        SELECT * FROM unmatched_bookings WHERE workspace_id = p_workspace AND (everything OR uid = ANY (uids));
    CREATE TEMP TABLE activities_before ON COMMIT DROP AS
        SELECT * FROM activities WHERE workspace_id = p_workspace AND (everything OR uid = ANY (uids));
    CREATE TEMP TABLE standings_before ON COMMIT DROP AS
        SELECT * FROM standings WHERE workspace_id = p_workspace AND (everything OR uid = ANY (uids));
    -- Standings stay until the end, which brings them in line: when something was known is not said by events.
    DELETE FROM attendees WHERE workspace_id = p_workspace AND (everything OR uid = ANY (uids));
    DELETE FROM bookings WHERE workspace_id = p_workspace AND (everything OR uid = ANY (uids));
    -- What persons did is in no event.
    DELETE FROM activities WHERE workspace_id = p_workspace AND (everything OR uid = ANY (uids)) AND actor IS NULL;
END
$$;

-- What was rebuilt stands as it follows, and what is not there any more stands no more.
CREATE OR REPLACE FUNCTION stand_again(p_workspace bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    o standings;
    u text;
BEGIN
    FOR o IN
        DELETE FROM standings s USING standings_before b
         WHERE s.workspace_id = p_workspace AND s.email_key = b.email_key AND s.uid = b.uid AND NOT EXISTS (
               SELECT FROM attendees a WHERE a.workspace_id = p_workspace AND a.uid = s.uid AND a.email_key = s.email_key)
        RETURNING s.*
    LOOP
        PERFORM stand_differently(o, NULL, now());
    END LOOP;
    FOR u IN
        SELECT b.uid FROM bookings b
         WHERE b.workspace_id = p_workspace AND (b.uid IN (SELECT uid FROM standings_before) OR NOT EXISTS (
               SELECT FROM standings s JOIN attendees a ON a.workspace_id = s.workspace_id AND a.email_key = s.email_key AND a.uid = s.uid
                WHERE s.workspace_id = p_workspace AND a.workspace_id = p_workspace AND a.uid = b.uid))
         ORDER BY b.uid
    LOOP
        PERFORM stand(p_workspace, ARRAY[u], now());
    END LOOP;
END
$$;

CREATE OR REPLACE FUNCTION replay_event(p_workspace bigint, p_connection bigint, p_received_at timestamptz, p_changes jsonb) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    change jsonb;
BEGIN
    FOR change IN SELECT jsonb_array_elements(p_changes) LOOP
        PERFORM apply_change(p_workspace, p_connection, p_received_at, change);
    END LOOP;
END
$$;

-- Who an attendee is was decided once, perhaps by a person; events do not say it, so it is kept. Settles what was rebuilt and
-- returns how many rows of each table are there now that were not before, and the other way round.
CREATE OR REPLACE FUNCTION replay_end(p_workspace bigint, p_uids jsonb)
RETURNS TABLE (table_name text, appeared bigint, vanished bigint) LANGUAGE plpgsql AS $$
DECLARE
    uids text[] := ARRAY(SELECT jsonb_array_elements_text(p_uids));
    everything boolean := p_uids IS NULL;
    u text;
BEGIN
    UPDATE attendees a
       SET lead_id = o.lead_id, match_method = o.match_method, match_probability = o.match_probability,
           match_because = o.match_because, matched_at = o.matched_at
      FROM attendees_before o
     WHERE a.workspace_id = p_workspace AND a.uid = o.uid AND a.email_key = o.email_key AND o.lead_id IS NOT NULL;
    FOR u IN SELECT b.uid FROM bookings b WHERE b.workspace_id = p_workspace AND (everything OR b.uid = ANY (uids)) ORDER BY b.uid LOOP
        PERFORM settle(p_workspace, u);
    END LOOP;
    PERFORM stand_again(p_workspace);
    UPDATE unmatched_bookings n SET since = o.since FROM unmatched_before o
     WHERE n.workspace_id = p_workspace AND n.uid = o.uid AND n.email_key = o.email_key;

    RETURN QUERY
    WITH now_bookings AS (SELECT * FROM bookings WHERE workspace_id = p_workspace AND (everything OR uid = ANY (uids))),
         now_attendees AS (SELECT * FROM attendees WHERE workspace_id = p_workspace AND (everything OR uid = ANY (uids))),
         now_unmatched AS (SELECT * FROM unmatched_bookings WHERE workspace_id = p_workspace AND (everything OR uid = ANY (uids))),
         now_standings AS (SELECT * FROM standings WHERE workspace_id = p_workspace AND (everything OR uid = ANY (uids))),
         now_activities AS (SELECT * FROM activities WHERE workspace_id = p_workspace AND (everything OR uid = ANY (uids)))
    SELECT 'bookings', (SELECT count(*) FROM (TABLE now_bookings EXCEPT TABLE bookings_before) d),
                       (SELECT count(*) FROM (TABLE bookings_before EXCEPT TABLE now_bookings) d)
     UNION ALL
    SELECT 'attendees', (SELECT count(*) FROM (TABLE now_attendees EXCEPT TABLE attendees_before) d),
                        (SELECT count(*) FROM (TABLE attendees_before EXCEPT TABLE now_attendees) d)
     UNION ALL
    SELECT 'unmatched_bookings', (SELECT count(*) FROM (TABLE now_unmatched EXCEPT TABLE unmatched_before) d),
                                 (SELECT count(*) FROM (TABLE unmatched_before EXCEPT TABLE now_unmatched) d)
     UNION ALL
    SELECT 'standings', (SELECT count(*) FROM (TABLE now_standings EXCEPT TABLE standings_before) d),
                        (SELECT count(*) FROM (TABLE standings_before EXCEPT TABLE now_standings) d)
     UNION ALL
    SELECT 'activities', (SELECT count(*) FROM (TABLE now_activities EXCEPT TABLE activities_before) d),
                         (SELECT count(*) FROM (TABLE activities_before EXCEPT TABLE now_activities) d);
END
$$;
