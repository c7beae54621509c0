-- Purpose: move the deadline of held seats to that of the orders that hold them.
-- Inputs: $1 event_id, $2 seat_ids, $3 order_ids, $4 deadlines
-- Locks: the rows of these seats.
-- Result: as many rows as were given, else somebody else moved a seat.
UPDATE seat
SET held_until = u.held_until
FROM unnest($2::integer[], $3::text[], $4::timestamptz[]) AS u (seat_id, order_id, held_until)
WHERE
    seat.event_id = $1
    AND seat.seat_id = u.seat_id
    AND seat.status = 'HELD'
    AND seat.order_id = u.order_id
