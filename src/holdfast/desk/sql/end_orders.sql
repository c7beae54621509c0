-- Purpose: end pending orders, whichever way: released, expired, cancelled with their event.
-- Inputs: $1 event_id, $2 order_ids, $3 reasons
-- Locks: the rows of these orders.
-- Result: as many rows as were given, else somebody else wrote.
-- The status is cast so that orders_pending is not used, whose rows are all orders that hold seats:
-- one plan for all values would compare each of them with each that was given (decision 0019).
UPDATE orders
SET status = 'CANCELLED', cancel_reason = u.reason::cancel_reason, seat_count = 0
FROM unnest($2::text[], $3::text[]) AS u (order_id, reason)
WHERE
    orders.event_id = $1
    AND orders.order_id = u.order_id
    AND orders.status::text = 'PENDING'
