-- Purpose: read the payments of orders whose money goes back, and keep the relay off them.
-- Inputs: $1 event_id, $2 order_ids
-- Locks: the payments of these orders, until the end of the transaction.
-- Result: one row per payment.
SELECT
    payment_id, order_id, provider, status::text AS status, amount, currency, token_fingerprint,
    created_at, updated_at, refunded_amount, provider_reference, next_action::text AS next_action,
    decline_reason, outside_amount
FROM payment
WHERE event_id = $1 AND order_id = ANY($2::text[])
ORDER BY order_id, payment_id
FOR NO KEY UPDATE
