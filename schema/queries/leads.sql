-- Leads: the merge of an import, all of it inside one transaction. Rows that would stay as they are are never written.

-- name: leads_staging :none
CREATE TEMP TABLE staged_leads (
    line text NOT NULL, lead_id text, own_id text, email text NOT NULL, email_key text NOT NULL, mailbox_key text NOT NULL,
    first_name text, last_name text, company text, title text, phone text, website text,
    campaign_id text, first_contacted_at timestamptz, last_contacted_at timestamptz, replied_at timestamptz, interested_at timestamptz
) ON COMMIT DROP;

-- name: leads_copy :copy
COPY staged_leads FROM STDIN;

-- Nobody else looks after the statistics of a temporary table; without them the joins below are planned for ten rows.
-- name: leads_staged :none
ANALYZE staged_leads;

-- Lines without a lead_id belong to the lead that has the address: first to one that the file itself names so, then to the stored
-- one that changed last, else to one made from the address. Stored leads that the file gives another address do not count. All of
-- this is the same after the merge as before, or importing twice would change something.
-- name: leads_identify :none
WITH nameless AS (
    SELECT DISTINCT email_key, mailbox_key FROM staged_leads WHERE lead_id IS NULL
), named AS MATERIALIZED (
    SELECT DISTINCT ON (lead_id) lead_id, email_key FROM staged_leads
     WHERE lead_id IS NOT NULL AND EXISTS (SELECT FROM nameless)
     ORDER BY lead_id, line DESC
), in_file AS (
    SELECT email_key, min(lead_id) AS lead_id FROM named GROUP BY email_key
), stored AS (
    SELECT DISTINCT ON (l.email_key) l.email_key, l.lead_id
      FROM nameless n
      JOIN leads l ON l.workspace_id = $1 AND l.mailbox_key = n.mailbox_key AND l.email_key = n.email_key
     WHERE NOT EXISTS (SELECT FROM named f WHERE f.lead_id = l.lead_id)
     ORDER BY l.email_key, l.changed_at DESC, l.lead_id
), found AS (
    SELECT email_key, coalesce(f.lead_id, s.lead_id) AS lead_id
      FROM nameless LEFT JOIN in_file f USING (email_key) LEFT JOIN stored s USING (email_key)
)
UPDATE staged_leads s SET lead_id = coalesce(f.lead_id, s.own_id)
  FROM found f WHERE s.lead_id IS NULL AND f.email_key = s.email_key;

-- name: leads_arriving :none
CREATE TEMP TABLE arrived_leads (
    lead_id text PRIMARY KEY, email text NOT NULL, email_key text NOT NULL, mailbox_key text NOT NULL,
    first_name text, last_name text, company text, title text, phone text, website text
) ON COMMIT DROP;

-- One row for each lead. The greatest of (line, text) holds the text of the last line that has one.
-- name: leads_arrive :row
WITH arrived AS (
    INSERT INTO arrived_leads
    SELECT lead_id, address[2], address[3], address[4],
           first_name[2], last_name[2], company[2], title[2], phone[2], website[2]
      FROM (SELECT lead_id,
                   max(ARRAY[line, email, email_key, mailbox_key]) AS address,
                   max(ARRAY[line, first_name]) FILTER (WHERE first_name IS NOT NULL) AS first_name,
                   max(ARRAY[line, last_name]) FILTER (WHERE last_name IS NOT NULL) AS last_name,
                   max(ARRAY[line, company]) FILTER (WHERE company IS NOT NULL) AS company,
                   max(ARRAY[line, title]) FILTER (WHERE title IS NOT NULL) AS title,
                   max(ARRAY[line, phone]) FILTER (WHERE phone IS NOT NULL) AS phone,
                   max(ARRAY[line, website]) FILTER (WHERE website IS NOT NULL) AS website
              FROM staged_leads GROUP BY lead_id) last_said
    RETURNING 1
)
SELECT count(*) FROM arrived;

-- name: leads_arrived :none
ANALYZE arrived_leads;

-- Bookings that others record from here on are looked at again after the commit.
-- name: leads_hold_contacts :row
SELECT pg_advisory_xact_lock(contacts_lock($1))::text AS nothing;

-- name: leads_change :row
WITH changed AS (
    UPDATE leads l
       SET email = a.email, email_key = a.email_key, mailbox_key = a.mailbox_key,
           first_name = coalesce(a.first_name, l.first_name), last_name = coalesce(a.last_name, l.last_name),
           company = coalesce(a.company, l.company), title = coalesce(a.title, l.title),
           phone = coalesce(a.phone, l.phone), website = coalesce(a.website, l.website),
           changed_at = now()
      FROM arrived_leads a
     WHERE l.workspace_id = $1 AND l.lead_id = a.lead_id
       AND (l.email <> a.email OR l.email_key <> a.email_key OR l.mailbox_key <> a.mailbox_key
            OR l.first_name <> a.first_name OR l.last_name <> a.last_name OR l.company <> a.company
            OR l.title <> a.title OR l.phone <> a.phone OR l.website <> a.website)
    RETURNING 1
)
SELECT count(*) FROM changed;

-- name: leads_make :row
WITH made AS (
    INSERT INTO leads (workspace_id, lead_id, email, email_key, mailbox_key, first_name, last_name, company, title, phone, website)
    SELECT $1, lead_id, email, email_key, mailbox_key, coalesce(first_name, ''), coalesce(last_name, ''),
           coalesce(company, ''), coalesce(title, ''), coalesce(phone, ''), coalesce(website, '')
      FROM arrived_leads a
     WHERE NOT EXISTS (SELECT FROM leads l WHERE l.workspace_id = $1 AND l.lead_id = a.lead_id)
    RETURNING 1
)
SELECT count(*) FROM made;

