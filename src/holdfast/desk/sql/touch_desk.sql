-- Purpose: make a commit of our own at the desk, so that what was found there is known to be durable.
-- Inputs: $1 event_id, $2 time
-- Locks: the desk row, which is held.
-- Result: 1 row.
UPDATE desk
SET last_at = $2
WHERE event_id = $1
