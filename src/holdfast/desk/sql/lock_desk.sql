-- Purpose: take the desk: whoever holds this row may move the seats of the event.
-- Inputs: $1 event_id
-- Locks: the desk row, until the end of the transaction; waits lock_timeout at most.
-- Result: one row, or none where there is no such event.
SELECT epoch, version, status::text AS status, closed_reason, last_at, last_batch_id
FROM desk
WHERE event_id = $1
FOR NO KEY UPDATE
