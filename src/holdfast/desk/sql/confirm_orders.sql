-- Purpose: confirm pending orders whose attempt to pay was under way.
-- Inputs: $1 event_id, $2 order_ids
-- Locks: the rows of these orders.
-- Result: as many rows as were given, else somebody else wrote.
-- The status is cast so that orders_pending is not used, whose rows are all orders that hold seats:
-- one plan for all values would compare each of them with each that was given (decision 0019).
UPDATE orders
SET status = 'CONFIRMED', paying = FALSE
WHERE
    event_id = $1
    AND order_id = ANY($2::text[])
    AND status::text = 'PENDING'
    AND paying
