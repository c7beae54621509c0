-- Organisers' webhooks are called: which secret signs, from when on a call is tried, what came of the
-- last attempts.

ALTER TABLE webhook
    ADD COLUMN secret_number smallint NOT NULL DEFAULT 1 CHECK (secret_number > 0),
    ADD COLUMN previous_until timestamptz,
    ADD COLUMN closed_because text;
ALTER TABLE webhook ALTER COLUMN secret_number DROP DEFAULT;
COMMENT ON COLUMN webhook.secret_number IS 'Which secret signs: it rises when the secret is changed for a new one.';
COMMENT ON COLUMN webhook.previous_until IS 'Until when the secret before this one signs as well; null where it does not.';
COMMENT ON COLUMN webhook.closed_because IS 'Why it is called no more; null where an organiser removed it.';

ALTER TABLE outbox
    ADD COLUMN version bigint,
    ADD COLUMN tried_from timestamptz;
COMMENT ON COLUMN outbox.version IS 'For a call: the version of the event whose batch made it true.';
COMMENT ON COLUMN outbox.tried_from IS 'For a call: since when it is tried; a day later it is parked.';
DROP INDEX webhook_errands;
CREATE INDEX outbox_calls ON outbox (event_id, webhook_id, due_at) WHERE state = 'WAITING' AND webhook_id IS NOT NULL;
COMMENT ON INDEX outbox_calls IS 'What each webhook is to be called for next.';

CREATE TABLE webhook_attempt (
    webhook_id text NOT NULL,
    attempted_at timestamptz NOT NULL,
    outbox_id text NOT NULL,
    event_id integer,
    status_code smallint,
    milliseconds integer NOT NULL CHECK (milliseconds >= 0),
    answer text NOT NULL,
    PRIMARY KEY (webhook_id, attempted_at, outbox_id)
);
COMMENT ON TABLE webhook_attempt IS 'The last attempts to call each webhook, and what came of them.';
COMMENT ON COLUMN webhook_attempt.attempted_at IS 'When it was tried, by the database''s clock.';
COMMENT ON COLUMN webhook_attempt.outbox_id IS 'The call, which is the webhook-id at the other end; of a test it is made up.';
COMMENT ON COLUMN webhook_attempt.event_id IS 'The event that it is about; null for a test.';
COMMENT ON COLUMN webhook_attempt.status_code IS 'What was answered (HTTP); null where nobody answered.';
COMMENT ON COLUMN webhook_attempt.milliseconds IS 'How long it took.';
COMMENT ON COLUMN webhook_attempt.answer IS 'The beginning of the answer, or what went wrong.';
