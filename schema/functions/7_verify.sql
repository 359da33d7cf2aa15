-- Proves that what is kept for the reports equals a recount of what it follows from. One statement, so all of it is seen at one
-- moment. Rows that are kept, rows that a recount comes to, and how many are on one side only: all is well when that is none.

CREATE OR REPLACE FUNCTION verify(p_workspace bigint)
RETURNS TABLE (what text, kept bigint, only_kept bigint, only_recounted bigint)
LANGUAGE sql STABLE SET work_mem = '128MB' AS $$
    WITH zone AS (
        SELECT zone_of_counts(p_workspace) AS zone, unfolded_leads(p_workspace) AS unfolded
    ), stand_kept AS (
        SELECT email_key, uid, booked_at, starts_at, status, showed, attendance_source, event_type, chain, rescheduled_from, lead_id, campaign_id
          FROM standings s WHERE workspace_id = p_workspace   -- but those that are about to be looked at again, here and below
           AND NOT EXISTS (SELECT FROM standings_noted n WHERE n.workspace_id = p_workspace AND n.uid = s.uid)
    ), stand_again AS (
        SELECT a.email_key, a.uid, b.booked_at, (b.schedule).starts_at, a.status, a.showed, a.attendance_source,
               coalesce((b.schedule).event_type, (b.schedule).title), nullif(b.chain, b.uid), (b.replaces).uid, a.lead_id, c.campaign_id
          FROM attendees a
          JOIN bookings b ON b.workspace_id = a.workspace_id AND b.uid = a.uid
          LEFT JOIN LATERAL credited_campaign(p_workspace, a.lead_id, b.booked_at) c ON true
         WHERE a.workspace_id = p_workspace AND b.workspace_id = p_workspace
           AND NOT EXISTS (SELECT FROM standings_noted n WHERE n.workspace_id = p_workspace AND n.uid = a.uid)
    ), rows_kept AS (   -- as they would be if all were folded
        SELECT monthly, day, campaign_id, matched, status, showed, sum(rows) AS rows
          FROM (SELECT monthly, day, campaign_id, matched, status, showed, rows FROM row_counts WHERE workspace_id = p_workspace
                 UNION ALL
                SELECT m, CASE WHEN m THEN date_trunc('month', local)::date ELSE local::date END, k.campaign, (r).matched,
                       (r).status, coalesce((r).showed::text, 'unknown'), n
                  FROM standing_changes c CROSS JOIN zone CROSS JOIN LATERAL (VALUES (c.now, 1), (c.was, -1)) AS v (r, n)
                 CROSS JOIN LATERAL (SELECT (r).booked_at AT TIME ZONE zone AS local) l CROSS JOIN (VALUES (true), (false)) AS u (m)
                  JOIN LATERAL (VALUES (''), ((r).campaign_id)) AS k (campaign) ON k.campaign IS NOT NULL
                 WHERE c.workspace_id = p_workspace AND (r).status IS NOT NULL) t
         GROUP BY 1, 2, 3, 4, 5, 6 HAVING sum(rows) <> 0
    ), rows_again AS (
        SELECT m, CASE WHEN m THEN date_trunc('month', local)::date ELSE local::date END, k.campaign, lead_id IS NOT NULL,
               status, coalesce(showed::text, 'unknown'), count(*)::numeric
          FROM standings CROSS JOIN zone CROSS JOIN LATERAL (SELECT booked_at AT TIME ZONE zone AS local) l
         CROSS JOIN (VALUES (true), (false)) AS u (m)
          JOIN LATERAL (VALUES (''), (campaign_id)) AS k (campaign) ON k.campaign IS NOT NULL
         WHERE workspace_id = p_workspace GROUP BY 1, 2, 3, 4, 5, 6
    ), items_kept AS (
        SELECT lead_id, kind, at, next_at, campaign_id, event_type, sent::int, delivered::int, replied::int, interested::int, booked::int, showed::int
          FROM funnel_items CROSS JOIN zone WHERE workspace_id = p_workspace AND lead_id <> ALL (unfolded)
    ), known AS MATERIALIZED (
        SELECT i.* FROM (SELECT leads_ever(p_workspace) AS ids) l CROSS JOIN zone
         CROSS JOIN LATERAL items_known(p_workspace, ids, moments_for(ids, '-infinity')) i WHERE i.lead_id <> ALL (unfolded)
    ), items_again AS (
        SELECT lead_id, kind, at, next_at, campaign_id, event_type, sent, delivered, replied, interested, booked, showed
          FROM items_of(p_workspace, leads_ever(p_workspace), NULL, false) CROSS JOIN zone WHERE lead_id <> ALL (unfolded)
    ), changes_kept AS (
        SELECT lead_id, known_at, kind, at, next_at, campaign_id, event_type, sent::numeric, delivered::numeric, replied::numeric,
               interested::numeric, booked::numeric, showed::numeric
          FROM item_changes CROSS JOIN zone WHERE workspace_id = p_workspace AND lead_id <> ALL (unfolded)
    ), changes_again AS (
        SELECT lead_id, v.known_at, kind, at, next_at, campaign_id, event_type, sum(v.n * sent)::numeric, sum(v.n * delivered)::numeric,
               sum(v.n * replied)::numeric, sum(v.n * interested)::numeric, sum(v.n * booked)::numeric, sum(v.n * showed)::numeric
          FROM known CROSS JOIN LATERAL (VALUES (known_from, 1), (known_until, -1)) AS v (known_at, n)
         WHERE isfinite(v.known_at) GROUP BY 1, 2, 3, 4, 5, 6, 7
        HAVING (sum(v.n * sent), sum(v.n * delivered), sum(v.n * replied), sum(v.n * interested), sum(v.n * booked),
                sum(v.n * showed)) <> (0, 0, 0, 0, 0, 0)
    ), counts_kept AS (
        SELECT family::text, monthly, next_unit::text, day, next_day, key, sent::numeric, delivered::numeric, replied::numeric, interested::numeric,
               booked::numeric, showed::numeric
          FROM funnel_counts WHERE workspace_id = p_workspace AND (sent, delivered, replied, interested, booked, showed) <> (0, 0, 0, 0, 0, 0)
    ), counts_again AS (
        SELECT f.family, m, unit, CASE WHEN m THEN date_trunc('month', local)::date ELSE local::date END,
               CASE unit WHEN 'none' THEN '-infinity' WHEN 'day' THEN next_local::date ELSE date_trunc('month', next_local)::date END, f.key,
               sum(i.sent)::numeric, sum(i.delivered)::numeric, sum(i.replied)::numeric, sum(i.interested)::numeric, sum(i.booked)::numeric,
               sum(i.showed)::numeric
          FROM funnel_items i CROSS JOIN zone
         CROSS JOIN LATERAL (SELECT i.at AT TIME ZONE zone AS local, i.next_at AT TIME ZONE zone AS next_local) l
          JOIN (VALUES ('activity'), ('activity_type'), ('cohort'), ('distinct')) AS n (family)
            ON n.family = i.kind::text OR (i.kind = 'activity' AND n.family = 'activity_type') OR (i.kind = 'both' AND n.family IN ('cohort', 'distinct'))
         CROSS JOIN LATERAL (SELECT n.family, CASE WHEN n.family IN ('activity', 'cohort') THEN i.campaign_id ELSE i.event_type END AS key) f
         CROSS JOIN (VALUES (true), (false)) AS u (m)
          JOIN (VALUES ('none'), ('day'), ('month')) AS v (unit) ON (unit = 'none') = (i.next_at IS NULL)
         WHERE i.workspace_id = p_workspace GROUP BY 1, 2, 3, 4, 5, 6
        HAVING (sum(sent), sum(delivered), sum(replied), sum(interested), sum(booked), sum(showed)) <> (0, 0, 0, 0, 0, 0)
    ), months_kept AS (
        SELECT campaign_id, month, sent::numeric, bounced::numeric, replied::numeric, interested::numeric
          FROM campaign_months WHERE workspace_id = p_workspace
    ), months_again AS (
        SELECT campaign_id, date_trunc('month', day::timestamp)::date, sum(sent), sum(bounced), sum(replied), sum(interested)
          FROM campaign_days WHERE workspace_id = p_workspace GROUP BY 1, 2
    )
    SELECT 'how attendees stand', (SELECT count(*) FROM stand_kept),
           (SELECT count(*) FROM (TABLE stand_kept EXCEPT ALL TABLE stand_again) d), (SELECT count(*) FROM (TABLE stand_again EXCEPT ALL TABLE stand_kept) d)
     UNION ALL
    SELECT 'bookings by day and month', (SELECT count(*) FROM rows_kept),
           (SELECT count(*) FROM (TABLE rows_kept EXCEPT ALL TABLE rows_again) d), (SELECT count(*) FROM (TABLE rows_again EXCEPT ALL TABLE rows_kept) d)
     UNION ALL
    SELECT 'what each lead counts', (SELECT count(*) FROM items_kept),
           (SELECT count(*) FROM (TABLE items_kept EXCEPT ALL TABLE items_again) d), (SELECT count(*) FROM (TABLE items_again EXCEPT ALL TABLE items_kept) d)
     UNION ALL
    SELECT 'and when that became known', (SELECT count(*) FROM changes_kept),
           (SELECT count(*) FROM (TABLE changes_kept EXCEPT ALL TABLE changes_again) d), (SELECT count(*) FROM (TABLE changes_again EXCEPT ALL TABLE changes_kept) d)
     UNION ALL
    SELECT 'the funnel by day and month', (SELECT count(*) FROM counts_kept),
           (SELECT count(*) FROM (TABLE counts_kept EXCEPT ALL TABLE counts_again) d), (SELECT count(*) FROM (TABLE counts_again EXCEPT ALL TABLE counts_kept) d)
     UNION ALL
    SELECT 'campaigns by month', (SELECT count(*) FROM months_kept),
           (SELECT count(*) FROM (TABLE months_kept EXCEPT ALL TABLE months_again) d), (SELECT count(*) FROM (TABLE months_again EXCEPT ALL TABLE months_kept) d)
$$;
