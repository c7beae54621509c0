-- Purpose: move free seats to the orders that hold them now, all until the same time.
-- Inputs: $1 event_id, $2 seat_ids, $3 order_ids, $4 session_ids, $5 the deadline
-- Locks: the rows of these seats.
-- Result: as many rows as were given, else somebody else moved a seat.
UPDATE seat
SET status = 'HELD', order_id = u.order_id, held_by_session_id = u.session_id, held_until = $5
FROM unnest($2::integer[], $3::text[], $4::text[]) AS u (seat_id, order_id, session_id)
WHERE
    seat.event_id = $1
    AND seat.seat_id = u.seat_id
    AND seat.status = 'AVAILABLE'
    AND seat.order_id IS NULL
