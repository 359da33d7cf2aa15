-- What each lead counts in the funnel, now and as it was known before.

-- The rows of the bookings report, as they are (null) or as they were known at a moment.
CREATE OR REPLACE FUNCTION standings_at(p_workspace bigint, p_as_of timestamptz) RETURNS SETOF standings LANGUAGE sql STABLE AS $$
    SELECT * FROM standings WHERE workspace_id = p_workspace AND (p_as_of IS NULL OR known_from <= p_as_of)
     UNION ALL
    SELECT workspace_id, email_key, uid, booked_at, starts_at, status, showed, attendance_source, event_type, chain,
           rescheduled_from, lead_id, campaign_id, known_from
      FROM past_standings WHERE p_as_of IS NOT NULL AND workspace_id = p_workspace AND known_from <= p_as_of AND p_as_of < known_until
$$;

-- Whoever may count, or did.
CREATE OR REPLACE FUNCTION leads_ever(p_workspace bigint) RETURNS text[] LANGUAGE sql STABLE AS $$
    SELECT coalesce(array_agg(lead_id), '{}')
      FROM (SELECT lead_id FROM leads WHERE workspace_id = p_workspace
             UNION SELECT lead_id FROM past_standings WHERE workspace_id = p_workspace AND lead_id IS NOT NULL) l
$$;

-- One moment for all of them.
CREATE OR REPLACE FUNCTION moments_for(p_leads text[], p_as_of timestamptz) RETURNS timestamptz[] LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN p_as_of IS NOT NULL THEN array_fill(p_as_of, ARRAY[cardinality(p_leads)]) END
$$;

-- What these leads contribute: now (p_moments null), or each as of his moment; one lead may have several. Contacts have no history:
-- they are as of now. p_activity: only what happened, not what became of whom; it is the cheaper half. Planned for these leads, and
-- without what the reports rule out for their own statements: at half a million leads without a sort it takes minutes.
DROP FUNCTION IF EXISTS items_of(bigint, text[], timestamptz, boolean);
CREATE OR REPLACE FUNCTION items_of(p_workspace bigint, p_leads text[], p_moments timestamptz[], p_activity boolean)
RETURNS TABLE (lead_id text, moment timestamptz, kind item_kind, at timestamptz, next_at timestamptz, campaign_id text, event_type text, sent int,
    delivered int, replied int, interested int, booked int, showed int)
LANGUAGE plpgsql STABLE ROWS 10000
SET plan_cache_mode = force_custom_plan SET enable_sort = on SET enable_bitmapscan = on AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH asked AS (
        SELECT a.lead_id, coalesce(a.moment, 'infinity') AS moment FROM unnest(p_leads, p_moments) AS a (lead_id, moment)
    ), standing AS (
        SELECT a.lead_id, a.moment, s.uid, s.email_key, s.showed, s.booked_at, coalesce(s.starts_at, s.booked_at) AS meets_at,
               coalesce(s.campaign_id, '') AS campaign_id, coalesce(s.event_type, '') AS event_type
          FROM asked a
         CROSS JOIN LATERAL (
               SELECT uid, email_key, showed, booked_at, starts_at, campaign_id, event_type FROM standings
                WHERE workspace_id = p_workspace AND lead_id = a.lead_id AND status = 'accepted' AND known_from <= a.moment
                UNION ALL
               SELECT uid, email_key, showed, booked_at, starts_at, campaign_id, event_type FROM past_standings
                WHERE workspace_id = p_workspace AND lead_id = a.lead_id AND status = 'accepted' AND known_from <= a.moment
                  AND a.moment < known_until AND p_moments IS NOT NULL) s
    ), booked AS (
        SELECT s.*, lead(booked_at) OVER w AS next_at, lead(uid) OVER w IS NULL AS last
          FROM standing s WINDOW w AS (PARTITION BY lead_id, moment ORDER BY booked_at, uid, email_key)
    ), showed AS (
        SELECT s.*, lead(meets_at) OVER w AS next_at, lead(uid) OVER w IS NULL AS last
          FROM standing s WHERE showed WINDOW w AS (PARTITION BY lead_id, moment ORDER BY meets_at, uid, email_key)
    ), contact AS (
        SELECT a.lead_id, a.moment, lc.campaign_id, lc.first_contacted_at AS at, count(*) OVER (PARTITION BY a.lead_id, a.moment) = 1 AS alone,
               lc.bounced_at IS NULL AS delivered, lc.replied_at IS NOT NULL AS replied, lc.interested_at IS NOT NULL AS interested,
               b.lead_id IS NOT NULL AS booked, b.campaign_id = lc.campaign_id AS booked_here, b.event_type AS booked_type,
               s.lead_id IS NOT NULL AS showed, s.campaign_id = lc.campaign_id AS showed_here, s.event_type AS showed_type
          FROM asked a
          JOIN lead_campaigns lc ON lc.workspace_id = p_workspace AND lc.lead_id = a.lead_id
          LEFT JOIN booked b ON b.lead_id = a.lead_id AND b.moment = a.moment AND b.last
          LEFT JOIN showed s ON s.lead_id = a.lead_id AND s.moment = a.moment AND s.last
         WHERE NOT p_activity AND lc.first_contacted_at IS NOT NULL
    ), stage AS (   -- of leads in several campaigns: at each stage the last contact that got there is the one that counts
        SELECT c.lead_id, c.moment, c.campaign_id, c.at, n.stage, n.type, n.here,
               lead(c.at) OVER (PARTITION BY c.lead_id, c.moment, n.stage ORDER BY c.at, length(c.campaign_id), c.campaign_id COLLATE "C") AS next_at
          FROM contact c
         CROSS JOIN LATERAL (VALUES (1, true, '', true), (2, delivered, '', true), (3, replied, '', true), (4, interested, '', true),
                                    (5, booked, booked_type, booked_here), (6, showed, showed_type, showed_here)) AS n (stage, reached, type, here)
         WHERE NOT c.alone AND n.reached
    ), several AS (
        SELECT lead_id, moment, 'distinct'::item_kind AS kind, at, next_at, '' AS campaign_id, type, stage FROM stage
         UNION ALL
        SELECT lead_id, moment, 'cohort', at, NULL, campaign_id, type, stage FROM stage WHERE here
    )
    SELECT lead_id, moment, 'activity'::item_kind, booked_at, next_at, campaign_id, event_type, 0, 0, 0, 0, 1, 0 FROM booked
     UNION ALL
    SELECT lead_id, moment, 'activity', meets_at, next_at, campaign_id, event_type, 0, 0, 0, 0, 0, 1 FROM showed
     UNION ALL
    SELECT c.lead_id, c.moment, CASE WHEN n.here THEN 'both'::item_kind ELSE 'distinct' END, c.at, NULL,
           CASE WHEN n.here THEN c.campaign_id ELSE '' END, n.type,
           n.sent, n.delivered, n.replied, n.interested, n.booked, n.showed
      FROM contact c
     CROSS JOIN LATERAL (VALUES (true, true, '', 1, delivered::int, replied::int, interested::int, 0, 0),
                                (booked, booked_here, booked_type, 0, 0, 0, 0, 1, 0), (showed, showed_here, showed_type, 0, 0, 0, 0, 0, 1))
           AS n (reached, here, type, sent, delivered, replied, interested, booked, showed)
     WHERE c.alone AND n.reached
     UNION ALL
    SELECT lead_id, moment, kind, at, next_at, campaign_id, type,
           count(*) FILTER (WHERE stage = 1)::int, count(*) FILTER (WHERE stage = 2)::int, count(*) FILTER (WHERE stage = 3)::int,
           count(*) FILTER (WHERE stage = 4)::int, count(*) FILTER (WHERE stage = 5)::int, count(*) FILTER (WHERE stage = 6)::int
      FROM several GROUP BY lead_id, moment, kind, at, next_at, campaign_id, type;
