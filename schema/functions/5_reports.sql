-- What the reports have in common: windows of time, and how counts that are kept add up in one.
--
-- Reports are planned once in a session, for any parameters (force_generic_plan): planning at each call took half of their time.
-- So a statement must have one good way for all; t/plans.t counts what they read.

-- A day begins and ends where the workspace is; a moment is itself. The end of a window given as a day is the end of that day.
CREATE OR REPLACE FUNCTION window_bound(p_text text, p_timezone text, p_end boolean) RETURNS timestamptz
LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN length(p_text) = 10 THEN ((p_text::date + p_end::int)::timestamp AT TIME ZONE p_timezone)
                ELSE p_text::timestamptz END
$$;

CREATE OR REPLACE FUNCTION zone_of(p_workspace bigint) RETURNS text LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT timezone FROM workspaces WHERE workspace_id = p_workspace);
END
$$;

-- The first day that begins in the zone at the moment or later. One expression, so that it becomes part of what it stands in.
CREATE OR REPLACE FUNCTION day_from(p_at timestamptz, p_zone text) RETURNS date LANGUAGE sql STABLE AS $$
    SELECT (p_at AT TIME ZONE p_zone)::date
           + CASE WHEN isfinite(p_at) AND ((p_at AT TIME ZONE p_zone)::date::timestamp AT TIME ZONE p_zone) < p_at THEN 1 ELSE 0 END
$$;

-- The first of the month on which the day lies, or else of the next.
CREATE OR REPLACE FUNCTION month_from(p_day date) RETURNS date LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN NOT isfinite(p_day) THEN p_day ELSE (date_trunc('month', (p_day - 1)::timestamp) + interval '1 month')::date END
$$;

-- A span of whole days as whole months and single days at either end: those that are left over or, where they are fewer, those that
-- the month has too many, whose sign is -1.
DROP FUNCTION IF EXISTS months_and_days(date, date);
CREATE OR REPLACE FUNCTION months_and_days(p_first date, p_end date)
RETURNS TABLE (monthly boolean, sign int, first date, until date) LANGUAGE sql STABLE ROWS 3 AS $$
    SELECT v.*
      FROM (SELECT date_trunc('month', (p_first + 15)::timestamp)::date AS first, date_trunc('month', (p_end + 15)::timestamp)::date AS until) m
     CROSS JOIN LATERAL (VALUES (true, 1, m.first, m.until), (false, 1, p_first, m.first), (false, -1, m.first, p_first),
                                (false, 1, m.until, p_end), (false, -1, p_end, m.until)) AS v (monthly, sign, first, until)
     WHERE m.first < m.until AND v.first < v.until
     UNION ALL
    SELECT false, 1, p_first, p_end
     WHERE p_first < p_end AND date_trunc('month', (p_first + 15)::timestamp) >= date_trunc('month', (p_end + 15)::timestamp)
$$;

-- What the summary adds up: rows of the bookings report that were booked in the window. Whole days come from the counts, corrected
-- by what is not folded yet; what is left of a day at either end comes from the rows themselves.
CREATE OR REPLACE FUNCTION row_tally(p_workspace bigint, p_from timestamptz, p_until timestamptz, p_campaign text)
RETURNS TABLE (matched boolean, status text, showed text, rows bigint) LANGUAGE plpgsql STABLE ROWS 20 AS $$
#variable_conflict use_column
DECLARE
    zone  text := zone_of_counts(p_workspace);
    first_day date := day_from(p_from, zone);
    end_day   date := (p_until AT TIME ZONE zone)::date;
    begins timestamptz := first_day::timestamp AT TIME ZONE zone;
    ends   timestamptz := end_day::timestamp AT TIME ZONE zone;
    first_month date := least(month_from(first_day), end_day);
    end_month   date := greatest(date_trunc('month', end_day::timestamp)::date, first_month);
