-- Lists behind the numbers, page by page: rows of bookings, leads and days behind a number of the funnel.

-- The rows of one page, newest first, behind the row p_after_*: of one address, or as of a moment. Planned anew each time, so that a
-- filter that is null is no filter. Now and before each bring a page in the order of their index, and of both the newest are taken.
CREATE OR REPLACE FUNCTION standings_sought(p_workspace bigint, p_matched_only boolean, p_campaign text, p_status text, p_showed text,
    p_from timestamptz, p_until timestamptz, p_email_key text, p_leads text[], p_as_of timestamptz,
    p_after_at timestamptz, p_after_uid text, p_after_email_key text, p_limit bigint)
RETURNS SETOF standings LANGUAGE plpgsql STABLE ROWS 100 SET plan_cache_mode = force_custom_plan
SET enable_bitmapscan = on SET enable_sort = on AS $$
BEGIN
    RETURN QUERY
    SELECT * FROM (
            (SELECT s.* FROM standings s
              WHERE s.workspace_id = p_workspace AND (p_as_of IS NULL OR s.known_from <= p_as_of)
                AND (NOT p_matched_only OR s.lead_id IS NOT NULL)
                AND (p_campaign IS NULL OR s.campaign_id = p_campaign)
                AND (p_status IS NULL OR s.status = p_status)
                AND (p_showed IS NULL OR coalesce(s.showed::text, 'unknown') = p_showed)
                AND (p_from IS NULL OR s.booked_at >= p_from) AND (p_until IS NULL OR s.booked_at < p_until)
                AND (p_email_key IS NULL OR s.email_key = p_email_key OR s.lead_id = ANY (p_leads))
                AND (p_after_at IS NULL OR (s.booked_at, s.uid, s.email_key) < (p_after_at, p_after_uid, p_after_email_key))
              ORDER BY s.booked_at DESC, s.uid DESC, s.email_key DESC LIMIT p_limit)
             UNION ALL
            (SELECT s.workspace_id, s.email_key, s.uid, s.booked_at, s.starts_at, s.status, s.showed, s.attendance_source, s.event_type,
                    s.chain, s.rescheduled_from, s.lead_id, s.campaign_id, s.known_from
               FROM past_standings s
              WHERE s.workspace_id = p_workspace AND s.known_from <= p_as_of AND p_as_of < s.known_until
                AND (NOT p_matched_only OR s.lead_id IS NOT NULL)
                AND (p_campaign IS NULL OR s.campaign_id = p_campaign)
                AND (p_status IS NULL OR s.status = p_status)
                AND (p_showed IS NULL OR coalesce(s.showed::text, 'unknown') = p_showed)
                AND (p_from IS NULL OR s.booked_at >= p_from) AND (p_until IS NULL OR s.booked_at < p_until)
                AND (p_email_key IS NULL OR s.email_key = p_email_key OR s.lead_id = ANY (p_leads))
                AND (p_after_at IS NULL OR (s.booked_at, s.uid, s.email_key) < (p_after_at, p_after_uid, p_after_email_key))
              ORDER BY s.booked_at DESC, s.uid DESC, s.email_key DESC LIMIT p_limit)
           ) t
     ORDER BY t.booked_at DESC, t.uid DESC, t.email_key DESC LIMIT p_limit;
END
$$;

-- The rows of one page. The usual questions have plans that are good for all: the rows of the workspace or of one campaign, in the
-- order of their index, from where the page begins. Said so, because a plan for any limit and any workspace expects few rows, would
-- gather them all and sort them (measured at 50,000 rows: 22 ms instead of 1).
CREATE OR REPLACE FUNCTION standings_page(p_workspace bigint, p_matched_only boolean, p_campaign text, p_status text, p_showed text,
    p_from timestamptz, p_until timestamptz, p_email_key text, p_leads text[], p_as_of timestamptz,
    p_after_at timestamptz, p_after_uid text, p_after_email_key text, p_limit bigint)
