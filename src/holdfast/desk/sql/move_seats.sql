-- Purpose: move seats from where the batch found them to where it left them.
-- Inputs: $1 event_id, $2 seat_ids, $3 statuses found, $4 owners found, $5 statuses, $6 owners, $7 sessions, $8 deadlines
-- Locks: the rows of these seats.
-- Result: as many rows as were given, else somebody else moved a seat.
-- The keys are named twice: a join alone could be planned over all rows of the event (0022).
UPDATE seat
SET
    status = u.status::seat_status,
    order_id = u.order_id,
    held_by_session_id = u.session_id,
    held_until = u.held_until
FROM unnest(
    $2::integer[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
    $8::timestamptz[]
) AS u (seat_id, status_found, order_found, status, order_id, session_id, held_until)
WHERE
    seat.event_id = $1
    AND seat.seat_id = ANY($2::integer[])
    AND seat.seat_id = u.seat_id
    AND seat.status = u.status_found::seat_status
    AND seat.order_id IS NOT DISTINCT FROM u.order_found
