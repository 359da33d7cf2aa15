-- What an event costs. Each lead was locked by the keys that pointed at it, once for its attendee and once for each of its items: six
-- times an event, each time a page of the leads was written anew (measured: one in four of all bytes that an event logs). A lead goes
-- by drop_lead only, which holds off whoever may be about to point at it, and takes it out of the items.

ALTER TABLE attendees DROP CONSTRAINT attendees_workspace_id_lead_id_fkey;
ALTER TABLE funnel_items DROP CONSTRAINT funnel_items_workspace_id_lead_id_fkey;

-- A sealed body cannot be compressed, so it is not tried; and it stays in the row, which is read for it: beside it, it was cut into
-- pieces with an index of their own.
ALTER TABLE webhook_events ALTER body SET STORAGE EXTERNAL, SET (toast_tuple_target = 8160);

-- Whose bookings these are, standings tell as well.
DROP INDEX attendees_lead;
