-- Purpose: let the holder of a ticket in, once. Of any number of gates that read the same barcode at
--          the same moment, exactly one changes the row; the others find it changed.
-- Inputs: $1 event_id, $2 barcode, $3 time of the scan
-- Locks: the ticket's row.
-- Result: one row if this scan admitted; none if it was scanned before, or refunded meanwhile.
UPDATE ticket
SET scanned_at = $3
WHERE
    event_id = $1
    AND barcode = $2
    AND is_valid
    AND scanned_at IS NULL
RETURNING ticket_id
