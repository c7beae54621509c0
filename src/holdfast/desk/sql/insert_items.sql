-- Purpose: write the places that orders gained in the batch.
-- Inputs: $1 event_id, then one array per column
-- Locks: the new rows; key share on their orders.
-- Result: as many rows as were given.
INSERT INTO order_item (
    event_id, order_id, item_id, seat_id, price_type, price, fee_amount, tax_amount, state
)
SELECT
    $1, u.order_id, u.item_id, u.seat_id, u.price_type, u.price, u.fee_amount, u.tax_amount,
    u.state::item_state
FROM unnest(
    $2::text[], $3::text[], $4::integer[], $5::text[], $6::bigint[], $7::bigint[],
    $8::bigint[], $9::text[]
) AS u (order_id, item_id, seat_id, price_type, price, fee_amount, tax_amount, state)