BEGIN
    IF first_day > end_day THEN   -- within one day
        begins := p_until;
        ends := p_until;
    END IF;
    RETURN QUERY
    SELECT matched, status, showed, sum(rows)::bigint
      FROM (SELECT c.matched, c.status, c.showed, c.rows FROM row_counts c
             WHERE c.workspace_id = p_workspace AND NOT c.monthly AND c.campaign_id = coalesce(p_campaign, '')
               AND c.day >= first_day AND c.day < first_month
             UNION ALL
            SELECT c.matched, c.status, c.showed, c.rows FROM row_counts c
             WHERE c.workspace_id = p_workspace AND c.monthly AND c.campaign_id = coalesce(p_campaign, '')
               AND c.day >= first_month AND c.day < end_month
             UNION ALL
            SELECT c.matched, c.status, c.showed, c.rows FROM row_counts c
             WHERE c.workspace_id = p_workspace AND NOT c.monthly AND c.campaign_id = coalesce(p_campaign, '')
               AND c.day >= end_month AND c.day < end_day
             UNION ALL
            SELECT (r).matched, (r).status, coalesce((r).showed::text, 'unknown'), n
              FROM standing_changes c CROSS JOIN LATERAL (VALUES (c.now, 1), (c.was, -1)) AS v (r, n)
             WHERE c.workspace_id = p_workspace AND (r).booked_at >= begins AND (r).booked_at < ends
               AND (p_campaign IS NULL OR (r).campaign_id = p_campaign)
             UNION ALL
            SELECT s.lead_id IS NOT NULL, s.status, coalesce(s.showed::text, 'unknown'), 1 FROM standings s
             WHERE s.workspace_id = p_workspace AND s.booked_at >= p_from AND s.booked_at < begins
               AND (p_campaign IS NULL OR s.campaign_id = p_campaign)
             UNION ALL
            SELECT s.lead_id IS NOT NULL, s.status, coalesce(s.showed::text, 'unknown'), 1 FROM standings s
             WHERE s.workspace_id = p_workspace AND s.booked_at >= ends AND s.booked_at < p_until
               AND (p_campaign IS NULL OR s.campaign_id = p_campaign)) t
     GROUP BY 1, 2, 3;
END
$$;

-- The items that count in the window, added up by key (campaign, event type, or none) and, when asked for, by day or month in the
-- zone. The counts tell it of the whole days of the workspace that are nearest to the window: items of these days whose next lies
-- behind them. What is added or taken away comes from the items: those between the ends of the window and those of the days, and those
-- whose next lies there. As of a moment, what changed in the items since then is taken back. Leads that stand apart are taken out as
-- they were kept and put in as they are, or were. A day in another zone is nothing that is kept: then all comes from items; so it does
-- with a campaign where the counts are by event type.
DROP FUNCTION IF EXISTS funnel_tally(bigint, text, text, boolean, text, text, timestamptz, timestamptz, timestamptz);
CREATE OR REPLACE FUNCTION funnel_tally(p_workspace bigint, p_kind text, p_key text, p_unit text, p_zone text, p_campaign text,
    p_from timestamptz, p_until timestamptz, p_as_of timestamptz)
RETURNS TABLE (key text, day date, sent bigint, delivered bigint, replied bigint, interested bigint, booked bigint, showed bigint)
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
DECLARE
    zone   text := zone_of_counts(p_workspace);
    -- There are fewer event types than campaigns, so without either they are the shorter way.
    counted count_family := CASE WHEN p_kind = 'activity' AND p_key <> 'campaign' AND (p_key = 'event_type' OR p_campaign IS NULL)
                                 THEN 'activity_type' ELSE p_kind END;
    kinds  item_kind[] := CASE p_kind WHEN 'activity' THEN '{activity}' ELSE ARRAY[p_kind, 'both'] END;
    leads  text[] := leads_apart(p_workspace, p_as_of);
    kept   boolean := (p_unit = 'none' OR p_zone = zone)
                  AND (counted IN ('activity', 'cohort') OR p_campaign IS NULL) AND NOT (p_kind = 'cohort' AND p_key = 'event_type');
    first_day date := ((p_from + interval '12 hours') AT TIME ZONE zone)::date;
    end_day   date := ((p_until + interval '12 hours') AT TIME ZONE zone)::date;
    begins timestamptz := CASE WHEN kept THEN first_day::timestamp AT TIME ZONE zone ELSE p_until END;
    ends   timestamptz := CASE WHEN kept THEN end_day::timestamp AT TIME ZONE zone ELSE p_until END;
