-- Counts that are kept: what each lead contributes to the funnel, and how that is folded into counts by day and month.

-- The rows of the bookings report, as they are (null) or as they were known at a moment.
CREATE OR REPLACE FUNCTION standings_at(p_workspace bigint, p_as_of timestamptz) RETURNS SETOF standings LANGUAGE sql STABLE AS $$
    SELECT * FROM standings WHERE workspace_id = p_workspace AND (p_as_of IS NULL OR known_from <= p_as_of)
     UNION ALL
    SELECT workspace_id, email_key, uid, booked_at, starts_at, status, showed, attendance_source, event_type, chain,
           rescheduled_from, lead_id, campaign_id, known_from
      FROM past_standings WHERE p_as_of IS NOT NULL AND workspace_id = p_workspace AND known_from <= p_as_of AND p_as_of < known_until
$$;

-- What these leads contribute (all: null) as of now (null) or a moment. Contacts have no history: they are as of now. p_activity:
-- only what happened, not what became of whom; it is the cheaper half. Planned for these leads, and without what the reports rule out
-- for their own statements: at half a million leads without a sort it takes minutes.
DROP FUNCTION IF EXISTS items_of(bigint, text[], timestamptz, boolean);
CREATE FUNCTION items_of(p_workspace bigint, p_leads text[], p_as_of timestamptz, p_activity boolean)
RETURNS TABLE (lead_id text, kind item_kind, at timestamptz, next_at timestamptz, campaign_id text, event_type text, sent int,
    delivered int, replied int, interested int, booked int, showed int)
LANGUAGE plpgsql STABLE ROWS 10000
SET plan_cache_mode = force_custom_plan SET enable_sort = on SET enable_bitmapscan = on AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH standing AS (
        SELECT s.lead_id, s.uid, s.email_key, s.showed, s.booked_at, coalesce(s.starts_at, s.booked_at) AS meets_at,
               coalesce(s.campaign_id, '') AS campaign_id, coalesce(s.event_type, '') AS event_type
          FROM standings_at(p_workspace, p_as_of) s
         WHERE s.lead_id IS NOT NULL AND s.status = 'accepted' AND (p_leads IS NULL OR s.lead_id = ANY (p_leads))
    ), booked AS (
        SELECT s.*, lead(booked_at) OVER w AS next_at, lead(uid) OVER w IS NULL AS last
          FROM standing s WINDOW w AS (PARTITION BY lead_id ORDER BY booked_at, uid, email_key)
    ), showed AS (
        SELECT s.*, lead(meets_at) OVER w AS next_at, lead(uid) OVER w IS NULL AS last
          FROM standing s WHERE showed WINDOW w AS (PARTITION BY lead_id ORDER BY meets_at, uid, email_key)
    ), contact AS (
        SELECT lc.lead_id, lc.campaign_id, lc.first_contacted_at AS at, count(*) OVER (PARTITION BY lc.lead_id) = 1 AS alone,
               lc.bounced_at IS NULL AS delivered, lc.replied_at IS NOT NULL AS replied, lc.interested_at IS NOT NULL AS interested,
               b.lead_id IS NOT NULL AS booked, b.campaign_id = lc.campaign_id AS booked_here, b.event_type AS booked_type,
               s.lead_id IS NOT NULL AS showed, s.campaign_id = lc.campaign_id AS showed_here, s.event_type AS showed_type
          FROM lead_campaigns lc
          LEFT JOIN booked b ON b.lead_id = lc.lead_id AND b.last
          LEFT JOIN showed s ON s.lead_id = lc.lead_id AND s.last
         WHERE NOT p_activity AND lc.workspace_id = p_workspace AND lc.first_contacted_at IS NOT NULL
           AND (p_leads IS NULL OR lc.lead_id = ANY (p_leads))
    ), stage AS (   -- of leads in several campaigns: at each stage the last contact that got there is the one that counts
        SELECT c.lead_id, c.campaign_id, c.at, n.stage, n.type, n.here,
               lead(c.at) OVER (PARTITION BY c.lead_id, n.stage ORDER BY c.at, length(c.campaign_id), c.campaign_id COLLATE "C") AS next_at
          FROM contact c
         CROSS JOIN LATERAL (VALUES (1, true, '', true), (2, delivered, '', true), (3, replied, '', true), (4, interested, '', true),
                                    (5, booked, booked_type, booked_here), (6, showed, showed_type, showed_here)) AS n (stage, reached, type, here)
         WHERE NOT c.alone AND n.reached
    ), several AS (
        SELECT lead_id, 'distinct'::item_kind AS kind, at, next_at, '' AS campaign_id, type, stage FROM stage
         UNION ALL
        SELECT lead_id, 'cohort', at, NULL, campaign_id, type, stage FROM stage WHERE here
    )
    SELECT lead_id, 'activity'::item_kind, booked_at, next_at, campaign_id, event_type, 0, 0, 0, 0, 1, 0 FROM booked
     UNION ALL
    SELECT lead_id, 'activity', meets_at, next_at, campaign_id, event_type, 0, 0, 0, 0, 0, 1 FROM showed
     UNION ALL
    SELECT c.lead_id, CASE WHEN n.here THEN 'both'::item_kind ELSE 'distinct' END, c.at, NULL, CASE WHEN n.here THEN c.campaign_id ELSE '' END, n.type,
           n.sent, n.delivered, n.replied, n.interested, n.booked, n.showed
      FROM contact c
     CROSS JOIN LATERAL (VALUES (true, true, '', 1, delivered::int, replied::int, interested::int, 0, 0),
                                (booked, booked_here, booked_type, 0, 0, 0, 0, 1, 0), (showed, showed_here, showed_type, 0, 0, 0, 0, 0, 1))
           AS n (reached, here, type, sent, delivered, replied, interested, booked, showed)
     WHERE c.alone AND n.reached
     UNION ALL
    SELECT lead_id, kind, at, next_at, campaign_id, type,
           count(*) FILTER (WHERE stage = 1)::int, count(*) FILTER (WHERE stage = 2)::int, count(*) FILTER (WHERE stage = 3)::int,
           count(*) FILTER (WHERE stage = 4)::int, count(*) FILTER (WHERE stage = 5)::int, count(*) FILTER (WHERE stage = 6)::int
      FROM several GROUP BY lead_id, kind, at, next_at, campaign_id, type;
