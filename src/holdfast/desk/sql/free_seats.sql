-- Purpose: free held seats of the orders that hold them.
-- Inputs: $1 event_id, $2 seat_ids, $3 order_ids by seat_id
-- Locks: the rows of these seats.
-- Result: as many rows as were given, else somebody else moved a seat.
-- Values are found by their keys: a join could be planned over all rows of the event (0022, 0023).
UPDATE seat
SET status = 'AVAILABLE', order_id = NULL, held_by_session_id = NULL, held_until = NULL
WHERE
    event_id = $1
    AND seat_id = ANY($2::integer[])
    AND status = 'HELD'
    AND order_id = $3::jsonb ->> seat_id::text
