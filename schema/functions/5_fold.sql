-- Counts that are kept: what changed of attendees and leads is folded into counts by day and month.

-- Leads with news that are not folded. As some more below it is PL/pgSQL, which keeps plans: SQL is planned anew at each call.
CREATE OR REPLACE FUNCTION unfolded_leads(p_workspace bigint) RETURNS text[] LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT coalesce(array_agg(DISTINCT l), '{}')
              FROM standing_changes c CROSS JOIN LATERAL (VALUES (c.lead_was), (c.lead_now)) AS v (l)
             WHERE c.workspace_id = p_workspace AND l IS NOT NULL);
END
$$;

-- Leads whose items are not those that are stored: these, and as of a moment the busy ones.
CREATE OR REPLACE FUNCTION leads_apart(p_workspace bigint, p_as_of timestamptz) RETURNS text[] LANGUAGE plpgsql STABLE AS $$
DECLARE
    unfolded text[] := unfolded_leads(p_workspace);
BEGIN
    IF p_as_of IS NULL THEN
        RETURN unfolded;
    END IF;
    RETURN ARRAY(SELECT unnest(unfolded) UNION SELECT lead_id FROM busy_leads WHERE workspace_id = p_workspace);
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

-- What changed in the items of these leads from each one's moment on. Leads with so many rows that what was known after each change would
-- be their square have no history: as of a moment their items follow from how they stood.
CREATE OR REPLACE FUNCTION fold_history(p_workspace bigint, p_leads text[], p_since timestamptz[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    WITH busy AS (
        INSERT INTO busy_leads
        SELECT p_workspace, l FROM unnest(p_leads) l
         WHERE (SELECT count(*) FROM standings s WHERE s.workspace_id = p_workspace AND s.lead_id = l)
             + (SELECT count(*) FROM past_standings s WHERE s.workspace_id = p_workspace AND s.lead_id = l) > 30
            ON CONFLICT DO NOTHING RETURNING lead_id
    )
    DELETE FROM item_changes c USING busy b WHERE c.workspace_id = p_workspace AND c.lead_id = b.lead_id;
    DELETE FROM item_changes c USING unnest(p_leads, p_since) AS l (lead_id, since)
     WHERE c.workspace_id = p_workspace AND c.lead_id = l.lead_id AND c.known_at >= l.since;
    INSERT INTO item_changes (workspace_id, lead_id, known_at, change, kind, at, next_at, campaign_id, event_type, sent, delivered, replied,
                              interested, booked, showed)
    SELECT p_workspace, k.lead_id, v.known_at, row_number() OVER (PARTITION BY k.lead_id, v.known_at), k.kind, k.at, k.next_at, k.campaign_id,
           k.event_type, sum(n * k.sent), sum(n * k.delivered), sum(n * k.replied), sum(n * k.interested), sum(n * k.booked), sum(n * k.showed)
      FROM items_known(p_workspace, p_leads, p_since) k
     CROSS JOIN LATERAL (VALUES (k.known_from, 1), (k.known_until, -1)) AS v (known_at, n)
     WHERE isfinite(v.known_at)
     GROUP BY k.lead_id, v.known_at, k.kind, k.at, k.next_at, k.campaign_id, k.event_type
    HAVING (sum(n * k.sent), sum(n * k.delivered), sum(n * k.replied), sum(n * k.interested), sum(n * k.booked), sum(n * k.showed))
           <> (0, 0, 0, 0, 0, 0);
END
$$;

-- What these leads contribute, and what was known of that since each one's moment; null: nothing else than before. Whose contacts are
-- others is seen in what they count by them: so it is then, now as at any time before. Without sequential scans for the owner, too: plans
-- made while a table was small would go on to read all of it.
CREATE OR REPLACE FUNCTION fold_leads(p_workspace bigint, p_zone text, p_leads text[], p_since timestamptz[]) RETURNS void
LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
    d      record;
    before text[];
    since  timestamptz[];
BEGIN
    d := items_different(p_workspace, p_leads);
    DELETE FROM funnel_items i USING unnest(d.gone) g WHERE i.workspace_id = p_workspace AND i.lead_id = g.lead_id AND i.item = g.item;
    INSERT INTO funnel_items
    SELECT p_workspace, m.lead_id, coalesce(l.item, 0) + row_number() OVER (PARTITION BY m.lead_id), m.kind, m.at, m.next_at, m.campaign_id,
           m.event_type, m.sent, m.delivered, m.replied, m.interested, m.booked, m.showed
      FROM unnest(d.made) m
     CROSS JOIN LATERAL (SELECT max(i.item) AS item FROM funnel_items i WHERE i.workspace_id = p_workspace AND i.lead_id = m.lead_id) l;
    PERFORM fold_items(p_workspace, p_zone, d.gone, d.made);

    SELECT array_agg(l.since), array_agg(l.lead_id) INTO since, before
      FROM (SELECT a.lead_id, CASE WHEN c.lead_id IS NULL THEN a.since ELSE '-infinity' END AS since
              FROM unnest(p_leads, p_since) AS a (lead_id, since)
              LEFT JOIN (SELECT DISTINCT lead_id
                           FROM (SELECT -1 AS n, g.* FROM unnest(d.gone) g UNION ALL SELECT 1, m.* FROM unnest(d.made) m) i
                          WHERE i.kind <> 'activity' GROUP BY lead_id, kind, at, next_at, campaign_id
                         HAVING (sum(n * sent), sum(n * delivered), sum(n * replied), sum(n * interested)) <> (0, 0, 0, 0)) c
                     USING (lead_id)) l
     WHERE l.since IS NOT NULL;
    IF before IS NOT NULL THEN
        PERFORM fold_history(p_workspace, before, since);
    END IF;
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
    since timestamptz[];
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

    SELECT array_agg(n.since), array_agg(n.lead_id) INTO since, leads
      FROM (SELECT lead_id, min(t.known_from) AS since
              FROM unnest(taken) t CROSS JOIN LATERAL (VALUES (t.lead_was), (t.lead_now)) AS v (lead_id)
             WHERE lead_id IS NOT NULL GROUP BY lead_id) n;
    IF leads IS NOT NULL THEN
        PERFORM fold_leads(p_workspace, zone, leads, since);
    END IF;
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
