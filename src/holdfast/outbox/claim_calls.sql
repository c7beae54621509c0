-- Purpose: take calls of one webhook about one event that are due, so that nobody else makes them for
--          a while. If whoever took them dies, they fall due again.
-- Inputs: $1 event_id, $2 the time now, $3 until when they are taken, $4 how many at most,
--         $5 webhook_id
-- Locks: the rows that are taken; rows that another worker is taking are passed over.
-- Result: the calls taken. The array is made once, before the rows are touched.
UPDATE outbox
SET attempts = attempts + 1, due_at = $3
WHERE
    event_id = $1
    AND outbox_id = ANY(
        ARRAY(
            SELECT o.outbox_id
            FROM outbox AS o
            WHERE
                o.event_id = $1
                AND o.webhook_id = $5
                AND o.kind = 'WEBHOOK'
                AND o.state = 'WAITING'
                AND o.due_at <= $2
            ORDER BY o.due_at
            LIMIT $4
            FOR UPDATE SKIP LOCKED
        )
    )
RETURNING
    outbox_id, kind::text AS kind, order_id, payment_id, amount, occasion::text AS occasion,
    webhook_id, version, tried_from, attempts, created_at
