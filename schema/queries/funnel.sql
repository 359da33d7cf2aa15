-- Funnel: per campaign, day, week, month or event type, and in total; and the leads behind each number. Counting rules: README, The
-- funnel. Parameters: $1 workspace, $2 from, $3 to, $4 campaign, $5 time zone, $6 group_by, $7 cohort, $8 as_of.

-- The row whose is_total is true sums up; a key of null is what belongs to no campaign or event type.
-- name: funnel_count :rows repeatable
SELECT is_total, key, campaign_name, sent, delivered, replied, interested, booked, showed
  FROM funnel_rows($1, $2, $3, $4, $5, $6, $7, $8);

-- The leads behind a number. $9 stage, $10 the total, else $11 the row; $12 and $13: the last lead of the page before.
-- name: funnel_leads :rows repeatable
SELECT lead_id, lead_email, at, campaign_id, event_type, booking_uid
  FROM funnel_leads($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14);

-- The days behind a number that campaigns count. $7 stage, $8 the total, else $9 the row; $10 and $11: the last of the page before.
-- name: funnel_days :rows repeatable
SELECT day, campaign_id, sent, bounced, replied, interested, counts
  FROM funnel_days($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12);
