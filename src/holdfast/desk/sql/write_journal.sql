-- Purpose: append the batch to the journal of the event.
-- Inputs: $1 event_id, $2 version, $3 batch_id, $4 time of the batch, $5 public part, $6 private part
-- Locks: none: the desk row is held.
-- Result: 1 row.
INSERT INTO seat_change (event_id, version, batch_id, at, public_part, private_part)
VALUES ($1, $2, $3, $4, $5, $6)
