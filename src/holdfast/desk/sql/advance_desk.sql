-- Purpose: write down that the desk has dealt with one more batch.
-- Inputs: $1 event_id, $2 version before, $3 version after, $4 time of the batch, $5 batch_id
-- Locks: none beyond the desk row, which is held.
-- Result: 1 row, else the desk was not ours.
UPDATE desk
SET version = $3, last_at = $4, last_batch_id = $5
WHERE event_id = $1 AND version = $2
