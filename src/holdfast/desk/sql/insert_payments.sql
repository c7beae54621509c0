-- Purpose: write the attempts to pay that the batch made.
-- Inputs: $1 event_id, then one array per column
-- Locks: the new rows.
-- Result: as many rows as were given.
INSERT INTO payment (
    event_id, order_id, payment_id, provider, status, amount, currency, refunded_amount,
    token_fingerprint, provider_reference, next_action, decline_reason, created_at, updated_at
)
SELECT
    $1, u.order_id, u.payment_id, u.provider, u.status::payment_status, u.amount, u.currency,
    u.refunded_amount, u.token_fingerprint, u.provider_reference, u.next_action::jsonb,
    u.decline_reason, u.created_at, u.updated_at
FROM unnest(
    $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::text[], $8::bigint[],
    $9::bytea[], $10::text[], $11::text[], $12::text[], $13::timestamptz[],
    $14::timestamptz[]
) AS u (
    order_id, payment_id, provider, status, amount, currency, refunded_amount,
    token_fingerprint, provider_reference, next_action, decline_reason, created_at, updated_at
)
