-- What the reports have in common: windows of time, the campaign that a booking is credited to, one row per attendee.

-- A day begins and ends where the workspace is; a moment is itself. The end of a window given as a day is the end of that day.
CREATE OR REPLACE FUNCTION window_bound(p_text text, p_timezone text, p_end boolean) RETURNS timestamptz
LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN length(p_text) = 10 THEN ((p_text::date + p_end::int)::timestamp AT TIME ZONE p_timezone)
                ELSE p_text::timestamptz END
$$;

-- The campaign that last reached the lead (e-mail sent or reply) before the booking was made; ties by the higher campaign id. One
-- whose contacts all came later did not bring the booking about; one of which no time is known may have, so it comes last.
CREATE OR REPLACE FUNCTION credited_campaign(p_workspace bigint, p_lead text, p_booked_at timestamptz)
RETURNS TABLE (campaign_id text) LANGUAGE sql STABLE ROWS 1 AS $$
    SELECT lc.campaign_id
      FROM lead_campaigns lc
     CROSS JOIN LATERAL (SELECT max(t) FILTER (WHERE t <= p_booked_at) AS at, max(t) IS NULL AS unknown
                           FROM unnest(ARRAY[lc.first_contacted_at, lc.last_contacted_at, lc.replied_at]) AS t) reached
     WHERE lc.workspace_id = p_workspace AND lc.lead_id = p_lead AND (reached.at IS NOT NULL OR reached.unknown)
     ORDER BY reached.at DESC NULLS LAST, length(lc.campaign_id) DESC, lc.campaign_id COLLATE "C" DESC
     LIMIT 1
$$;

-- The rows of the bookings report: one per attendee. Filters that are null let everything through.
CREATE OR REPLACE FUNCTION booking_rows(p_workspace bigint, p_matched_only boolean, p_campaign text, p_status text, p_showed text,
    p_from text, p_to text, p_email_key text)
RETURNS TABLE (uid text, email_key text, booked_at timestamptz, starts_at timestamptz, status text, event_type text, chain text,
    rescheduled_from text, showed boolean, attendance_source text, attendee_name text, attendee_email text, lead_id text,
    lead_email text, match_method text, match_probability double precision, campaign_id text, campaign_name text, counted boolean)
LANGUAGE sql STABLE AS $$
    SELECT b.uid, a.email_key, b.booked_at, (b.schedule).starts_at, a.status, coalesce((b.schedule).event_type, (b.schedule).title),
           b.chain, (b.replaces).uid, a.showed, a.attendance_source, (a.person).name, (a.person).email, a.lead_id, l.email,
           a.match_method, a.match_probability, c.campaign_id, c.name,
           a.status = 'accepted' AND a.lead_id IS NOT NULL AND NOT EXISTS (
               SELECT FROM attendees later JOIN bookings lb ON lb.workspace_id = p_workspace AND lb.uid = later.uid
                WHERE later.workspace_id = p_workspace AND later.lead_id = a.lead_id AND later.status = 'accepted'
                  AND (lb.booked_at, later.uid, later.email_key) > (b.booked_at, a.uid, a.email_key))
      FROM workspaces w
      JOIN bookings b ON b.workspace_id = w.workspace_id
      JOIN attendees a ON a.workspace_id = b.workspace_id AND a.uid = b.uid
      LEFT JOIN leads l ON l.workspace_id = a.workspace_id AND l.lead_id = a.lead_id
      LEFT JOIN LATERAL (SELECT cc.campaign_id, k.name
                           FROM credited_campaign(p_workspace, a.lead_id, b.booked_at) cc
                           JOIN campaigns k ON k.workspace_id = p_workspace AND k.campaign_id = cc.campaign_id) c ON true
     WHERE w.workspace_id = p_workspace AND b.workspace_id = p_workspace AND a.workspace_id = p_workspace
       AND (a.lead_id IS NOT NULL OR NOT p_matched_only)
       AND (p_campaign IS NULL OR c.campaign_id = p_campaign)
       AND (p_status IS NULL OR a.status = p_status)
       AND (p_showed IS NULL OR coalesce(a.showed::text, 'unknown') = p_showed)
       AND (p_from IS NULL OR b.booked_at >= window_bound(p_from, w.timezone, false))
       AND (p_to IS NULL OR b.booked_at < window_bound(p_to, w.timezone, true))
       AND (p_email_key IS NULL OR a.email_key = p_email_key OR l.email_key = p_email_key)
$$;
