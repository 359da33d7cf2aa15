-- Which lead has this address? Equal addresses first, then the same mailbox; of several the most recently changed one. A role
-- mailbox that is listed for several leads is nobody's: that would be a guess.

CREATE OR REPLACE FUNCTION lead_of_address(p_workspace bigint, p_email_key text, p_mailbox_key text, p_shared boolean)
RETURNS TABLE (lead_id text, method text, because text) LANGUAGE plpgsql STABLE ROWS 1 AS $$
BEGIN
    IF p_shared AND (SELECT count(*) > 1 FROM leads l WHERE l.workspace_id = p_workspace AND l.mailbox_key = p_mailbox_key) THEN
        RETURN;
    END IF;
    RETURN QUERY
        SELECT l.lead_id,
               CASE WHEN l.email_key = p_email_key THEN 'exact' ELSE 'same_mailbox' END,
               CASE WHEN l.email_key = p_email_key THEN 'the same address'
                    ELSE 'another spelling of the same mailbox' END
          FROM leads l
         WHERE l.workspace_id = p_workspace AND l.mailbox_key = p_mailbox_key
         ORDER BY l.email_key = p_email_key DESC, l.changed_at DESC, l.lead_id
         LIMIT 1;
END
$$;
