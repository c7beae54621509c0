-- Purpose: stop the sales of an event after an alarm.
-- Inputs: $1 event_id, $2 reason, a sentence
-- Locks: the desk row.
-- Result: 1 row, or none where it is closed already.
UPDATE desk
SET status = 'CLOSED', closed_reason = $2
WHERE event_id = $1 AND status = 'OPEN'
