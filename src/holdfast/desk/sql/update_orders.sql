-- Purpose: bring orders to where the batch left them, from where it found them.
-- Inputs: $1 event_id, $2 order_ids, $3 statuses found, $4 refunded amounts found, then one array per column
-- Locks: the rows of these orders.
-- Result: as many rows as were given, else somebody else wrote.
-- The keys are named twice: a join alone could be planned over all rows of the event (0022).
UPDATE orders
SET
    status = u.status::order_status,
    cancel_reason = u.cancel_reason::cancel_reason,
    total_amount = u.total_amount,
    refunded_amount = u.refunded_amount,
    seat_count = u.seat_count,
    payment_count = u.payment_count,
    paying = u.paying,
    buyer = u.buyer::jsonb,
    expires_at = u.expires_at
FROM unnest(
    $2::text[], $3::text[], $4::bigint[], $5::text[], $6::text[], $7::bigint[], $8::bigint[],
    $9::integer[], $10::smallint[], $11::boolean[], $12::text[], $13::timestamptz[]
) AS u (
    order_id, status_found, refunded_found, status, cancel_reason, total_amount,
    refunded_amount, seat_count, payment_count, paying, buyer, expires_at
)
WHERE
    orders.event_id = $1
    AND orders.order_id = ANY($2::text[])
    AND orders.order_id = u.order_id
    AND orders.status = u.status_found::order_status
    AND orders.refunded_amount = u.refunded_found
