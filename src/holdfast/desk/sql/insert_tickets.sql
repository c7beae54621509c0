-- Purpose: issue the tickets of the orders that the batch confirmed.
-- Inputs: $1 event_id, then one array per column
-- Locks: the new rows; key share on their items.
-- Result: as many rows as were given.
INSERT INTO ticket (
    event_id, order_id, ticket_id, order_item_id, seat_id, barcode, is_valid, issued_at
)
SELECT
    $1, u.order_id, u.ticket_id, u.order_item_id, u.seat_id, u.barcode, u.is_valid, u.issued_at
FROM unnest(
    $2::text[], $3::text[], $4::text[], $5::integer[], $6::text[], $7::boolean[],
    $8::timestamptz[]
) AS u (order_id, ticket_id, order_item_id, seat_id, barcode, is_valid, issued_at)
