-- Purpose: the time, from the only clock of the box office: the database's.
-- Inputs: none.
-- Locks: none. A statement of its own: inside a locking statement the time is older than the lock.
-- Result: one row: now, timestamptz; not the transaction's start, which is stale after a wait.
SELECT clock_timestamp() AS now
