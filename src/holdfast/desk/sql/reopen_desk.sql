-- Purpose: open the sales of an event again that an alarm had closed.
-- Inputs: $1 event_id
-- Locks: the desk row.
-- Result: 1 row, or none where it is open or there is no such event. Every process reads the event
-- anew: what memory held when the alarm went off is not to be trusted.
UPDATE desk
SET status = 'OPEN', closed_reason = NULL, epoch = epoch + 1
WHERE event_id = $1 AND status = 'CLOSED'
