-- Purpose: make the tickets of refunded places invalid, unless the gate was quicker.
-- Inputs: $1 event_id, $2 order_ids, $3 ticket_ids, $4 times of scanning as found
-- Locks: the rows of these tickets.
-- Result: as many rows as were given, else one was scanned or voided meanwhile.
-- The keys are named twice: a join alone could be planned over all rows of the event (0022).
-- Whether it is valid is cast so that no index of such rows alone is used.
UPDATE ticket
SET is_valid = FALSE
FROM unnest($2::text[], $3::text[], $4::timestamptz[]) AS u (order_id, ticket_id, scanned_found)
WHERE
    ticket.event_id = $1
    AND ticket.order_id = ANY($2::text[])
    AND ticket.order_id = u.order_id
    AND ticket.ticket_id = u.ticket_id
    AND ticket.is_valid::integer = 1
    AND ticket.scanned_at IS NOT DISTINCT FROM u.scanned_found