BEGIN
    IF p_from >= p_until THEN
        RETURN;
    END IF;
    IF kept THEN
        -- Of what has a next, each month or day is looked up where its nexts begin to lie behind the end: through all of them the
        -- way is several times as long (measured at 500,000 bookings, all until a day: 5 ms instead of 13).
        RETURN QUERY
        SELECT CASE WHEN p_key <> 'none' THEN c.key END, CASE WHEN p_unit <> 'none' THEN c.day END,
               (r.sign * sum(c.sent))::bigint, (r.sign * sum(c.delivered))::bigint, (r.sign * sum(c.replied))::bigint,
               (r.sign * sum(c.interested))::bigint, (r.sign * sum(c.booked))::bigint, (r.sign * sum(c.showed))::bigint
          FROM (SELECT s.monthly, s.sign * n.sign AS sign, g.first, g.last, n.unit, n.first AS next_first, n.until AS next_until
                  FROM (SELECT * FROM months_and_days(first_day, end_day) WHERE p_unit <> 'day'
                         UNION ALL SELECT false, 1, first_day, end_day WHERE p_unit = 'day' AND first_day < end_day) s
                 CROSS JOIN (SELECT 'none'::count_unit, 1, '-infinity'::date, 'infinity'::date
                              UNION ALL
                             SELECT CASE WHEN m.monthly THEN 'month'::count_unit ELSE 'day' END, m.sign, m.first, m.until
                               FROM months_and_days(end_day, 'infinity') m WHERE isfinite(end_day)) AS n (unit, sign, first, until)
                 CROSS JOIN LATERAL (
                       SELECT s.first, s.until - 1 WHERE n.unit = 'none'
                        UNION ALL
                       SELECT d::date, d::date
                         FROM generate_series(greatest(s.first, (
                                  SELECT coalesce(min(c.day), s.until) FROM funnel_counts c
                                   WHERE c.workspace_id = p_workspace AND c.family = counted AND c.monthly AND c.next_unit = n.unit))::timestamp,
                              s.until - 1, CASE WHEN s.monthly THEN interval '1 month' ELSE interval '1 day' END) d
                        WHERE n.unit <> 'none') AS g (first, last)) r
         CROSS JOIN LATERAL (
               SELECT c.key, c.day, c.sent, c.delivered, c.replied, c.interested, c.booked, c.showed FROM funnel_counts c
                WHERE c.workspace_id = p_workspace AND c.family = counted AND c.monthly = r.monthly AND c.next_unit = r.unit
                  AND (c.day, c.next_day) >= (r.first, r.next_first) AND (c.day, c.next_day) < (r.last, r.next_until)
                  AND (p_campaign IS NULL OR c.key = p_campaign)
               OFFSET 0) c   -- OFFSET keeps it a look-up
         GROUP BY 1, 2, r.sign;
    END IF;
    IF p_from <> begins OR p_until <> ends THEN
        RETURN QUERY
        SELECT CASE p_key WHEN 'campaign' THEN i.campaign_id WHEN 'event_type' THEN i.event_type END,
               CASE WHEN p_unit <> 'none' THEN (i.at AT TIME ZONE p_zone)::date END,
               (i.sign * sum(i.sent))::bigint, (i.sign * sum(i.delivered))::bigint, (i.sign * sum(i.replied))::bigint,
               (i.sign * sum(i.interested))::bigint, (i.sign * sum(i.booked))::bigint, (i.sign * sum(i.showed))::bigint
          FROM (SELECT CASE WHEN p_from < begins THEN 1 ELSE -1 END AS sign, i.* FROM funnel_items i
                 WHERE i.workspace_id = p_workspace AND i.kind = ANY (kinds) AND (i.next_at IS NULL OR i.next_at >= p_until)
                   AND i.at >= least(p_from, begins) AND i.at < greatest(p_from, begins)
                 UNION ALL
                SELECT CASE WHEN ends < p_until THEN 1 ELSE -1 END, i.* FROM funnel_items i
                 WHERE i.workspace_id = p_workspace AND i.kind = ANY (kinds) AND (i.next_at IS NULL OR i.next_at >= p_until)
                   AND i.at >= least(ends, p_until) AND i.at < greatest(ends, p_until)
                 UNION ALL
                -- IS TRUE: found by their next, not by their own time, which may be anything.
                SELECT CASE WHEN p_until < ends THEN 1 ELSE -1 END, i.* FROM funnel_items i
                 WHERE i.workspace_id = p_workspace AND i.kind = ANY (kinds) AND (i.at >= begins AND i.at < ends) IS TRUE
                   AND i.next_at >= least(ends, p_until) AND i.next_at < greatest(ends, p_until)) i
         WHERE p_campaign IS NULL OR i.campaign_id = p_campaign
         GROUP BY 1, 2, i.sign;
    END IF;
    IF p_as_of IS NOT NULL THEN
        RETURN QUERY
        SELECT CASE p_key WHEN 'campaign' THEN c.campaign_id WHEN 'event_type' THEN c.event_type END,
               CASE WHEN p_unit <> 'none' THEN (c.at AT TIME ZONE p_zone)::date END,
               -sum(c.sent)::bigint, -sum(c.delivered)::bigint, -sum(c.replied)::bigint, -sum(c.interested)::bigint,
               -sum(c.booked)::bigint, -sum(c.showed)::bigint
          FROM item_changes c
         WHERE c.workspace_id = p_workspace AND c.kind = ANY (kinds) AND c.known_at > p_as_of AND c.at >= p_from AND c.at < p_until
           AND (c.next_at IS NULL OR c.next_at >= p_until) AND (p_campaign IS NULL OR c.campaign_id = p_campaign)
         GROUP BY 1, 2;
    END IF;
    IF leads <> '{}' THEN
        RETURN QUERY
        SELECT CASE p_key WHEN 'campaign' THEN i.campaign_id WHEN 'event_type' THEN i.event_type END,
               CASE WHEN p_unit <> 'none' THEN (i.at AT TIME ZONE p_zone)::date END,
               sum(i.sign * i.sent)::bigint, sum(i.sign * i.delivered)::bigint, sum(i.sign * i.replied)::bigint,
               sum(i.sign * i.interested)::bigint, sum(i.sign * i.booked)::bigint, sum(i.sign * i.showed)::bigint
          FROM (SELECT -1 AS sign, f.kind, f.at, f.next_at, f.campaign_id, f.event_type, f.sent, f.delivered, f.replied, f.interested,
                       f.booked, f.showed
                  FROM funnel_items f WHERE f.workspace_id = p_workspace AND f.lead_id = ANY (leads)
                 UNION ALL
                SELECT 1, c.kind, c.at, c.next_at, c.campaign_id, c.event_type, c.sent, c.delivered, c.replied, c.interested, c.booked, c.showed
                  FROM item_changes c WHERE c.workspace_id = p_workspace AND c.lead_id = ANY (leads) AND c.known_at > p_as_of
                 UNION ALL
                SELECT 1, o.kind, o.at, o.next_at, o.campaign_id, o.event_type, o.sent, o.delivered, o.replied, o.interested, o.booked, o.showed
                  FROM items_of(p_workspace, leads, moments_for(leads, p_as_of), p_kind = 'activity') o) i
         WHERE i.kind = ANY (kinds) AND i.at >= p_from AND i.at < p_until
           AND (i.next_at IS NULL OR i.next_at >= p_until) AND (p_campaign IS NULL OR i.campaign_id = p_campaign)
         GROUP BY 1, 2;
    END IF;