RETURNS SETOF standings LANGUAGE plpgsql STABLE ROWS 100 SET plan_cache_mode = force_generic_plan
SET enable_bitmapscan = off SET enable_sort = off AS $$
DECLARE
    -- One bound, so that the way through the index begins there: what comes before both.
    whole  boolean := p_after_at IS NULL OR p_until <= p_after_at;
    before timestamptz := CASE WHEN whole THEN coalesce(p_until, 'infinity') ELSE p_after_at END;
    uid_before text := CASE WHEN whole THEN '' ELSE p_after_uid END;
    key_before text := CASE WHEN whole THEN '' ELSE p_after_email_key END;
    since  timestamptz := coalesce(p_from, '-infinity');
BEGIN
    IF p_email_key IS NOT NULL OR p_as_of IS NOT NULL THEN
        RETURN QUERY SELECT * FROM standings_sought(p_workspace, p_matched_only, p_campaign, p_status, p_showed, p_from, p_until,
            p_email_key, p_leads, p_as_of, p_after_at, p_after_uid, p_after_email_key, p_limit);
    ELSIF p_campaign IS NULL THEN
        RETURN QUERY
        SELECT s.* FROM standings s
         WHERE s.workspace_id = p_workspace AND s.booked_at >= since AND (s.booked_at, s.uid, s.email_key) < (before, uid_before, key_before)
           AND (NOT p_matched_only OR s.lead_id IS NOT NULL) AND (p_status IS NULL OR s.status = p_status)
           AND (p_showed IS NULL OR coalesce(s.showed::text, 'unknown') = p_showed)
         ORDER BY s.booked_at DESC, s.uid DESC, s.email_key DESC LIMIT p_limit;
    ELSE   -- only leads have a campaign
        RETURN QUERY
        SELECT s.* FROM standings s
         WHERE s.workspace_id = p_workspace AND s.campaign_id = p_campaign
           AND s.booked_at >= since AND (s.booked_at, s.uid, s.email_key) < (before, uid_before, key_before)
           AND (p_status IS NULL OR s.status = p_status) AND (p_showed IS NULL OR coalesce(s.showed::text, 'unknown') = p_showed)
         ORDER BY s.booked_at DESC, s.uid DESC, s.email_key DESC LIMIT p_limit;
    END IF;
END
$$;

-- With all that is said of each. Only what is on the page is looked up elsewhere.
CREATE OR REPLACE FUNCTION bookings_page(p_workspace bigint, p_matched_only boolean, p_campaign text, p_status text, p_showed text,
    p_from timestamptz, p_until timestamptz, p_email_key text, p_leads text[], p_as_of timestamptz,
    p_after_at timestamptz, p_after_uid text, p_after_email_key text, p_limit bigint)
RETURNS TABLE (uid text, email_key text, booked_at timestamptz, starts_at timestamptz, status text, event_type text, chain text,
    rescheduled_from text, showed boolean, attendance_source text, attendee_name text, attendee_email text, lead_id text,
    lead_email text, match_method text, match_probability double precision, campaign_id text, campaign_name text, counted boolean)
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT s.uid, s.email_key, s.booked_at, s.starts_at, s.status, s.event_type, coalesce(s.chain, s.uid), s.rescheduled_from,
           s.showed, s.attendance_source, (a.person).name, coalesce((a.person).email, s.email_key), s.lead_id, l.email,
           CASE WHEN s.lead_id IS NOT NULL THEN a.match_method END, CASE WHEN s.lead_id IS NOT NULL THEN a.match_probability END,
           -- Looked up, not joined: a plan for any workspace expects few campaigns, and would go through all of them for each row.
           s.campaign_id, (SELECT k.name FROM campaigns k WHERE k.workspace_id = p_workspace AND k.campaign_id = s.campaign_id),
           s.status = 'accepted' AND s.lead_id IS NOT NULL AND NOT EXISTS (
               SELECT FROM standings_at(p_workspace, p_as_of) later
                WHERE later.lead_id = s.lead_id AND later.status = 'accepted'
                  AND later.booked_at >= s.booked_at AND (later.booked_at, later.uid, later.email_key) > (s.booked_at, s.uid, s.email_key))
      FROM standings_page(p_workspace, p_matched_only, p_campaign, p_status, p_showed, p_from, p_until, p_email_key, p_leads, p_as_of,
                          p_after_at, p_after_uid, p_after_email_key, p_limit) s
      LEFT JOIN attendees a ON a.workspace_id = p_workspace AND a.uid = s.uid AND a.email_key = s.email_key
      LEFT JOIN leads l ON l.workspace_id = p_workspace AND l.lead_id = s.lead_id
     ORDER BY s.booked_at DESC, s.uid DESC, s.email_key DESC;
