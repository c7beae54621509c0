-- Purpose: write the orders that the batch made.
-- Inputs: $1 event_id, then one array per column
-- Locks: the new rows.
-- Result: as many rows as were given.
INSERT INTO orders (
    event_id, order_id, session_id, user_id, status, cancel_reason, total_amount,
    order_fee_amount, refunded_amount, currency, seat_count, payment_count, paying, buyer,
    request_fingerprint, created_at, expires_at, hold_cap_at
)
SELECT
    $1, u.order_id, u.session_id, u.user_id, u.status::order_status,
    u.cancel_reason::cancel_reason, u.total_amount, u.order_fee_amount, u.refunded_amount,
    u.currency, u.seat_count, u.payment_count, u.paying, u.buyer::jsonb,
    u.request_fingerprint, u.created_at, u.expires_at, u.hold_cap_at
FROM unnest(
    $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::bigint[],
    $9::bigint[], $10::text[], $11::integer[], $12::smallint[], $13::boolean[], $14::text[],
    $15::bytea[], $16::timestamptz[], $17::timestamptz[], $18::timestamptz[]
) AS u (
    order_id, session_id, user_id, status, cancel_reason, total_amount, order_fee_amount,
    refunded_amount, currency, seat_count, payment_count, paying, buyer,
    request_fingerprint, created_at, expires_at, hold_cap_at
)
