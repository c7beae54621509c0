-- Purpose: remember that a provider's notices were dealt with, so that a repeat changes nothing.
-- Inputs: $1 event_id, $2 providers, $3 notice_ids, $4 when they came
-- Locks: these keys, until the transaction ends.
-- Result: any number of rows. A copy of a notice that caused nothing is remembered without the
-- desk's lock, and may have been just now.
INSERT INTO inbox (event_id, provider, notice_id, received_at)
SELECT $1, u.provider, u.notice_id, $4
FROM unnest($2::text[], $3::text[]) AS u (provider, notice_id)
ON CONFLICT (event_id, provider, notice_id) DO NOTHING