END
$$;

-- The leads that have the address.
CREATE OR REPLACE FUNCTION leads_of_address(p_workspace bigint, p_email_key text, p_mailbox_key text) RETURNS text[]
LANGUAGE sql STABLE AS $$
    SELECT coalesce(array_agg(lead_id), '{}') FROM leads
     WHERE workspace_id = p_workspace AND mailbox_key = p_mailbox_key AND email_key = p_email_key
$$;

-- As row_tally, but counted from the rows of one address.
CREATE OR REPLACE FUNCTION row_recount(p_workspace bigint, p_campaign text, p_from timestamptz, p_until timestamptz, p_email_key text,
    p_leads text[], p_as_of timestamptz)
RETURNS TABLE (matched boolean, status text, showed text, rows bigint)
LANGUAGE plpgsql STABLE ROWS 20 SET plan_cache_mode = force_custom_plan AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT s.lead_id IS NOT NULL, s.status, coalesce(s.showed::text, 'unknown'), count(*)
      FROM standings_at(p_workspace, p_as_of) s
     WHERE (p_campaign IS NULL OR s.campaign_id = p_campaign)
       AND (p_from IS NULL OR s.booked_at >= p_from) AND (p_until IS NULL OR s.booked_at < p_until)
       AND (s.email_key = p_email_key OR s.lead_id = ANY (p_leads))
     GROUP BY 1, 2, 3;
END
$$;

-- What row_tally must be corrected by to be as of a moment: what stands otherwise since is taken out as it is and put in as it was.
-- IS TRUE keeps the window, which may be everything, out of the choice of the index.
CREATE OR REPLACE FUNCTION row_tally_since(p_workspace bigint, p_campaign text, p_from timestamptz, p_until timestamptz, p_as_of timestamptz)
RETURNS TABLE (matched boolean, status text, showed text, rows bigint) LANGUAGE plpgsql STABLE ROWS 20 AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT s.lead_id IS NOT NULL, s.status, coalesce(s.showed::text, 'unknown'), -count(*)
      FROM standings s
     WHERE s.workspace_id = p_workspace AND s.known_from > p_as_of
       AND (s.booked_at >= p_from AND s.booked_at < p_until AND (p_campaign IS NULL OR s.campaign_id = p_campaign)) IS TRUE
     GROUP BY 1, 2, 3
     UNION ALL
    SELECT s.lead_id IS NOT NULL, s.status, coalesce(s.showed::text, 'unknown'), count(*)
      FROM past_standings s
     WHERE s.workspace_id = p_workspace AND s.known_until > p_as_of
       AND (s.known_from <= p_as_of AND s.booked_at >= p_from AND s.booked_at < p_until
            AND (p_campaign IS NULL OR s.campaign_id = p_campaign)) IS TRUE
     GROUP BY 1, 2, 3;
END
$$;

-- The whole filtered set, added up. `unmatched` counts what the filter on leads hides. Of one address there are no counts.
CREATE OR REPLACE FUNCTION bookings_summary(p_workspace bigint, p_matched_only boolean, p_campaign text, p_status text, p_showed text,
    p_from timestamptz, p_until timestamptz, p_email_key text, p_leads text[], p_as_of timestamptz)
RETURNS TABLE (total_bookings bigint, booked bigint, total_shows bigint, total_no_shows bigint, pending_meetings bigint, unmatched bigint)
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
    since timestamptz := coalesce(p_from, '-infinity');
    until timestamptz := coalesce(p_until, 'infinity');