END
$$;

-- The moments from each lead's p_since on at which something else became known of his accepted bookings, and the last before that, from
-- -infinity on; each until the next. Of whom nothing became known, or no history is kept, there is none.
CREATE OR REPLACE FUNCTION moments_of(p_workspace bigint, p_leads text[], p_since timestamptz[])
RETURNS TABLE (lead_id text, moment timestamptz, known_from timestamptz, known_until timestamptz)
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_custom_plan AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH asked AS (
        SELECT lead_id, since FROM unnest(p_leads, p_since) AS a (lead_id, since)
         WHERE NOT EXISTS (SELECT FROM busy_leads b WHERE b.workspace_id = p_workspace AND b.lead_id = a.lead_id)
    ), turn AS (
        SELECT lead_id, since, s.known_from AS at FROM asked JOIN standings s USING (lead_id)
         WHERE s.workspace_id = p_workspace AND s.status = 'accepted' AND s.known_from >= since
         UNION
        SELECT lead_id, since, v.at FROM asked JOIN past_standings s USING (lead_id)
         CROSS JOIN LATERAL (VALUES (s.known_from), (s.known_until)) AS v (at)
         WHERE s.workspace_id = p_workspace AND s.status = 'accepted' AND v.at >= since
    )
    SELECT lead_id, moment, known_from, lead(moment, 1, 'infinity') OVER (PARTITION BY lead_id ORDER BY moment)
      FROM (SELECT lead_id, at AS moment, at AS known_from FROM turn
             UNION
            SELECT lead_id, since - interval '1 microsecond', '-infinity' FROM turn) m;
END
$$;

-- What these leads contributed by what was known from each one's p_since on, and what they contribute now: until infinity.
CREATE OR REPLACE FUNCTION items_known(p_workspace bigint, p_leads text[], p_since timestamptz[])
RETURNS TABLE (known_from timestamptz, known_until timestamptz, lead_id text, kind item_kind, at timestamptz, next_at timestamptz,
    campaign_id text, event_type text, sent int, delivered int, replied int, interested int, booked int, showed int)
LANGUAGE plpgsql STABLE ROWS 10000 AS $$
#variable_conflict use_column
DECLARE
    leads   text[];
    moments timestamptz[];
    froms   timestamptz[];
    untils  timestamptz[];
BEGIN
    SELECT array_agg(moment), array_agg(lead_id), array_agg(known_from), array_agg(known_until) INTO moments, leads, froms, untils
      FROM moments_of(p_workspace, p_leads, p_since);
    RETURN QUERY
    SELECT m.known_from, m.known_until, lead_id, i.kind, i.at, i.next_at, i.campaign_id, i.event_type, i.sent, i.delivered, i.replied,
           i.interested, i.booked, i.showed
      FROM items_of(p_workspace, leads, moments, false) i
      JOIN unnest(leads, moments, froms, untils) AS m (lead_id, moment, known_from, known_until) USING (lead_id, moment);
END
$$;
