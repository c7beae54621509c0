-- Purpose: move free seats to the orders that hold them now, all until the same time.
-- Inputs: $1 event_id, $2 seat_ids, $3 order_ids by seat_id, $4 session_ids by seat_id, $5 the deadline
-- Locks: the rows of these seats.
-- Result: as many rows as were given, else somebody else moved a seat.
-- Values are found by their keys: a join could be planned over all rows of the event (0022, 0023).
UPDATE seat
SET
    status = 'HELD',
    order_id = $3::jsonb ->> seat_id::text,
    held_by_session_id = $4::jsonb ->> seat_id::text,
    held_until = $5
WHERE
    event_id = $1
    AND seat_id = ANY($2::integer[])
    AND status = 'AVAILABLE'
    AND order_id IS NULL
