-- Generates bookings, leads and campaigns for t/bench: always the same for the same numbers, relative to the day it runs.
-- psql -v bookings=1000000 -v leads=1000000 -v campaigns=200 -v workspaces=50 -f generate.sql
--
-- The first workspace has half of everything, the others share the rest. Two years; a campaign contacts its leads for four months.

SET synchronous_commit = off;
SET work_mem = '128MB';
SET maintenance_work_mem = '512MB';

-- A number below n that looks drawn, but is always the same for the same two.
CREATE OR REPLACE FUNCTION pg_temp.drawn(seed bigint, salt int, n bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
    SELECT (hashint8extended(seed, salt) & 9223372036854775807) % n
$$;

CREATE TEMP TABLE place AS
-- Nothing is presumed: the worker would be at it for an hour.
WITH made AS (INSERT INTO workspaces (name, attendance) SELECT 'bench ' || n, 'explicit' FROM generate_series(0, :workspaces - 1) n RETURNING workspace_id)
SELECT row_number() OVER (ORDER BY workspace_id) - 1 AS k, workspace_id, NULL::bigint AS connection_id FROM made;
WITH made AS (INSERT INTO connections (workspace_id, name, unsigned) SELECT workspace_id, 'bench', true FROM place
              RETURNING workspace_id, connection_id)
UPDATE place p SET connection_id = m.connection_id FROM made m WHERE m.workspace_id = p.workspace_id;
ANALYZE place;

-- Odd ones belong to the first workspace, even ones to the others in turn.
CREATE OR REPLACE FUNCTION pg_temp.k_of(i bigint, workspaces bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN i % 2 = 1 THEN 0 ELSE 1 + (i / 2) % (workspaces - 1) END
$$;

-- The i-th campaign of the generator; each begins a little after the one before.
CREATE TEMP TABLE campaign AS
SELECT i, workspace_id, 'c' || i AS campaign_id,
       date_trunc('day', now()) - interval '730 days' + (i * 600 / :campaigns) * interval '1 day' AS begins,
       row_number() OVER (PARTITION BY workspace_id ORDER BY i) - 1 AS nth, count(*) OVER (PARTITION BY workspace_id) AS of_workspace
  FROM generate_series(1, :campaigns) i JOIN place ON k = pg_temp.k_of(i, :workspaces);
CREATE INDEX ON campaign (workspace_id, nth);
ANALYZE campaign;

INSERT INTO campaigns SELECT workspace_id, campaign_id, 'Campaign ' || i FROM campaign;
INSERT INTO campaign_days
SELECT workspace_id, campaign_id, (begins + d * interval '1 day')::date, 40 + pg_temp.drawn(i * 1000 + d, 1, 20),
       pg_temp.drawn(i * 1000 + d, 2, 3), pg_temp.drawn(i * 1000 + d, 3, 6), pg_temp.drawn(i * 1000 + d, 4, 3)
  FROM campaign CROSS JOIN generate_series(0, 119) d;
INSERT INTO campaign_months
SELECT workspace_id, campaign_id, date_trunc('month', day::timestamp)::date, sum(sent), sum(bounced), sum(replied), sum(interested)
  FROM campaign_days WHERE workspace_id IN (SELECT workspace_id FROM place) GROUP BY 1, 2, 3;

INSERT INTO leads (workspace_id, lead_id, email, email_key, mailbox_key, first_name, last_name, company)
SELECT workspace_id, 'l' || i, 'lead' || i || '@d' || i % 5000 || '.test', 'lead' || i || '@d' || i % 5000 || '.test',
       'lead' || i || '@d' || i % 5000 || '.test', 'First' || i % 900, 'Last' || i % 5000, 'Company ' || i % 20000
  FROM generate_series(1::bigint, :leads) i JOIN place ON k = pg_temp.k_of(i, :workspaces);

-- One lead in five is in two campaigns.
INSERT INTO lead_campaigns (workspace_id, lead_id, campaign_id, first_contacted_at, last_contacted_at, replied_at, interested_at, bounced_at)
SELECT c.workspace_id, 'l' || g, c.campaign_id, t.at, t.at + pg_temp.drawn(g, 13 + s, 20) * interval '1 day',
       CASE WHEN pg_temp.drawn(g, 14 + s, 100) < 10 THEN t.at + interval '3 days' END,
       CASE WHEN pg_temp.drawn(g, 15 + s, 100) < 4 THEN t.at + interval '4 days' END,
       CASE WHEN pg_temp.drawn(g, 16 + s, 100) < 2 THEN t.at + interval '1 hour' END
  FROM generate_series(1::bigint, :leads) g
  JOIN place p ON p.k = pg_temp.k_of(g, :workspaces)
 CROSS JOIN LATERAL (SELECT max(of_workspace) AS n FROM campaign x WHERE x.workspace_id = p.workspace_id) n
 CROSS JOIN (VALUES (0), (1)) AS v (s)
  JOIN campaign c ON c.workspace_id = p.workspace_id AND c.nth = (pg_temp.drawn(g, 10, n.n) + s * 3) % n.n
 CROSS JOIN LATERAL (SELECT c.begins + pg_temp.drawn(g, 12 + s, 120 * 1440) * interval '1 minute' AS at) t
 WHERE s = 0 OR (n.n > 3 AND pg_temp.drawn(g, 11, 5) = 0);

-- Nine in ten bookings are of a lead, some days after it was contacted; the tenth of somebody else.
CREATE TEMP TABLE booking AS
SELECT n, p.workspace_id, p.connection_id, 'bench-' || n || '-' || substr(md5(n::text), 1, 12) AS uid,
       CASE WHEN pg_temp.drawn(n, 20, 10) > 0 THEN
           CASE WHEN k = 0 THEN 2 * pg_temp.drawn(n, 21, :leads / 2) + 1
                ELSE 2 * ((:workspaces - 1) * pg_temp.drawn(n, 21, :leads / 2 / (:workspaces - 1)) + k - 1) END END AS lead,
       b.status, b.at, m.meets,
       -- Nobody has come to a meeting that lies ahead.
       CASE WHEN b.status = 'accepted' AND m.meets < now() THEN (ARRAY[true, true, true, true, true, true, true, false, false, NULL])[1 + pg_temp.drawn(n, 25, 10)] END AS showed,
       (ARRAY['intro', 'demo', 'follow-up', 'pricing'])[1 + pg_temp.drawn(n, 26, 4)] AS event_type
  FROM generate_series(1::bigint, :bookings) n
  JOIN place p ON p.k = pg_temp.k_of(n, :workspaces)
 CROSS JOIN LATERAL (SELECT now() - pg_temp.drawn(n, 22, 700::bigint * 86400) * interval '1 second' AS at,
                            (ARRAY['accepted', 'accepted', 'accepted', 'accepted', 'accepted', 'accepted', 'accepted', 'cancelled',
                                   'superseded', 'pending'])[1 + pg_temp.drawn(n, 23, 10)] AS status) b
 CROSS JOIN LATERAL (SELECT b.at + interval '1 day' + pg_temp.drawn(n, 24, 20 * 48) * interval '30 minutes' AS meets) m;
UPDATE booking SET lead = NULL WHERE lead < 1;

INSERT INTO webhook_events (workspace_id, delivery_key, connection_id, received_at, happened_at, trigger, uid, status, body)
SELECT workspace_id, decode(md5(uid), 'hex'), connection_id, at, at, 'BOOKING_CREATED', uid, 'processed', decode(repeat(md5(uid), 8), 'hex')
  FROM booking ORDER BY at;

INSERT INTO bookings (workspace_id, uid, connection_id, known_at, heard_at, schedule, status_set, status, chain, booked_at, ended_at)
SELECT workspace_id, uid, connection_id, at, at,
       ROW (at, 2, meets, meets + interval '30 minutes', 'Intro', event_type, 1, 'video', false)::schedule_facet,
       ROW (at, 2, status, NULL, NULL, NULL)::status_facet, status, uid, at, CASE WHEN showed IS NOT NULL THEN meets + interval '30 minutes' END
  FROM booking ORDER BY at;

INSERT INTO attendees (workspace_id, uid, email_key, mailbox_key, shared, person, seat, mark, status, showed, attendance_source,
                       lead_id, match_method, match_probability, match_because, matched_at)
SELECT workspace_id, uid, e.email, e.email, false, jsonb_populate_record(NULL::person_facet, jsonb_build_object('at', at, 'rank', 2, 'email', e.email, 'name', 'Guest ' || n, 'timezone', 'UTC')),
       ROW (at, 2, true, NULL)::seat_facet,
       CASE WHEN showed IS NOT NULL THEN ROW (meets + interval '1 hour', 2, showed, 'explicit')::mark_facet END,
       status, showed, CASE WHEN showed IS NOT NULL THEN 'explicit' END, 'l' || lead, CASE WHEN lead IS NOT NULL THEN 'exact' END,
       CASE WHEN lead IS NOT NULL THEN 1 END, CASE WHEN lead IS NOT NULL THEN 'the same address' END, CASE WHEN lead IS NOT NULL THEN at END
  FROM booking
 CROSS JOIN LATERAL (SELECT CASE WHEN lead IS NOT NULL THEN 'lead' || lead || '@d' || lead % 5000 || '.test' ELSE 'guest' || n || '@x.test' END AS email) e
 ORDER BY at;

INSERT INTO unmatched_bookings (workspace_id, uid, email_key, mailbox_key)
SELECT workspace_id, uid, email_key, mailbox_key FROM attendees
 WHERE workspace_id IN (SELECT workspace_id FROM place) AND lead_id IS NULL;

INSERT INTO standings
SELECT a.workspace_id, a.email_key, a.uid, b.booked_at, (b.schedule).starts_at, a.status, a.showed, a.attendance_source,
       (b.schedule).event_type, NULL, NULL, a.lead_id, c.campaign_id, b.heard_at
  FROM attendees a
  JOIN bookings b ON b.workspace_id = a.workspace_id AND b.uid = a.uid
  LEFT JOIN LATERAL credited_campaign(a.workspace_id, a.lead_id, b.booked_at) c ON true
 WHERE a.workspace_id IN (SELECT workspace_id FROM place) ORDER BY b.booked_at;

-- In the order of leads, so that a portion that is folded holds all of what it touches.
INSERT INTO standing_changes (workspace_id, now, lead_now, known_from)
SELECT workspace_id, counted_row_of(s), lead_id, known_from FROM standings s WHERE workspace_id IN (SELECT workspace_id FROM place) ORDER BY workspace_id, lead_id;
INSERT INTO standing_changes (workspace_id, lead_now)
SELECT workspace_id, lead_id FROM leads l WHERE workspace_id IN (SELECT workspace_id FROM place)
   AND NOT EXISTS (SELECT FROM standings s WHERE s.workspace_id = l.workspace_id AND s.lead_id = l.lead_id) ORDER BY workspace_id, lead_id;
VACUUM (ANALYZE) leads, lead_campaigns, standings, standing_changes, attendees, bookings;
SET enable_seqscan = off;   -- as for the programs
SELECT format('SELECT fold_all(%s)', workspace_id) FROM place ORDER BY k \gexec
VACUUM (ANALYZE) standing_changes, row_counts, funnel_items, item_changes, funnel_counts, campaigns, campaign_days, campaign_months,
    webhook_events, unmatched_bookings, workspaces;
CHECKPOINT;
