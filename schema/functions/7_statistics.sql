-- Statistics: what the planner has to know of tables that fill quickly.

CREATE OR REPLACE FUNCTION has_grown(p_table regclass) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT pg_relation_size(c.oid) > 4 * c.relpages::bigint * current_setting('block_size')::bigint FROM pg_class c WHERE c.oid = p_table;
$$;

-- A plan that was made while a table was small reads all of it, for each row of a first round with a source anew; and of a table that
-- nobody looked at yet the planner thinks that it is small. The server itself looks once a minute; when somebody has looked, plans are
-- made anew. So: look when a table is four times what it was. Run as the owner, because nobody else may.
CREATE OR REPLACE FUNCTION analyze_grown() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF has_grown('webhook_events')     THEN ANALYZE webhook_events;     END IF;
    IF has_grown('bookings')           THEN ANALYZE bookings;           END IF;
    IF has_grown('attendees')          THEN ANALYZE attendees;          END IF;
    IF has_grown('standings')          THEN ANALYZE standings;          END IF;
    IF has_grown('past_standings')     THEN ANALYZE past_standings;     END IF;
    IF has_grown('unmatched_bookings') THEN ANALYZE unmatched_bookings; END IF;
    IF has_grown('match_guesses')      THEN ANALYZE match_guesses;      END IF;
    IF has_grown('activities')         THEN ANALYZE activities;         END IF;
    IF has_grown('funnel_items')       THEN ANALYZE funnel_items;       END IF;
    IF has_grown('item_changes')       THEN ANALYZE item_changes;       END IF;
    IF has_grown('leads')              THEN ANALYZE leads;              END IF;
    IF has_grown('lead_campaigns')     THEN ANALYZE lead_campaigns;     END IF;
    IF has_grown('lead_keys')          THEN ANALYZE lead_keys;          END IF;
    IF has_grown('lead_names')         THEN ANALYZE lead_names;         END IF;
    IF has_grown('campaign_days')      THEN ANALYZE campaign_days;      END IF;
    IF has_grown('campaign_series')    THEN ANALYZE campaign_series;    END IF;
    IF has_grown('campaign_replies')   THEN ANALYZE campaign_replies;   END IF;
    IF has_grown('outreach_events')    THEN ANALYZE outreach_events;    END IF;
END
$$;