END
$$;

-- The row of the report in which something is shown.
CREATE OR REPLACE FUNCTION funnel_key(p_group text, p_campaign text, p_event_type text, p_day date) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT CASE p_group WHEN 'campaign' THEN nullif(p_campaign, '') WHEN 'event_type' THEN nullif(p_event_type, '')
                        WHEN 'day' THEN p_day::text ELSE date_trunc(p_group, p_day::timestamp)::date::text END
$$;

-- The daily counts of campaigns, by the row of the report. A day belongs to the window in which it begins in the zone. They name no
-- event type. What came back may come back later than it was sent, so delivered is what is left, but not below 0, of each campaign.
DROP FUNCTION IF EXISTS campaign_tally(bigint, boolean, text, text, timestamptz, timestamptz);
CREATE OR REPLACE FUNCTION campaign_tally(p_workspace bigint, p_group text, p_zone text, p_campaign text,
    p_from timestamptz, p_until timestamptz)
RETURNS TABLE (key text, sent bigint, delivered bigint, replied bigint, interested bigint)
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
DECLARE
    first_day date := day_from(p_from, p_zone);
    end_day   date := day_from(p_until, p_zone);
    by_months boolean := p_group IN ('campaign', 'event_type', 'month');
    first_month date := CASE WHEN by_months THEN least(month_from(first_day), end_day) ELSE end_day END;
    end_month   date := CASE WHEN by_months THEN greatest(date_trunc('month', end_day::timestamp)::date, first_month) ELSE end_day END;
