-- Purpose: free held seats of the orders that hold them.
-- Inputs: $1 event_id, $2 seat_ids, $3 order_ids
-- Locks: the rows of these seats.
-- Result: as many rows as were given, else somebody else moved a seat.
UPDATE seat
SET status = 'AVAILABLE', order_id = NULL, held_by_session_id = NULL, held_until = NULL
FROM unnest($2::integer[], $3::text[]) AS u (seat_id, order_id)
WHERE
    seat.event_id = $1
    AND seat.seat_id = u.seat_id
    AND seat.status = 'HELD'
    AND seat.order_id = u.order_id
