-- Purpose: bring payments to where the batch left them, from where it found them.
-- Inputs: $1 event_id, $2 order_ids, $3 payment_ids, $4 statuses found, $5 refunded found, then one array per column
-- Locks: the rows of these payments.
-- Result: as many rows as were given, else the relay or somebody else wrote.
-- The keys are named twice: a join alone could be planned over all rows of the event (0022).
UPDATE payment
SET
    status = u.status::payment_status,
    amount = u.amount,
    currency = u.currency,
    refunded_amount = u.refunded_amount,
    outside_amount = u.outside_amount,
    provider_reference = u.provider_reference,
    next_action = u.next_action::jsonb,
    decline_reason = u.decline_reason,
    updated_at = u.updated_at
FROM unnest(
    $2::text[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::bigint[], $8::text[],
    $9::bigint[], $10::bigint[], $11::text[], $12::text[], $13::text[], $14::timestamptz[]
) AS u (
    order_id, payment_id, status_found, refunded_found, status, amount, currency,
    refunded_amount, outside_amount, provider_reference, next_action, decline_reason, updated_at
)
WHERE
    payment.event_id = $1
    AND payment.order_id = ANY($2::text[])
    AND payment.order_id = u.order_id
    AND payment.payment_id = u.payment_id
    AND payment.status = u.status_found::payment_status
    AND payment.refunded_amount = u.refunded_found