BEGIN
    IF p_group = 'day' THEN   -- a campaign has one row a day
        RETURN QUERY
        SELECT d.day::text, sum(d.sent)::bigint, sum(greatest(d.sent - d.bounced, 0))::bigint, sum(d.replied)::bigint, sum(d.interested)::bigint
          FROM campaign_days d
         WHERE d.workspace_id = p_workspace AND d.day >= first_day AND d.day < end_day AND (p_campaign IS NULL OR d.campaign_id = p_campaign)
         GROUP BY d.day;
        RETURN;
    END IF;
    RETURN QUERY
    SELECT c.key, sum(c.sent)::bigint, sum(greatest(c.sent - c.bounced, 0))::bigint, sum(c.replied)::bigint, sum(c.interested)::bigint
      FROM (SELECT funnel_key(p_group, x.campaign_id, '', x.day) AS key, sum(x.sent) AS sent, sum(x.bounced) AS bounced,
                   sum(x.replied) AS replied, sum(x.interested) AS interested
              FROM (SELECT d.campaign_id, d.day, d.sent, d.bounced, d.replied, d.interested FROM campaign_days d
                     WHERE d.workspace_id = p_workspace AND d.day >= first_day AND d.day < first_month
                     UNION ALL
                    SELECT m.campaign_id, m.month, m.sent, m.bounced, m.replied, m.interested FROM campaign_months m
                     WHERE m.workspace_id = p_workspace AND m.month >= first_month AND m.month < end_month
                     UNION ALL
                    SELECT d.campaign_id, d.day, d.sent, d.bounced, d.replied, d.interested FROM campaign_days d
                     WHERE d.workspace_id = p_workspace AND d.day >= end_month AND d.day < end_day) x
             WHERE p_campaign IS NULL OR x.campaign_id = p_campaign
             GROUP BY x.campaign_id, 1) c
     GROUP BY 1;
END
$$;

-- The funnel: one row per key, and the total. p_group: campaign, event_type, day, week, month. Sorting is off because a plan for any
-- window expects a handful of counts and would sort them into groups; thousands are hashed in half the time.
CREATE OR REPLACE FUNCTION funnel_rows(p_workspace bigint, p_from text, p_to text, p_campaign text, p_zone text, p_group text,
    p_cohort boolean, p_as_of text)
