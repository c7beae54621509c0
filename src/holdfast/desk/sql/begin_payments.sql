-- Purpose: write that attempts to pay pending orders have begun, which gives them their last deadline.
-- Inputs: $1 event_id, $2 order_ids, $3 buyers as JSON
-- Locks: the rows of these orders.
-- Result: as many rows as were given, else somebody else wrote.
-- Values stand at the place of their key: a join could be planned over all rows of the event (0022).
-- The status is cast so that no index of such rows alone is used, which may be all of the event.
UPDATE orders
SET
    paying = TRUE,
    payment_count = payment_count + 1,
    buyer = ($3::text[])[array_position($2::text[], order_id)]::jsonb,
    expires_at = hold_cap_at
WHERE
    event_id = $1
    AND order_id = ANY($2::text[])
    AND status::text = 'PENDING'
    AND NOT paying
