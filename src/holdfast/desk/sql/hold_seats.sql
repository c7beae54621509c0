-- Purpose: move free seats to the orders that hold them now, all until the same time.
-- Inputs: $1 event_id, $2 seat_ids, $3 order_ids, $4 session_ids, $5 the deadline
-- Locks: the rows of these seats.
-- Result: as many rows as were given, else somebody else moved a seat.
-- Values stand at the place of their key: a join could be planned over all rows of the event (0022).
UPDATE seat
SET
    status = 'HELD',
    order_id = ($3::text[])[array_position($2::integer[], seat_id)],
    held_by_session_id = ($4::text[])[array_position($2::integer[], seat_id)],
    held_until = $5
WHERE
    event_id = $1
    AND seat_id = ANY($2::integer[])
    AND status = 'AVAILABLE'
    AND order_id IS NULL