RETURNS TABLE (is_total boolean, key text, campaign_name text, sent bigint, delivered bigint, replied bigint, interested bigint,
    booked bigint, showed bigint)
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan SET enable_sort = off AS $$
#variable_conflict use_column
DECLARE
    zone   text := coalesce(p_zone, zone_of(p_workspace));
    begins timestamptz := coalesce(window_bound(p_from, zone, false), '-infinity');
    ends   timestamptz := coalesce(window_bound(p_to, zone, true), 'infinity');
    as_of  timestamptz := window_bound(p_as_of, zone, true);
    unit   text := CASE p_group WHEN 'month' THEN 'month' WHEN 'day' THEN 'day' WHEN 'week' THEN 'day' ELSE 'none' END;
    -- A campaign's leads are different ones, so its cohort needs no other count for the total.
    kind   text := CASE WHEN NOT p_cohort THEN 'activity' WHEN p_campaign IS NOT NULL THEN 'cohort' ELSE 'distinct' END;
    by_key text := CASE p_group WHEN 'campaign' THEN 'campaign' WHEN 'event_type' THEN 'event_type' ELSE 'none' END;
BEGIN
    RETURN QUERY
    WITH part AS (
        SELECT funnel_key(p_group, t.key, t.key, t.day) AS key, NOT (kind = 'distinct' AND p_group = 'campaign') AS in_rows, true AS in_total,
               t.sent, t.delivered, t.replied, t.interested, t.booked, t.showed
          FROM funnel_tally(p_workspace, kind, by_key, unit, zone, p_campaign, begins, ends, as_of) t
         UNION ALL   -- the campaigns' own leads, where the total counts each once
        SELECT nullif(t.key, ''), true, false, t.sent, t.delivered, t.replied, t.interested, t.booked, t.showed
          FROM funnel_tally(p_workspace, 'cohort', 'campaign', 'none', zone, NULL, begins, ends, as_of) t
         WHERE kind = 'distinct' AND p_group = 'campaign'
         UNION ALL
        SELECT c.key, true, true, c.sent, c.delivered, c.replied, c.interested, 0, 0
          FROM campaign_tally(p_workspace, p_group, zone, p_campaign, begins, ends) c WHERE NOT p_cohort
         UNION ALL
        SELECT k.campaign_id, true, false, 0, 0, 0, 0, 0, 0 FROM campaigns k
         WHERE k.workspace_id = p_workspace AND p_group = 'campaign' AND (p_campaign IS NULL OR k.campaign_id = p_campaign)
    ), summed AS (
        SELECT false AS is_total, key, sum(sent)::bigint AS sent, sum(delivered)::bigint AS delivered, sum(replied)::bigint AS replied,
               sum(interested)::bigint AS interested, sum(booked)::bigint AS booked, sum(showed)::bigint AS showed
          FROM part WHERE in_rows GROUP BY key
         UNION ALL
        SELECT true, NULL, coalesce(sum(sent), 0)::bigint, coalesce(sum(delivered), 0)::bigint, coalesce(sum(replied), 0)::bigint,
               coalesce(sum(interested), 0)::bigint, coalesce(sum(booked), 0)::bigint, coalesce(sum(showed), 0)::bigint
          FROM part WHERE in_total
    )
    SELECT s.is_total, s.key, k.name, s.sent, s.delivered, s.replied, s.interested, s.booked, s.showed
      FROM summed s LEFT JOIN campaigns k ON k.workspace_id = p_workspace AND k.campaign_id = s.key AND p_group = 'campaign'
     WHERE s.is_total OR k.campaign_id IS NOT NULL OR (s.sent, s.delivered, s.replied, s.interested, s.booked, s.showed) <> (0, 0, 0, 0, 0, 0)
     ORDER BY s.is_total, CASE WHEN p_group = 'campaign' THEN length(s.key) END, s.key COLLATE "C";
END
$$;
