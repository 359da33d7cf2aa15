-- Guesses: attendees about whom nothing is certain, and what the engine made of them.

-- Due are those who were never looked at, or not as they are now, by this model, among these leads. What a person decided is not
-- looked at again.
-- name: guesses_due_of :rows repeatable
SELECT a.workspace_id, a.uid, a.email_key, (a.person).email, (a.person).name, (a.person).phone, (a.person).company,
       (a.person).timezone, (a.person).notes, (b.schedule).title, b.booked_at, guess_inputs(a, b) AS inputs
  FROM attendees a
  JOIN bookings b ON b.workspace_id = $1 AND b.uid = a.uid
  LEFT JOIN match_guesses g ON g.workspace_id = $1 AND g.uid = a.uid AND g.email_key = a.email_key
  LEFT JOIN lead_indexes i ON i.workspace_id = $1
 WHERE a.workspace_id = $1 AND a.uid IN (SELECT jsonb_array_elements_text($2::jsonb))
   AND (a.lead_id IS NULL OR a.match_method = 'likely_person')
   AND NOT EXISTS (SELECT FROM match_decisions d WHERE d.workspace_id = $1 AND d.email_key = a.email_key AND d.uid = a.uid)
   AND (g.inputs, g.model, g.epoch) IS DISTINCT FROM (guess_inputs(a, b), $3, coalesce(i.epoch, 0))
 ORDER BY a.uid, a.email_key LIMIT $4;

-- In the whole workspace.
-- name: guesses_due :rows repeatable
SELECT a.workspace_id, a.uid, a.email_key, (a.person).email, (a.person).name, (a.person).phone, (a.person).company,
       (a.person).timezone, (a.person).notes, (b.schedule).title, b.booked_at, guess_inputs(a, b) AS inputs
  FROM (SELECT u.uid, u.email_key FROM unmatched_bookings u WHERE u.workspace_id = $1
         UNION
        SELECT y.uid, y.email_key FROM attendees y WHERE y.workspace_id = $1 AND y.match_method = 'likely_person') w
  JOIN attendees a ON a.workspace_id = $1 AND a.uid = w.uid AND a.email_key = w.email_key
  JOIN bookings b ON b.workspace_id = $1 AND b.uid = a.uid
  LEFT JOIN match_guesses g ON g.workspace_id = $1 AND g.uid = a.uid AND g.email_key = a.email_key
  LEFT JOIN lead_indexes i ON i.workspace_id = $1
 WHERE NOT EXISTS (SELECT FROM match_decisions d WHERE d.workspace_id = $1 AND d.email_key = a.email_key AND d.uid = a.uid)
   AND (g.inputs, g.model, g.epoch) IS DISTINCT FROM (guess_inputs(a, b), $2, coalesce(i.epoch, 0))
 ORDER BY a.uid, a.email_key LIMIT $3;

-- A plain look-up; each is then served by itself.
-- name: guesses_workspaces :rows repeatable
SELECT workspace_id FROM lead_indexes ORDER BY workspace_id;

-- name: guesses_put :row repeatable
SELECT put_guess($1, $2, $3, $4, $5, $6, $7, $8::float8, $9) AS put;
