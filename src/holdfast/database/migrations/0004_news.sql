-- What is told to buyers and organisers goes through the outbox as well: news from the desk, mails
-- and calls of webhooks made from them.

ALTER TYPE outbox_kind ADD VALUE 'NEWS';
ALTER TYPE outbox_kind ADD VALUE 'MAIL';
ALTER TYPE outbox_kind ADD VALUE 'WEBHOOK';
COMMENT ON TYPE outbox_kind IS 'CAPTURE: collect an authorised payment. VOID: give an authorisation back. REFUND: pay money back. NEWS: make mails and calls of what has happened. MAIL: write to the buyer. WEBHOOK: call an organiser''s program.';

CREATE TYPE occasion AS ENUM (
    'ORDER_CONFIRMED', 'ORDER_REFUNDED', 'ORDER_CANCELLED', 'PAYMENT_RETURNED', 'EVENT_CANCELLED'
);
COMMENT ON TYPE occasion IS 'ORDER_CONFIRMED: paid, the tickets are issued. ORDER_REFUNDED: places of it are paid back. ORDER_CANCELLED: it is paid back because its event was cancelled. PAYMENT_RETURNED: a payment came too late or differed, and goes back. EVENT_CANCELLED: the event will not take place.';

ALTER TABLE outbox
    ALTER COLUMN order_id DROP NOT NULL,
    ALTER COLUMN payment_id DROP NOT NULL,
    ADD COLUMN occasion occasion,
    ADD COLUMN webhook_id text,
    DROP CONSTRAINT outbox_amount_check,
    ADD CONSTRAINT outbox_amount_check CHECK (amount >= 0);
COMMENT ON COLUMN outbox.order_id IS 'The order that it is about; null for news of a whole event.';
COMMENT ON COLUMN outbox.payment_id IS 'The payment to be moved; null where no money moves.';
COMMENT ON COLUMN outbox.amount IS 'Minor units, in the currency of the order: what is moved, or told of.';
COMMENT ON COLUMN outbox.occasion IS 'What has happened; null where money moves.';
COMMENT ON COLUMN outbox.webhook_id IS 'Whose program is called; null for other kinds.';

DROP INDEX outbox_due;
CREATE INDEX outbox_due ON outbox (event_id, kind, due_at) WHERE state = 'WAITING';
COMMENT ON INDEX outbox_due IS 'What the relay does next, by kind.';
CREATE INDEX outbox_parked ON outbox (event_id, outbox_id) WHERE state = 'PARKED';
COMMENT ON INDEX outbox_parked IS 'What waits for a person.';

CREATE TABLE webhook (
    webhook_id text PRIMARY KEY,
    event_id integer,
    url text NOT NULL,
    occasions occasion[] NOT NULL CHECK (cardinality(occasions) > 0),
    created_at timestamptz NOT NULL,
    closed_at timestamptz
);
COMMENT ON TABLE webhook IS 'Addresses of organisers'' programs that are told what happens.';
COMMENT ON COLUMN webhook.event_id IS 'The only event it is told of; null for all.';
COMMENT ON COLUMN webhook.url IS 'Called by POST; its secret is made from webhook_id and not kept.';
COMMENT ON COLUMN webhook.occasions IS 'What it is told of.';
COMMENT ON COLUMN webhook.closed_at IS 'When it was removed; null while it is called.';
CREATE INDEX webhook_errands ON outbox (event_id, webhook_id, created_at) WHERE webhook_id IS NOT NULL;
COMMENT ON INDEX webhook_errands IS 'The calls that were made or are to be made for a webhook.';
