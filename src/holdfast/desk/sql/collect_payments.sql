-- Purpose: write that what attempts have reserved is to be collected.
-- Inputs: $1 event_id, $2 order_ids, $3 payment_ids, $4 the provider's references, $5 the time
-- Locks: the rows of these payments.
-- Result: as many rows as were given, else the relay or somebody else wrote.
UPDATE payment
SET status = 'CAPTURING', provider_reference = u.provider_reference, updated_at = $5
FROM unnest($2::text[], $3::text[], $4::text[]) AS u (order_id, payment_id, provider_reference)
WHERE
    payment.event_id = $1
    AND payment.order_id = u.order_id
    AND payment.payment_id = u.payment_id
    AND payment.status = 'CREATED'
    AND payment.refunded_amount = 0
