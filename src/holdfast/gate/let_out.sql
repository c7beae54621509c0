-- Purpose: note that the holder of a ticket has left, so that the same ticket admits again.
-- Inputs: $1 event_id, $2 barcode
-- Locks: the ticket's row.
-- Result: one row if its holder was inside; none otherwise. A ticket that was refunded while its
--         holder was inside lets out too.
UPDATE ticket
SET scanned_at = NULL
WHERE
    event_id = $1
    AND barcode = $2
    AND scanned_at IS NOT NULL
RETURNING ticket_id
