-- Outreach: what the outbound platform says, kept as it says it, and what reports read of it. Rows that would stay as they are are
-- never written. Lists come as JSON; of things that stand in one twice the last counts.

-- name: outreach_campaigns_note :row
WITH said AS (
    SELECT DISTINCT ON (campaign_id) campaign_id, state, began_at, emails_sent
      FROM jsonb_to_recordset($3::jsonb) AS j (n int, campaign_id text, state text, began_at timestamptz, emails_sent bigint)
     ORDER BY campaign_id, n DESC
), noted AS (
    UPDATE campaigns c
       SET connection_id = $2, state = coalesce(s.state, c.state), began_at = coalesce(s.began_at, c.began_at),
           emails_sent = coalesce(s.emails_sent, c.emails_sent)
      FROM said s
     WHERE c.workspace_id = $1 AND c.campaign_id = s.campaign_id
       AND (c.connection_id, c.state, c.began_at, c.emails_sent) IS DISTINCT FROM
           ($2::bigint, coalesce(s.state, c.state), coalesce(s.began_at, c.began_at), coalesce(s.emails_sent, c.emails_sent))
    RETURNING 1
)
SELECT count(*) FROM noted;

-- In order; those behind $3. emails_now tells whether more were sent: it goes up with the totals and with the series.
-- name: outreach_campaigns :rows repeatable
SELECT campaign_id, to_char(began_at AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS began_on, series_read_on::text AS series_read_on,
       replies_read_at IS NOT NULL AS replies_read, emails_read_on::text AS emails_read_on, emails_now,
       emails_now IS DISTINCT FROM emails_read AS emails_wait
  FROM campaigns c
 CROSS JOIN LATERAL (SELECT coalesce(c.emails_sent, 0) + coalesce(sum(s.value), 0)::bigint AS emails_now FROM campaign_series s
                      WHERE s.workspace_id = $1 AND s.campaign_id = c.campaign_id AND s.label = 'Sent') e
 WHERE c.workspace_id = $1 AND c.connection_id = $2 AND c.campaign_id > $3 ORDER BY c.campaign_id LIMIT $4;

-- name: outreach_series_put :row
WITH said AS (
    SELECT DISTINCT ON (label, day) label, day, value
      FROM jsonb_to_recordset($3::jsonb) AS j (n int, label text, day date, value bigint) ORDER BY label, day, n DESC
), news AS (
    SELECT s.label, s.day, s.value, c.value AS was
      FROM said s LEFT JOIN campaign_series c ON c.workspace_id = $1 AND c.campaign_id = $2 AND c.label = s.label AND c.day = s.day
     WHERE c.value IS DISTINCT FROM s.value
), put AS (
    INSERT INTO campaign_series (workspace_id, campaign_id, label, day, value) SELECT $1, $2, label, day, value FROM news
        ON CONFLICT (workspace_id, campaign_id, label, day) DO UPDATE SET value = excluded.value
    RETURNING 1
), corrected AS (
    INSERT INTO campaign_corrections (workspace_id, campaign_id, day, source, label, was, now)
    SELECT $1, $2, day, 'series', label, was, value FROM news WHERE value < was
    RETURNING 1
), marked AS (
    UPDATE campaigns SET unsettled = true
     WHERE workspace_id = $1 AND campaign_id = $2 AND NOT unsettled AND EXISTS (SELECT FROM news)
)
SELECT (SELECT count(*) FROM put) AS changed, (SELECT count(*) FROM corrected) AS corrected;

-- name: outreach_series_read :none
UPDATE campaigns SET series_read_on = $3::date
 WHERE workspace_id = $1 AND campaign_id = $2 AND series_read_on IS DISTINCT FROM $3::date;

-- $4: it stands in the platform's list now, so it is there. A webhook may come late and tell of one that is gone.
-- name: outreach_replies_put :row
WITH said AS (
    SELECT DISTINCT ON (reply_id) *
      FROM jsonb_to_recordset($3::jsonb) AS j (n int, reply_id text, lead_id text, received_at timestamptz, changed_at timestamptz,
           interested boolean, automated boolean, type text, human boolean, bounce boolean, outgoing boolean)
     ORDER BY reply_id, n DESC
), merged AS (
    SELECT s.reply_id, coalesce(s.lead_id, r.lead_id) AS lead_id, s.received_at, s.changed_at, coalesce(s.interested, r.interested) AS interested,
           coalesce(s.automated, r.automated) AS automated, s.type, s.human, s.bounce, s.outgoing,
           CASE WHEN NOT $4::boolean THEN r.gone_at END AS gone_at
      FROM said s
      LEFT JOIN campaign_replies r ON r.workspace_id = $1 AND r.campaign_id = $2 AND r.reply_id = s.reply_id
     WHERE r.reply_id IS NULL OR s.changed_at >= r.changed_at
), put AS (
    INSERT INTO campaign_replies (workspace_id, campaign_id, reply_id, lead_id, received_at, changed_at, interested, automated, type,
                                  human, bounce, outgoing)
    SELECT $1, $2, reply_id, lead_id, received_at, changed_at, interested, automated, type, human, bounce, outgoing FROM merged m
     WHERE NOT EXISTS (
           SELECT FROM campaign_replies r
            WHERE r.workspace_id = $1 AND r.campaign_id = $2 AND r.reply_id = m.reply_id
              AND (r.lead_id, r.received_at, r.changed_at, r.interested, r.automated, r.type, r.human, r.bounce, r.outgoing, r.gone_at)
                  IS NOT DISTINCT FROM
                  (m.lead_id, m.received_at, m.changed_at, m.interested, m.automated, m.type, m.human, m.bounce, m.outgoing, m.gone_at))
        ON CONFLICT (workspace_id, campaign_id, reply_id) DO UPDATE
       SET lead_id = excluded.lead_id, received_at = excluded.received_at, changed_at = excluded.changed_at, interested = excluded.interested,
           automated = excluded.automated, type = excluded.type, human = excluded.human, bounce = excluded.bounce,
           outgoing = excluded.outgoing, gone_at = CASE WHEN NOT $4::boolean THEN campaign_replies.gone_at END
    RETURNING 1
), marked AS (
    UPDATE campaigns SET unsettled = true
     WHERE workspace_id = $1 AND campaign_id = $2 AND NOT unsettled AND EXISTS (SELECT FROM put)
)
SELECT count(*) FROM put;

-- The moment before a walk: what is heard of from then on is not missing because the walk did not meet it. And days where the
-- workspace is.
-- name: outreach_clock :row repeatable
SELECT now, today::text AS today, (today - 2)::text AS settled, (today - 7)::text AS week, (today - 10)::text AS events,
       (today - 90)::text AS quarter, (today - 365)::text AS year
  FROM (SELECT clock_timestamp() AS now, (clock_timestamp() AT TIME ZONE timezone)::date AS today
          FROM workspaces WHERE workspace_id = $1) t;

-- Those received at $3 or later and noted before $4 that a walk ($5: the ids it met) did not meet.
-- name: outreach_replies_missing :row
WITH met AS (
    SELECT value AS reply_id FROM jsonb_array_elements_text($5::jsonb)
), gone AS (
    UPDATE campaign_replies r SET gone_at = now()
     WHERE r.workspace_id = $1 AND r.campaign_id = $2 AND r.gone_at IS NULL AND r.received_at >= $3::timestamptz
       AND r.noted_at < $4::timestamptz AND NOT EXISTS (SELECT FROM met m WHERE m.reply_id = r.reply_id)
    RETURNING 1
), marked AS (
    UPDATE campaigns SET unsettled = true
     WHERE workspace_id = $1 AND campaign_id = $2 AND NOT unsettled AND EXISTS (SELECT FROM gone)
)
SELECT count(*) FROM gone;

-- name: outreach_replies_read :none
UPDATE campaigns SET replies_read_at = now(), unsettled = true
 WHERE workspace_id = $1 AND campaign_id = $2 AND replies_read_at IS NULL;

-- name: outreach_emails_read :none
UPDATE campaigns SET emails_read = $4, emails_read_on = $3::date
 WHERE workspace_id = $1 AND campaign_id = $2 AND (emails_read_on, emails_read) IS DISTINCT FROM ($3::date, $4::bigint);

-- What was said of leads in campaigns; they stand in both by now. A state of which nothing is said stays; what we saw of it goes
-- with it.
-- name: outreach_members_note :row
WITH said AS (
    SELECT lead_id, campaign_id, (array_agg(state ORDER BY n DESC) FILTER (WHERE state IS NOT NULL))[1] AS state,
           (array_agg(replied ORDER BY n DESC) FILTER (WHERE state IS NOT NULL))[1] AS replied,
           (array_agg(bounced ORDER BY n DESC) FILTER (WHERE state IS NOT NULL))[1] AS bounced,
           (array_agg(emails_sent ORDER BY n DESC) FILTER (WHERE emails_sent IS NOT NULL))[1] AS emails_sent,
           max(at) AS at, min(sent_at) AS first_sent_at, max(sent_at) AS last_sent_at
      FROM jsonb_to_recordset($2::jsonb) AS j (n int, lead_id text, campaign_id text, state text, replied boolean, bounced boolean,
           emails_sent bigint, at timestamptz, sent_at timestamptz)
     GROUP BY lead_id, campaign_id
), seen AS (
    SELECT m.lead_id, m.campaign_id, m.seen_replied AS was_replied, m.seen_bounced AS was_bounced, coalesce(s.state, m.state) AS state, coalesce(s.emails_sent, m.emails_sent) AS emails_sent,
           least(m.first_sent_at, s.first_sent_at) AS first_sent_at, greatest(m.last_sent_at, s.last_sent_at) AS last_sent_at,
           CASE WHEN s.emails_sent > 0 THEN coalesce(m.seen_first_sent, s.at) ELSE m.seen_first_sent END AS seen_first_sent,
           CASE WHEN s.emails_sent > coalesce(m.emails_sent, 0) THEN s.at ELSE m.seen_last_sent END AS seen_last_sent,
           CASE WHEN s.state IS NULL THEN m.seen_replied WHEN s.replied THEN coalesce(m.seen_replied, s.at) END AS seen_replied,
           CASE WHEN s.state IS NULL THEN m.seen_bounced WHEN s.bounced THEN coalesce(m.seen_bounced, s.at) END AS seen_bounced
      FROM said s JOIN lead_campaigns m ON m.workspace_id = $1 AND m.lead_id = s.lead_id AND m.campaign_id = s.campaign_id
), changed AS (
    UPDATE lead_campaigns m
       SET state = s.state, emails_sent = s.emails_sent, first_sent_at = s.first_sent_at, last_sent_at = s.last_sent_at,
           seen_first_sent = s.seen_first_sent, seen_last_sent = s.seen_last_sent, seen_replied = s.seen_replied, seen_bounced = s.seen_bounced
      FROM seen s
     WHERE m.workspace_id = $1 AND m.lead_id = s.lead_id AND m.campaign_id = s.campaign_id
       AND (m.state, m.emails_sent, m.first_sent_at, m.last_sent_at, m.seen_first_sent, m.seen_last_sent, m.seen_replied, m.seen_bounced)
           IS DISTINCT FROM (s.state, s.emails_sent, s.first_sent_at, s.last_sent_at, s.seen_first_sent, s.seen_last_sent, s.seen_replied,
                             s.seen_bounced)
    RETURNING m.campaign_id, (m.seen_replied, m.seen_bounced) IS DISTINCT FROM (s.was_replied, s.was_bounced) AS answered
), marked AS (
    UPDATE campaigns c SET unsettled = true
     WHERE c.workspace_id = $1 AND NOT c.unsettled AND c.campaign_id IN (SELECT campaign_id FROM changed WHERE answered)
)
SELECT count(*) FROM changed;

-- The times that reports read, of these leads in these campaigns. Replies decide once all have been read, else they only add. A state
-- says that a lead replied only where no reply of his was ever known.
-- name: outreach_members_follow :row
WITH pairs AS (
    SELECT DISTINCT lead_id, campaign_id FROM jsonb_to_recordset($2::jsonb) AS j (lead_id text, campaign_id text)
), known AS (
    SELECT m.lead_id, m.campaign_id, m.first_contacted_at, m.last_contacted_at, m.replied_at, m.interested_at, m.bounced_at,
           least(m.first_sent_at, m.seen_first_sent) AS first_sent, coalesce(m.last_sent_at, m.seen_last_sent, m.seen_first_sent) AS last_sent,
           CASE WHEN r.told THEN r.replied_at ELSE m.seen_replied END AS replied, r.interested_at AS interested,
           coalesce(r.bounced_at, m.seen_bounced) AS bounced, c.replies_read_at IS NOT NULL AS whole
      FROM pairs p
      JOIN lead_campaigns m ON m.workspace_id = $1 AND m.lead_id = p.lead_id AND m.campaign_id = p.campaign_id
      JOIN campaigns c ON c.workspace_id = $1 AND c.campaign_id = p.campaign_id
     CROSS JOIN LATERAL (SELECT min(received_at) FILTER (WHERE human AND gone_at IS NULL) AS replied_at,
                                min(received_at) FILTER (WHERE interested AND NOT outgoing AND gone_at IS NULL) AS interested_at,
                                min(received_at) FILTER (WHERE bounce AND gone_at IS NULL) AS bounced_at,
                                coalesce(bool_or(NOT outgoing AND NOT bounce), false) AS told
                           FROM campaign_replies x
                          WHERE x.workspace_id = $1 AND x.campaign_id = p.campaign_id AND x.lead_id = p.lead_id) r
), follows AS (
    SELECT lead_id, campaign_id, coalesce(first_sent, first_contacted_at) AS first_contacted_at,
           coalesce(last_sent, last_contacted_at) AS last_contacted_at,
           CASE WHEN whole THEN replied ELSE least(replied_at, replied) END AS replied_at,
           CASE WHEN whole THEN interested ELSE least(interested_at, interested) END AS interested_at,
           CASE WHEN whole THEN bounced ELSE least(bounced_at, bounced) END AS bounced_at
      FROM known
), changed AS (
    UPDATE lead_campaigns m
       SET first_contacted_at = f.first_contacted_at, last_contacted_at = f.last_contacted_at, replied_at = f.replied_at,
           interested_at = f.interested_at, bounced_at = f.bounced_at
      FROM follows f
     WHERE m.workspace_id = $1 AND m.lead_id = f.lead_id AND m.campaign_id = f.campaign_id
       AND (m.first_contacted_at, m.last_contacted_at, m.replied_at, m.interested_at, m.bounced_at) IS DISTINCT FROM
           (f.first_contacted_at, f.last_contacted_at, f.replied_at, f.interested_at, f.bounced_at)
    RETURNING m.lead_id
), noted AS (
    INSERT INTO lead_news (lead_id) SELECT lead_id FROM changed
)
SELECT count(*) FROM changed;

-- Whom of a campaign the above may concern: those who replied, or whose times say so. Everybody else was followed when he came.
-- name: outreach_members_answering :row
SELECT coalesce(jsonb_agg(jsonb_build_object('lead_id', lead_id, 'campaign_id', $2::text)), '[]')::text AS pairs
  FROM (SELECT lead_id FROM campaign_replies WHERE workspace_id = $1 AND campaign_id = $2 AND lead_id IS NOT NULL
         UNION
        SELECT lead_id FROM lead_campaigns
         WHERE workspace_id = $1 AND campaign_id = $2
           AND (replied_at IS NOT NULL OR interested_at IS NOT NULL OR bounced_at IS NOT NULL OR seen_replied IS NOT NULL
                OR seen_bounced IS NOT NULL)) a;

-- Days of a campaign whose counts are to be others: sent and bounced as the series says, replied and interested by leads, each once,
-- on the day of the first.
-- name: outreach_days_stage :none
INSERT INTO staged_campaigns (line, campaign_id, day, sent, bounced, replied, interested)
WITH campaign AS (
    SELECT c.campaign_id, c.replies_read_at IS NOT NULL AS whole, w.timezone AS zone
      FROM campaigns c JOIN workspaces w ON w.workspace_id = $1 WHERE c.workspace_id = $1 AND c.campaign_id = $2
), series AS (
    SELECT day, sum(value) FILTER (WHERE label = 'Sent')::bigint AS sent, sum(value) FILTER (WHERE label = 'Bounced')::bigint AS bounced
      FROM campaign_series WHERE workspace_id = $1 AND campaign_id = $2 AND label IN ('Sent', 'Bounced') GROUP BY day
), rows AS (
    SELECT lead_id, min(received_at) FILTER (WHERE human AND gone_at IS NULL) AS replied_at,
           min(received_at) FILTER (WHERE interested AND NOT outgoing AND gone_at IS NULL) AS interested_at,
           bool_or(NOT outgoing AND NOT bounce) AS told
      FROM campaign_replies WHERE workspace_id = $1 AND campaign_id = $2 AND lead_id IS NOT NULL GROUP BY lead_id
), seen AS (
    SELECT lead_id, seen_replied FROM lead_campaigns
     WHERE workspace_id = $1 AND campaign_id = $2 AND seen_replied IS NOT NULL
), answers AS (
    SELECT (at AT TIME ZONE zone)::date AS day, count(*) FILTER (WHERE NOT interest) AS replied, count(*) FILTER (WHERE interest) AS interested
      FROM (SELECT CASE WHEN r.told THEN r.replied_at ELSE s.seen_replied END AS at, false AS interest FROM rows r FULL JOIN seen s USING (lead_id)
             UNION ALL
            SELECT interested_at, true FROM rows) a
     CROSS JOIN campaign WHERE at IS NOT NULL AND whole GROUP BY 1
), days AS (
    SELECT day, sent, bounced, replied, interested FROM campaign_days WHERE workspace_id = $1 AND campaign_id = $2
), follows AS (
    SELECT day, coalesce(s.sent, d.sent, 0) AS sent, coalesce(s.bounced, d.bounced, 0) AS bounced,
           CASE WHEN whole THEN coalesce(a.replied, 0) ELSE coalesce(d.replied, 0) END AS replied,
           CASE WHEN whole THEN coalesce(a.interested, 0) ELSE coalesce(d.interested, 0) END AS interested,
           (coalesce(d.sent, 0), coalesce(d.bounced, 0), coalesce(d.replied, 0), coalesce(d.interested, 0)) AS before
      FROM days d FULL JOIN series s USING (day) FULL JOIN answers a USING (day) CROSS JOIN campaign
)
SELECT 1, $2, day, sent, bounced, replied, interested FROM follows WHERE (sent, bounced, replied, interested) <> before;

-- name: outreach_days_correct :row
WITH lower AS (
    INSERT INTO campaign_corrections (workspace_id, campaign_id, day, source, label, was, now)
    SELECT $1, d.campaign_id, d.day, 'replies', v.label, v.was, v.now
      FROM staged_campaigns s JOIN campaign_days d ON d.workspace_id = $1 AND d.campaign_id = s.campaign_id AND d.day = s.day
     CROSS JOIN LATERAL (VALUES ('replied', d.replied, s.replied), ('interested', d.interested, s.interested)) AS v (label, was, now)
     WHERE v.now < v.was
    RETURNING 1
)
SELECT count(*) FROM lower;

-- name: outreach_unsettled :rows repeatable
SELECT campaign_id FROM campaigns WHERE workspace_id = $1 AND unsettled ORDER BY campaign_id;

-- name: outreach_settled :none
UPDATE campaigns SET unsettled = false WHERE workspace_id = $1 AND campaign_id = $2 AND unsettled;

-- name: outreach_event_put :row_or_none
INSERT INTO outreach_events (workspace_id, connection_id, delivery_key, source, type, status, received_at, body)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (workspace_id, delivery_key) DO NOTHING RETURNING event_id;

-- name: outreach_words_put :none
INSERT INTO outreach_words (workspace_id, connection_id, kind, word)
SELECT DISTINCT $1::bigint, $2::bigint, kind, word FROM jsonb_to_recordset($3::jsonb) AS j (kind text, word text)
    ON CONFLICT DO NOTHING;

-- Whose the connection's key was.
-- name: outreach_account :row repeatable
SELECT (SELECT account FROM source_syncs WHERE workspace_id = $1 AND connection_id = $2) AS account;

-- Newest first.
-- name: outreach_words :rows repeatable
SELECT connection_id, kind, word, first_at FROM outreach_words WHERE workspace_id = $1 ORDER BY first_at DESC, connection_id, kind, word LIMIT $2;

-- name: outreach_corrections :rows repeatable
SELECT campaign_id, day::text AS day, source, label, was, now, noted_at
  FROM campaign_corrections WHERE workspace_id = $1 ORDER BY correction_id DESC LIMIT $2;
