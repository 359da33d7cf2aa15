-- Every event locked the row of its workspace three times and that of its connection once, as foreign keys do. Of one workspace that
-- is the same row for all: each lock beside another's makes a new list of lockers, and whoever ingests waits for it (measured with 48
-- clients of one workspace: 1,240 events a second instead of 600). Who writes here has looked up the connection, and with it the
-- workspace, and neither is ever removed.

ALTER TABLE webhook_events DROP CONSTRAINT webhook_events_workspace_id_connection_id_fkey;
ALTER TABLE bookings DROP CONSTRAINT bookings_workspace_id_fkey;
ALTER TABLE activities DROP CONSTRAINT activities_workspace_id_fkey;
ALTER TABLE standings DROP CONSTRAINT standings_workspace_id_fkey;
