-- Purpose: write down what a person should know of payments; what has changed is to be seen again.
-- Inputs: $1 event_id, then one array per column
-- Locks: the rows of these incidents. Only the desk writes them, but for seen_at.
-- Result: as many rows as were given.
INSERT INTO incident (
    event_id, order_id, incident_id, payment_id, kind, state, amount, currency, reason, created_at,
    updated_at
)
SELECT
    $1, u.order_id, u.incident_id, u.payment_id, u.kind::incident_kind, u.state::incident_state,
    u.amount, u.currency, u.reason, u.created_at, u.updated_at
FROM unnest(
    $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::text[],
    $9::text[], $10::timestamptz[], $11::timestamptz[]
) AS u (
    order_id, incident_id, payment_id, kind, state, amount, currency, reason, created_at,
    updated_at
)
ON CONFLICT (event_id, order_id, incident_id) DO UPDATE
SET
    state = EXCLUDED.state,
    amount = EXCLUDED.amount,
    reason = EXCLUDED.reason,
    updated_at = EXCLUDED.updated_at,
    seen_at = NULL
