-- Purpose: write down what has to be done at the provider after the commit.
-- Inputs: $1 event_id, $2 time of the batch, then one array per column
-- Locks: the new rows.
-- Result: as many rows as were given.
INSERT INTO outbox (
    event_id, outbox_id, kind, order_id, payment_id, amount, state, attempts, due_at, created_at
)
SELECT
    $1, u.outbox_id, u.kind::outbox_kind, u.order_id, u.payment_id, u.amount, 'WAITING', 0, $2, $2
FROM unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[])
    AS u (outbox_id, kind, order_id, payment_id, amount)