-- A campaign that is not known yet is called by its id until somebody names it.
-- name: members_name_campaigns :none
INSERT INTO campaigns (workspace_id, campaign_id, name)
SELECT DISTINCT $1::bigint, campaign_id, campaign_id FROM staged_leads WHERE campaign_id IS NOT NULL
    ON CONFLICT DO NOTHING;

-- name: members_arriving :none
CREATE TEMP TABLE arrived_members (
    lead_id text NOT NULL, campaign_id text NOT NULL,
    first_contacted_at timestamptz, last_contacted_at timestamptz, replied_at timestamptz, interested_at timestamptz
) ON COMMIT DROP;

-- Leads of whom anything changed that reports count, and bookings whose attendees may stand differently now.
-- name: leads_news :none
CREATE TEMP TABLE IF NOT EXISTS lead_news (lead_id text, uid text) ON COMMIT DROP;

-- Both contact times are times of a contact, so either stands for the other when that is not given.
-- name: members_arrive :row
WITH arrived AS (
    INSERT INTO arrived_members
    SELECT lead_id, campaign_id,
           least(min(first_contacted_at), min(last_contacted_at)), greatest(max(first_contacted_at), max(last_contacted_at)),
           min(replied_at), min(interested_at)
      FROM staged_leads WHERE campaign_id IS NOT NULL GROUP BY lead_id, campaign_id
    RETURNING 1
)
SELECT count(*) FROM arrived;

-- name: members_arrived :none
ANALYZE arrived_members;

-- name: members_change :row
WITH changed AS (
    UPDATE lead_campaigns m
       SET first_contacted_at = least(m.first_contacted_at, a.first_contacted_at),
           last_contacted_at = greatest(m.last_contacted_at, a.last_contacted_at),
           replied_at = least(m.replied_at, a.replied_at), interested_at = least(m.interested_at, a.interested_at)
      FROM arrived_members a
     WHERE m.workspace_id = $1 AND m.lead_id = a.lead_id AND m.campaign_id = a.campaign_id
       AND (m.first_contacted_at, m.last_contacted_at, m.replied_at, m.interested_at) IS DISTINCT FROM
           (least(m.first_contacted_at, a.first_contacted_at), greatest(m.last_contacted_at, a.last_contacted_at),
            least(m.replied_at, a.replied_at), least(m.interested_at, a.interested_at))
    RETURNING m.lead_id
), noted AS (
    INSERT INTO lead_news (lead_id) SELECT lead_id FROM changed
)
SELECT count(*) FROM changed;

-- name: members_join :row
WITH joined AS (
    INSERT INTO lead_campaigns
        (workspace_id, lead_id, campaign_id, first_contacted_at, last_contacted_at, replied_at, interested_at)
    SELECT $1, lead_id, campaign_id, first_contacted_at, last_contacted_at, replied_at, interested_at
      FROM arrived_members a
     WHERE NOT EXISTS (SELECT FROM lead_campaigns m
                        WHERE m.workspace_id = $1 AND m.lead_id = a.lead_id AND m.campaign_id = a.campaign_id)
    RETURNING lead_id
), noted AS (
    INSERT INTO lead_news (lead_id) SELECT lead_id FROM joined
)
SELECT count(*) FROM joined;

-- Attendees who waited for one of these leads. Held in order of their keys, so that two who do this never wait for each other.
-- name: leads_link_waiting :row
WITH waiting AS MATERIALIZED (
    SELECT a.uid, a.email_key, a.mailbox_key, a.shared
      FROM unmatched_bookings u
      JOIN attendees a ON a.workspace_id = $1 AND a.uid = u.uid AND a.email_key = u.email_key
     WHERE u.workspace_id = $1 AND a.lead_id IS NULL
       AND u.mailbox_key IN (SELECT mailbox_key FROM arrived_leads)
     ORDER BY a.uid, a.email_key
       FOR UPDATE OF a
), linked AS (
    UPDATE attendees a
       SET lead_id = l.lead_id, match_method = l.method, match_probability = 1, match_because = l.because, matched_at = now()
      FROM waiting w CROSS JOIN LATERAL lead_of_address($1, w.email_key, w.mailbox_key, w.shared) l
     WHERE a.workspace_id = $1 AND a.uid = w.uid AND a.email_key = w.email_key AND l.lead_id IS NOT NULL
    RETURNING a.uid
), noted AS (
    INSERT INTO lead_news (uid) SELECT uid FROM linked
)
SELECT count(*) FROM linked;

-- name: leads_end_waiting :none
DELETE FROM unmatched_bookings u
 USING attendees a
 WHERE u.workspace_id = $1 AND a.workspace_id = $1 AND a.uid = u.uid AND a.email_key = u.email_key
   AND a.lead_id IS NOT NULL AND u.mailbox_key IN (SELECT mailbox_key FROM arrived_leads);

-- name: leads_note_news :none
INSERT INTO standing_changes (workspace_id, lead_now) SELECT DISTINCT $1::bigint, lead_id FROM lead_news WHERE lead_id IS NOT NULL;

-- In portions, because each is held in memory.
-- name: leads_restand :row
SELECT count(stand($1, uids, now()))
  FROM (SELECT array_agg(uid) AS uids
          FROM (SELECT uid, row_number() OVER (ORDER BY uid) / 500 AS portion
                  FROM (SELECT uid FROM lead_news WHERE uid IS NOT NULL
                         UNION
                        SELECT s.uid FROM lead_news n JOIN standings s ON s.workspace_id = $1 AND s.lead_id = n.lead_id) u) p
         GROUP BY portion ORDER BY portion) q;
