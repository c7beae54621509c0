-- Purpose: write that attempts to pay pending orders have begun, which gives them their last deadline.
-- Inputs: $1 event_id, $2 order_ids, $3 buyers by order_id
-- Locks: the rows of these orders.
-- Result: as many rows as were given, else somebody else wrote.
-- Values are found by their keys: a join could be planned over all rows of the event (0022, 0023).
-- The status is cast so that no index of such rows alone is used, which may be all of the event.
UPDATE orders
SET
    paying = TRUE,
    payment_count = payment_count + 1,
    buyer = $3::jsonb -> order_id,
    expires_at = hold_cap_at
WHERE
    event_id = $1
    AND order_id = ANY($2::text[])
    AND status::text = 'PENDING'
    AND NOT paying