END
$$;

-- Leads with news that are not folded. As some more below it is PL/pgSQL, which keeps plans: SQL is planned anew at each call.
CREATE OR REPLACE FUNCTION unfolded_leads(p_workspace bigint) RETURNS text[] LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT coalesce(array_agg(DISTINCT l), '{}')
              FROM standing_changes c CROSS JOIN LATERAL (VALUES (c.lead_was), (c.lead_now)) AS v (l)
             WHERE c.workspace_id = p_workspace AND l IS NOT NULL);
END
$$;

-- The zone of the days that are counted.
CREATE OR REPLACE FUNCTION zone_of_counts(p_workspace bigint) RETURNS text LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT coalesce((SELECT timezone FROM folds WHERE workspace_id = p_workspace), timezone)
              FROM workspaces WHERE workspace_id = p_workspace);
END
$$;

-- What changed of the rows, by day and month; once for its campaign, once for all.
CREATE OR REPLACE FUNCTION fold_rows(p_workspace bigint, p_zone text, p_taken standing_changes[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO row_counts AS c (workspace_id, monthly, day, campaign_id, matched, status, showed, rows)
    SELECT p_workspace, m, CASE WHEN m THEN date_trunc('month', local)::date ELSE local::date END, k.campaign,
           (r).matched, (r).status, coalesce((r).showed::text, 'unknown'), sum(n)
      FROM (SELECT (t).now AS r, 1 AS n FROM unnest(p_taken) t WHERE ((t).now).status IS NOT NULL
             UNION ALL SELECT (t).was, -1 FROM unnest(p_taken) t WHERE ((t).was).status IS NOT NULL) d
     CROSS JOIN LATERAL (SELECT (r).booked_at AT TIME ZONE p_zone AS local) l
      JOIN LATERAL (VALUES (''), ((r).campaign_id)) AS k (campaign) ON k.campaign IS NOT NULL
     CROSS JOIN (VALUES (true), (false)) AS u (m)
     GROUP BY 1, 2, 3, 4, 5, 6, 7 HAVING sum(n) <> 0
     ORDER BY 1, 2, 3, 4, 5, 6, 7
        ON CONFLICT (workspace_id, monthly, day, campaign_id, matched, status, showed) DO UPDATE SET rows = c.rows + excluded.rows;
END
$$;

-- Items of these leads that are kept and should not be, and those that should be and are not. The greater part of what a lead
-- contributes stays as it was when he books, and is not written again. Equal ones may stand for one another.
CREATE OR REPLACE FUNCTION items_different(p_workspace bigint, p_leads text[], OUT gone funnel_items[], OUT made funnel_items[])
LANGUAGE plpgsql STABLE AS $$
BEGIN
    WITH different AS (
        SELECT lead_id, kind, at, next_at, campaign_id, event_type, sent, delivered, replied, interested, booked, showed,
               array_agg(item) FILTER (WHERE item IS NOT NULL) AS items, count(*) FILTER (WHERE item IS NULL) AS times
          FROM (SELECT item, lead_id, kind, at, next_at, campaign_id, event_type, sent, delivered, replied, interested, booked, showed
                  FROM funnel_items WHERE workspace_id = p_workspace AND lead_id = ANY (p_leads)
                 UNION ALL
                SELECT NULL, lead_id, kind, at, next_at, campaign_id, event_type, sent, delivered, replied, interested, booked, showed
                  FROM items_of(p_workspace, p_leads, NULL, false)) i
         GROUP BY lead_id, kind, at, next_at, campaign_id, event_type, sent, delivered, replied, interested, booked, showed
        HAVING count(item) <> count(*) FILTER (WHERE item IS NULL)
    )
    SELECT ARRAY(SELECT ROW (p_workspace, d.lead_id, k.item, d.kind, d.at, d.next_at, d.campaign_id, d.event_type, d.sent, d.delivered,
                             d.replied, d.interested, d.booked, d.showed)::funnel_items
                   FROM different d CROSS JOIN LATERAL unnest(d.items) AS k (item)),
           ARRAY(SELECT ROW (p_workspace, d.lead_id, NULL, d.kind, d.at, d.next_at, d.campaign_id, d.event_type, d.sent, d.delivered,
                             d.replied, d.interested, d.booked, d.showed)::funnel_items
                   FROM different d CROSS JOIN LATERAL generate_series(1, d.times))
      INTO gone, made;
END
$$;

-- Takes items out of the counts and others in. Each counts at its day and its month, once for each unit of its next.
CREATE OR REPLACE FUNCTION fold_items(p_workspace bigint, p_zone text, p_gone funnel_items[], p_made funnel_items[]) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO funnel_counts AS c
           (workspace_id, family, monthly, next_unit, day, next_day, key, sent, delivered, replied, interested, booked, showed)
    SELECT p_workspace, f.family, u.m, n.unit, CASE WHEN u.m THEN i.month ELSE i.day END,
           CASE n.unit WHEN 'none' THEN '-infinity' WHEN 'day' THEN i.next_day ELSE i.next_month END, f.key,
           sum(i.sent), sum(i.delivered), sum(i.replied), sum(i.interested), sum(i.booked), sum(i.showed)
      FROM (SELECT kind, campaign_id, event_type, day, date_trunc('month', day::timestamp)::date AS month,
                   next_day, date_trunc('month', next_day::timestamp)::date AS next_month,
                   sum(sign * sent) AS sent, sum(sign * delivered) AS delivered, sum(sign * replied) AS replied,
                   sum(sign * interested) AS interested, sum(sign * booked) AS booked, sum(sign * showed) AS showed
              FROM (SELECT -1 AS sign, g.*, (g.at AT TIME ZONE p_zone)::date AS day, (g.next_at AT TIME ZONE p_zone)::date AS next_day
                      FROM unnest(p_gone) g
                     UNION ALL
                    SELECT 1, m.*, (m.at AT TIME ZONE p_zone)::date, (m.next_at AT TIME ZONE p_zone)::date FROM unnest(p_made) m) x
             GROUP BY kind, campaign_id, event_type, day, next_day
            HAVING (sum(sign * sent), sum(sign * delivered), sum(sign * replied), sum(sign * interested), sum(sign * booked),
                    sum(sign * showed)) <> (0, 0, 0, 0, 0, 0)) i
      JOIN LATERAL (VALUES ('activity'::count_family, i.campaign_id), ('activity_type', i.event_type), ('cohort', i.campaign_id),
                           ('distinct', i.event_type)) AS f (family, key)
        ON CASE i.kind WHEN 'activity' THEN f.family IN ('activity', 'activity_type') WHEN 'cohort' THEN f.family = 'cohort'
                       WHEN 'distinct' THEN f.family = 'distinct' ELSE f.family IN ('cohort', 'distinct') END
     CROSS JOIN (VALUES (true), (false)) AS u (m)
      JOIN (VALUES ('none'::count_unit), ('day'), ('month')) AS n (unit) ON (n.unit = 'none') = (i.next_day IS NULL)
     GROUP BY 1, 2, 3, 4, 5, 6, 7
     ORDER BY 1, 2, 3, 4, 5, 6, 7
        ON CONFLICT (workspace_id, family, monthly, next_unit, day, next_day, key) DO UPDATE
       SET sent = c.sent + excluded.sent, delivered = c.delivered + excluded.delivered, replied = c.replied + excluded.replied,
           interested = c.interested + excluded.interested, booked = c.booked + excluded.booked, showed = c.showed + excluded.showed;
END
$$;

CREATE OR REPLACE FUNCTION fold_open(p_workspace bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO folds SELECT workspace_id, timezone FROM workspaces WHERE workspace_id = p_workspace ON CONFLICT DO NOTHING;
END
$$;

-- Folds up to p_limit changes behind p_after; returns the last of them, null when there was none, how many they were, and how many wait
-- at most: 0 when these were all. One at a time for each workspace. What a change leads to is read after the change was taken, so whatever is committed
-- meanwhile is either seen or still waiting.
DROP FUNCTION IF EXISTS fold(bigint, bigint, bigint);
CREATE OR REPLACE FUNCTION fold(p_workspace bigint, p_after bigint, p_limit bigint, OUT last bigint, OUT folded bigint,
    OUT waiting bigint) LANGUAGE plpgsql AS $$
DECLARE
    zone  text;
    taken standing_changes[];
    leads text[];
    gone  funnel_items[];
    made  funnel_items[];
BEGIN
    folded := 0;
    waiting := 0;
    PERFORM fold_open(p_workspace);
    SELECT timezone INTO zone FROM folds WHERE workspace_id = p_workspace FOR UPDATE SKIP LOCKED;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    -- By their range, not one by one: the way through the index must not lead over what was taken before.
    SELECT max(change_id) INTO last FROM (
        SELECT change_id FROM standing_changes WHERE workspace_id = p_workspace AND change_id > p_after ORDER BY change_id LIMIT p_limit) n;
    WITH gone AS (
        DELETE FROM standing_changes c WHERE c.workspace_id = p_workspace AND c.change_id > p_after AND c.change_id <= last RETURNING c
    )
    SELECT array_agg(c) INTO taken FROM gone;
    IF taken IS NULL THEN
        RETURN;
    END IF;
    folded := cardinality(taken);
    PERFORM fold_rows(p_workspace, zone, taken);

    leads := ARRAY(SELECT DISTINCT l FROM unnest(taken) t CROSS JOIN LATERAL (VALUES (t.lead_was), (t.lead_now)) AS v (l)
                    WHERE l IS NOT NULL);
    SELECT d.gone, d.made INTO gone, made FROM items_different(p_workspace, leads) d;
    DELETE FROM funnel_items i USING unnest(gone) g WHERE i.workspace_id = p_workspace AND i.lead_id = g.lead_id AND i.item = g.item;
    INSERT INTO funnel_items
    SELECT p_workspace, m.lead_id, coalesce(l.item, 0) + row_number() OVER (PARTITION BY m.lead_id), m.kind, m.at, m.next_at, m.campaign_id,
           m.event_type, m.sent, m.delivered, m.replied, m.interested, m.booked, m.showed
      FROM unnest(made) m
     CROSS JOIN LATERAL (SELECT max(i.item) AS item FROM funnel_items i WHERE i.workspace_id = p_workspace AND i.lead_id = m.lead_id) l;
    PERFORM fold_items(p_workspace, zone, gone, made);
    IF folded >= p_limit THEN   -- more: those that were committed just now
        waiting := coalesce((SELECT max(change_id) FROM standing_changes WHERE workspace_id = p_workspace) - last, 0);
    END IF;
END
$$;

-- All that waits, in portions that bound memory. Behind p_after, because what this transaction deleted is in its way.
CREATE OR REPLACE FUNCTION fold_all(p_workspace bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    after bigint := 0;
BEGIN
    PERFORM fold_open(p_workspace);
    PERFORM FROM folds WHERE workspace_id = p_workspace FOR UPDATE;
    WHILE after IS NOT NULL LOOP
        SELECT f.last INTO after FROM fold(p_workspace, after, 10000) f;
    END LOOP;
END
$$;
