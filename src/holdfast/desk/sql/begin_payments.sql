-- Purpose: write that attempts to pay pending orders have begun, which gives them their last deadline.
-- Inputs: $1 event_id, $2 order_ids, $3 buyers as JSON
-- Locks: the rows of these orders.
-- Result: as many rows as were given, else somebody else wrote.
-- The status is cast so that orders_pending is not used, whose rows are all orders that hold seats:
-- one plan for all values would compare each of them with each that was given (decision 0019).
UPDATE orders
SET
    paying = TRUE,
    payment_count = orders.payment_count + 1,
    buyer = u.buyer::jsonb,
    expires_at = orders.hold_cap_at
FROM unnest($2::text[], $3::text[]) AS u (order_id, buyer)
WHERE
    orders.event_id = $1
    AND orders.order_id = u.order_id
    AND orders.status::text = 'PENDING'
    AND NOT orders.paying
