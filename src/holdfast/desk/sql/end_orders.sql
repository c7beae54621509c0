-- Purpose: end pending orders, whichever way: released, expired, cancelled with their event.
-- Inputs: $1 event_id, $2 order_ids, $3 reasons by order_id
-- Locks: the rows of these orders.
-- Result: as many rows as were given, else somebody else wrote.
-- Values are found by their keys: a join could be planned over all rows of the event (0022, 0023).
-- The status is cast so that no index of such rows alone is used, which may be all of the event.
UPDATE orders
SET
    status = 'CANCELLED',
    cancel_reason = ($3::jsonb ->> order_id)::cancel_reason,
    seat_count = 0
WHERE
    event_id = $1
    AND order_id = ANY($2::text[])
    AND status::text = 'PENDING'
