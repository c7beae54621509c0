-- Purpose: take payments of one event that have been unsettled for too long, so that nobody else
--          looks them up for a while. If whoever took them dies, they are old again.
-- Inputs: $1 event_id, $2 the time now, $3 untouched since, $4 how many at most
-- Locks: the rows that are taken; rows that another worker is taking are passed over.
-- Result: the order_ids and payment_ids taken. The array is made once, before the rows are touched.
UPDATE payment
SET updated_at = $2
WHERE
    event_id = $1
    AND payment_id = ANY(
        ARRAY(
            SELECT p.payment_id
            FROM payment AS p
            WHERE
                p.event_id = $1
                AND p.status IN ('CREATED', 'PROCESSING', 'AUTHORIZED')
                AND p.updated_at <= $3
            ORDER BY p.updated_at
            LIMIT $4
            FOR NO KEY UPDATE SKIP LOCKED
        )
    )
    AND status IN ('CREATED', 'PROCESSING', 'AUTHORIZED')
RETURNING order_id, payment_id