BEGIN
    RETURN QUERY
    WITH counted AS (
        SELECT t.* FROM row_tally(p_workspace, since, until, p_campaign) t WHERE p_email_key IS NULL
         UNION ALL
        SELECT t.* FROM row_tally_since(p_workspace, p_campaign, since, until, p_as_of) t WHERE p_email_key IS NULL AND p_as_of IS NOT NULL
         UNION ALL
        SELECT t.* FROM row_recount(p_workspace, p_campaign, p_from, p_until, p_email_key, p_leads, p_as_of) t WHERE p_email_key IS NOT NULL
    ), chosen AS (
        SELECT c.*, c.matched OR NOT p_matched_only AS listed FROM counted c
         WHERE (p_status IS NULL OR c.status = p_status) AND (p_showed IS NULL OR c.showed = p_showed)
    )
    SELECT coalesce(sum(rows) FILTER (WHERE listed), 0)::bigint,
           coalesce(sum(rows) FILTER (WHERE listed AND status = 'accepted'), 0)::bigint,
           coalesce(sum(rows) FILTER (WHERE listed AND status = 'accepted' AND showed = 'true'), 0)::bigint,
           coalesce(sum(rows) FILTER (WHERE listed AND status = 'accepted' AND showed = 'false'), 0)::bigint,
           coalesce(sum(rows) FILTER (WHERE listed AND status = 'accepted' AND showed = 'unknown'), 0)::bigint,
           coalesce(sum(rows) FILTER (WHERE NOT matched), 0)::bigint
      FROM chosen;
END
$$;

