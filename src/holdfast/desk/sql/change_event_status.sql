-- Purpose: write the status that the batch gave to the event.
-- Inputs: $1 event_id, $2 status found, $3 status
-- Locks: the event row.
-- Result: 1 row, else somebody else changed it.
UPDATE event
SET status = $3::text::event_status
WHERE event_id = $1 AND status = $2::text::event_status
