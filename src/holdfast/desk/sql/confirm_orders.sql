-- Purpose: confirm pending orders whose attempt to pay was under way.
-- Inputs: $1 event_id, $2 order_ids
-- Locks: the rows of these orders.
-- Result: as many rows as were given, else somebody else wrote.
UPDATE orders
SET status = 'CONFIRMED', paying = FALSE
WHERE
    event_id = $1
    AND order_id = ANY($2::text[])
    AND status = 'PENDING'
    AND paying