CREATE OR REPLACE FUNCTION at_stage(p_stage text, p_sent bigint, p_delivered bigint, p_replied bigint, p_interested bigint, p_booked bigint,
    p_showed bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE p_stage WHEN 'sent' THEN p_sent WHEN 'delivered' THEN p_delivered WHEN 'replied' THEN p_replied
                        WHEN 'interested' THEN p_interested WHEN 'booked' THEN p_booked ELSE p_showed END
$$;

-- Whether an item counts in a window that ends at p_ends, in the row p_key (p_group null: in the total).
DROP FUNCTION IF EXISTS counts_in(funnel_items, timestamptz, text, text, text, text);
CREATE OR REPLACE FUNCTION counts_in(p_at timestamptz, p_next_at timestamptz, p_campaign text, p_event_type text, p_ends timestamptz,
    p_group text, p_key text, p_zone text) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT (p_next_at IS NULL OR p_next_at >= p_ends)
       AND (p_group IS NULL OR funnel_key(p_group, p_campaign, p_event_type, (p_at AT TIME ZONE p_zone)::date) IS NOT DISTINCT FROM p_key)
$$;

-- What changed at a stage since the moment (null: nothing), added up: items that came and, below 0, those that went.
CREATE OR REPLACE FUNCTION items_since(p_workspace bigint, p_kinds item_kind[], p_stage text, p_as_of timestamptz)
RETURNS TABLE (lead_id text, kind item_kind, at timestamptz, next_at timestamptz, campaign_id text, event_type text, more bigint)
LANGUAGE sql STABLE AS $$
    SELECT c.lead_id, c.kind, c.at, c.next_at, c.campaign_id, c.event_type,
           sum(at_stage(p_stage, c.sent, c.delivered, c.replied, c.interested, c.booked, c.showed))::bigint
      FROM item_changes c
     WHERE c.workspace_id = p_workspace AND c.kind = ANY (p_kinds) AND c.known_at > p_as_of
     GROUP BY c.lead_id, c.kind, c.at, c.next_at, c.campaign_id, c.event_type
$$;

-- The leads behind a number of the funnel: those that row p_key (p_whole: the total) counts at p_stage. Newest first, behind
-- p_after_*. Each with the booking that makes it count, where one does. As in standings_page the items come in the order of their
-- index, of all or of one campaign, from where page and row begin, and leads and bookings are looked up.
CREATE OR REPLACE FUNCTION funnel_leads(p_workspace bigint, p_from text, p_to text, p_campaign text, p_zone text, p_group text,
    p_cohort boolean, p_as_of text, p_stage text, p_whole boolean, p_key text, p_after_at timestamptz, p_after_lead text, p_limit bigint)
RETURNS TABLE (lead_id text, lead_email text, at timestamptz, campaign_id text, event_type text, booking_uid text)
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan SET enable_bitmapscan = off SET enable_sort = off AS $$
#variable_conflict use_column
DECLARE
    zone   text := coalesce(p_zone, zone_of(p_workspace));
    begins timestamptz := coalesce(window_bound(p_from, zone, false), '-infinity');
    ends   timestamptz := coalesce(window_bound(p_to, zone, true), 'infinity');
    as_of  timestamptz := window_bound(p_as_of, zone, true);
    rows_by text := CASE WHEN NOT p_whole THEN p_group END;
    campaign text := CASE WHEN rows_by = 'campaign' THEN coalesce(p_key, '') ELSE p_campaign END;
    kinds  item_kind[] := CASE WHEN NOT p_cohort THEN '{activity}' WHEN campaign IS NOT NULL THEN '{cohort,both}' ELSE '{distinct,both}' END;
    leads  text[] := leads_apart(p_workspace, as_of);
    day    date := CASE WHEN rows_by IN ('day', 'week', 'month') THEN p_key::date END;   -- the first of the row
    since  timestamptz := greatest(begins, day::timestamp AT TIME ZONE zone);
    before timestamptz := least(ends, CASE WHEN day IS NOT NULL THEN (day + ('1 ' || rows_by)::interval) AT TIME ZONE zone END);
    lead_before text := '';
    found  funnel_items[];
BEGIN
    IF p_after_at < before THEN
        before := p_after_at;
        lead_before := p_after_lead;
    END IF;
    IF campaign IS NULL THEN
        SELECT array_agg(i) INTO found FROM unnest(kinds) k CROSS JOIN LATERAL (
            SELECT f FROM funnel_items f
             WHERE f.workspace_id = p_workspace AND f.kind = k AND f.at >= since AND (f.at, f.lead_id) < (before, lead_before)
               AND at_stage(p_stage, f.sent, f.delivered, f.replied, f.interested, f.booked, f.showed) = 1
               AND counts_in(f.at, f.next_at, f.campaign_id, f.event_type, ends, rows_by, p_key, zone)
               AND f.lead_id NOT IN (SELECT unnest(leads)) AND (as_of IS NULL OR (f.lead_id, f.kind, f.at, coalesce(f.next_at, 'infinity'), f.campaign_id, f.event_type) NOT IN (
                    SELECT n.lead_id, n.kind, n.at, coalesce(n.next_at, 'infinity'), n.campaign_id, n.event_type
                      FROM items_since(p_workspace, kinds, p_stage, as_of) n WHERE n.more > 0))
             ORDER BY f.at DESC, f.lead_id DESC LIMIT p_limit) i (i);
    ELSE
        SELECT array_agg(i) INTO found FROM unnest(kinds) k CROSS JOIN LATERAL (
            SELECT f FROM funnel_items f
             WHERE f.workspace_id = p_workspace AND f.campaign_id = campaign AND (p_campaign IS NULL OR f.campaign_id = p_campaign)
               AND f.kind = k AND f.at >= since AND (f.at, f.lead_id) < (before, lead_before)
               AND at_stage(p_stage, f.sent, f.delivered, f.replied, f.interested, f.booked, f.showed) = 1
               AND counts_in(f.at, f.next_at, f.campaign_id, f.event_type, ends, rows_by, p_key, zone)
               AND f.lead_id NOT IN (SELECT unnest(leads)) AND (as_of IS NULL OR (f.lead_id, f.kind, f.at, coalesce(f.next_at, 'infinity'), f.campaign_id, f.event_type) NOT IN (
                    SELECT n.lead_id, n.kind, n.at, coalesce(n.next_at, 'infinity'), n.campaign_id, n.event_type
                      FROM items_since(p_workspace, kinds, p_stage, as_of) n WHERE n.more > 0))
             ORDER BY f.at DESC, f.lead_id DESC LIMIT p_limit) i (i);
    END IF;
    RETURN QUERY
    SELECT i.lead_id, (SELECT l.email FROM leads l WHERE l.workspace_id = p_workspace AND l.lead_id = i.lead_id), i.at,
           nullif(i.campaign_id, ''), nullif(i.event_type, ''),
           (SELECT s.uid FROM standings_at(p_workspace, as_of) s
             WHERE p_stage IN ('booked', 'showed') AND s.lead_id = i.lead_id AND s.status = 'accepted' AND (p_stage = 'booked' OR s.showed)
               AND (p_cohort OR CASE p_stage WHEN 'booked' THEN s.booked_at ELSE coalesce(s.starts_at, s.booked_at) END = i.at)
             ORDER BY CASE p_stage WHEN 'booked' THEN s.booked_at ELSE coalesce(s.starts_at, s.booked_at) END DESC, s.uid DESC, s.email_key DESC
             LIMIT 1)
      FROM (SELECT o.lead_id, o.at, o.campaign_id, o.event_type
              FROM (SELECT f.lead_id, f.at, f.next_at, f.campaign_id, f.event_type FROM unnest(found) f
                     UNION ALL   -- what was there at the moment and is not any more
                    SELECT n.lead_id, n.at, n.next_at, n.campaign_id, n.event_type FROM items_since(p_workspace, kinds, p_stage, as_of) n
                     WHERE n.more < 0 AND n.lead_id NOT IN (SELECT unnest(leads))
                     UNION ALL
                    SELECT n.lead_id, n.at, n.next_at, n.campaign_id, n.event_type
                      FROM items_of(p_workspace, leads, moments_for(leads, as_of), NOT p_cohort) n
                     WHERE leads <> '{}' AND n.kind = ANY (kinds)
                       AND at_stage(p_stage, n.sent, n.delivered, n.replied, n.interested, n.booked, n.showed) = 1) o
             WHERE o.at >= since AND (o.at, o.lead_id) < (before, lead_before)
               AND (campaign IS NULL OR o.campaign_id = campaign) AND (p_campaign IS NULL OR o.campaign_id = p_campaign)
               AND counts_in(o.at, o.next_at, o.campaign_id, o.event_type, ends, rows_by, p_key, zone)
             ORDER BY 2 DESC, 1 DESC LIMIT p_limit) i
     ORDER BY i.at DESC, i.lead_id DESC;
END
$$;

-- The days behind a number that campaigns count, not leads. Newest first.
CREATE OR REPLACE FUNCTION funnel_days(p_workspace bigint, p_from text, p_to text, p_campaign text, p_zone text, p_group text,
    p_stage text, p_whole boolean, p_key text, p_after_day text, p_after_campaign text, p_limit bigint)
RETURNS TABLE (day text, campaign_id text, sent bigint, bounced bigint, replied bigint, interested bigint, counts bigint)
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_custom_plan AS $$
#variable_conflict use_column
DECLARE
    zone text := coalesce(p_zone, zone_of(p_workspace));
    first_day date := day_from(coalesce(window_bound(p_from, zone, false), '-infinity'), zone);
    end_day   date := day_from(coalesce(window_bound(p_to, zone, true), 'infinity'), zone);
BEGIN
    RETURN QUERY
    SELECT d.day::text, d.campaign_id, d.sent, d.bounced, d.replied, d.interested, c.counts
      FROM campaign_days d
     CROSS JOIN LATERAL (SELECT CASE p_stage WHEN 'sent' THEN d.sent WHEN 'delivered' THEN d.sent - d.bounced
                                             WHEN 'replied' THEN d.replied ELSE d.interested END AS counts) c
     WHERE d.workspace_id = p_workspace AND d.day >= first_day AND d.day < end_day AND c.counts <> 0
       AND (p_campaign IS NULL OR d.campaign_id = p_campaign)
       AND (p_whole OR funnel_key(p_group, d.campaign_id, '', d.day) IS NOT DISTINCT FROM p_key)
       AND (p_after_day IS NULL OR (d.day, d.campaign_id) < (p_after_day::date, p_after_campaign))
     ORDER BY d.day DESC, d.campaign_id DESC LIMIT p_limit;
END
$$;
