-- Purpose: stop the sales of an event whose database was promoted or restored: what was answered last
--     may be missing. Memory of the epoch before is worth nothing, in any process.
-- Inputs: $1 event_id, $2 reason, a sentence
-- Locks: the desk row.
-- Result: 1 row, or none where there is no such event. A desk that is closed keeps its reason.
UPDATE desk
SET epoch = epoch + 1, status = 'CLOSED', closed_reason = coalesce(closed_reason, $2)
WHERE event_id = $1
