-- The role of the programs: it owns nothing and may only what serving needs. Applied by `turnout migrate` whenever it changed.

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'turnout_app') THEN
        CREATE ROLE turnout_app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE;
    END IF;
    -- A statement that runs longer would keep a program from its next request. Migrations and imports run as the owner.
    ALTER ROLE turnout_app SET statement_timeout = '15s';
    ALTER ROLE turnout_app SET idle_in_transaction_session_timeout = '30s';
    -- A sequential scan reads the rows of all workspaces, so it costs what the others have; nothing that serves one may do that.
    ALTER ROLE turnout_app SET enable_seqscan = off;
EXCEPTION WHEN insufficient_privilege THEN
    RAISE WARNING 'role turnout_app was not made: this login may not create roles, so the programs connect as the owner';
END
$$;

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'turnout_app') THEN
        REVOKE ALL ON ALL TABLES IN SCHEMA public FROM turnout_app;
        GRANT USAGE ON SCHEMA public TO turnout_app;
        GRANT SELECT ON workspaces, connections, tokens, campaigns, campaign_days, leads, lead_campaigns, schema_migrations TO turnout_app;
        GRANT SELECT, INSERT, UPDATE ON webhook_events, bookings, attendees TO turnout_app;
        -- A booking first known by its number moves to its uid when that is heard of.
        GRANT DELETE ON bookings, attendees TO turnout_app;
        GRANT SELECT, INSERT, UPDATE, DELETE ON unmatched_bookings, activities TO turnout_app;
        -- How attendees stood before is never changed.
        GRANT SELECT, INSERT ON past_standings TO turnout_app;
        GRANT SELECT ON campaign_months, timezones TO turnout_app;
        GRANT SELECT, INSERT, UPDATE, DELETE ON standings, standing_changes, standings_noted, folds, row_counts, funnel_items, funnel_counts TO turnout_app;
        GRANT SELECT, INSERT, DELETE ON item_changes TO turnout_app;
        GRANT SELECT, INSERT ON busy_leads TO turnout_app;
        GRANT SELECT, INSERT, UPDATE, DELETE ON match_decisions, match_guesses TO turnout_app;
        GRANT SELECT, UPDATE ON source_syncs TO turnout_app;
        GRANT SELECT ON lead_keys, lead_names, lead_indexes TO turnout_app;
        -- To hold a lead that is about to be linked, against its removal.
        GRANT UPDATE (changed_at) ON leads TO turnout_app;
        -- What is read from the outbound platform comes in by the way of imports, which holds the workspace.
        GRANT INSERT, UPDATE ON leads, campaigns, campaign_days, campaign_months, lead_campaigns, lead_names, lead_indexes TO turnout_app;
        GRANT INSERT, DELETE ON lead_keys TO turnout_app;
        GRANT DELETE ON lead_names TO turnout_app;
        GRANT UPDATE (created_at) ON workspaces TO turnout_app;
        GRANT SELECT, INSERT, UPDATE ON campaign_series, campaign_replies TO turnout_app;
        GRANT SELECT, INSERT ON campaign_corrections, outreach_events, outreach_words TO turnout_app;
        EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO turnout_app', current_database());
    END IF;
END
$$;
