-- Purpose: write that what attempts have reserved is to be collected.
-- Inputs: $1 event_id, $2 order_ids, $3 payment_ids by order_id, $4 the provider's
--   references by order_id, $5 the time
-- Locks: the rows of these payments.
-- Result: as many rows as were given, else the relay or somebody else wrote.
-- Values are found by their keys: a join could be planned over all rows of the event (0022, 0023).
-- An order has one such payment at most.
-- The status is cast so that no index of such rows alone is used, which may be all of the event.
UPDATE payment
SET
    status = 'CAPTURING',
    provider_reference = $4::jsonb ->> order_id,
    updated_at = $5
WHERE
    event_id = $1
    AND order_id = ANY($2::text[])
    AND payment_id = $3::jsonb ->> order_id
    AND status::text = 'CREATED'
    AND refunded_amount = 0
