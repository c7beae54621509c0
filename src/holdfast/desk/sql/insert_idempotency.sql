-- Purpose: remember which requests with an Idempotency-Key were granted.
-- Inputs: $1 event_id, $2 time of the batch, then one array per column
-- Locks: the new rows.
-- Result: as many rows as were given.
INSERT INTO idempotency (event_id, scope, fingerprint, status_code, resource_id, created_at)
SELECT $1, u.scope, u.fingerprint, u.status_code, u.resource_id, $2
FROM unnest($3::bytea[], $4::bytea[], $5::smallint[], $6::text[])
    AS u (scope, fingerprint, status_code, resource_id)
