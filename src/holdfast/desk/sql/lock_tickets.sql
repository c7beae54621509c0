-- Purpose: read the tickets of orders whose money goes back, and keep the gate off them.
-- Inputs: $1 event_id, $2 order_ids
-- Locks: the tickets of these orders, until the end of the transaction.
-- Result: one row per ticket.
SELECT ticket_id, order_id, order_item_id, seat_id, barcode, is_valid, issued_at, scanned_at
FROM ticket
WHERE event_id = $1 AND order_id = ANY($2::text[])
ORDER BY order_id, ticket_id
FOR NO KEY UPDATE
