-- Money that goes back without us (refunds made at the provider's own pages, chargebacks), and what
-- a person should know of a payment.

ALTER TABLE payment ADD COLUMN outside_amount bigint NOT NULL DEFAULT 0;
ALTER TABLE payment ALTER COLUMN outside_amount DROP DEFAULT;
ALTER TABLE payment DROP CONSTRAINT payment_refund;
ALTER TABLE payment ADD CONSTRAINT payment_refund CHECK (
    refunded_amount >= 0 AND outside_amount >= 0 AND refunded_amount + outside_amount <= amount
);
COMMENT ON COLUMN payment.outside_amount IS
    'What went back without us: refunds at the provider''s own pages, lost disputes; minor units.';
COMMENT ON COLUMN payment.amount IS
    'The order''s total when the attempt began, or what the provider took instead; minor units.';

-- Money that has all gone back is no live charge: the order may be paid otherwise.
DROP INDEX payment_one_live;
CREATE UNIQUE INDEX payment_one_live ON payment (event_id, order_id)
    WHERE status IN ('CREATED', 'PROCESSING', 'AUTHORIZED', 'CAPTURING')
    OR (status = 'SUCCEEDED' AND refunded_amount + outside_amount < amount);
COMMENT ON INDEX payment_one_live IS 'One live charge per order.';

CREATE TYPE incident_kind AS ENUM ('WRONG_AMOUNT', 'OUTSIDE_REFUND', 'DISPUTE');
COMMENT ON TYPE incident_kind IS
    'WRONG_AMOUNT: the provider took another amount or currency than agreed; it goes back. '
    'OUTSIDE_REFUND: money was paid back at the provider''s own pages. '
    'DISPUTE: the buyer''s bank contests the charge.';

CREATE TYPE incident_state AS ENUM ('OPEN', 'WON', 'LOST', 'DONE');
COMMENT ON TYPE incident_state IS
    'OPEN: the bank has not decided yet. '
    'WON: the bank left the money with the organiser. '
    'LOST: the bank gave the money back to the buyer. '
    'DONE: it has happened; there is nothing to decide.';

CREATE TABLE incident (
    event_id integer NOT NULL,
    order_id text NOT NULL,
    incident_id text NOT NULL,
    payment_id text NOT NULL,
    kind incident_kind NOT NULL,
    state incident_state NOT NULL,
    amount bigint NOT NULL CHECK (amount >= 0),
    currency text NOT NULL,
    reason text,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    seen_at timestamptz,
    PRIMARY KEY (event_id, order_id, incident_id)
);
COMMENT ON TABLE incident IS 'What a person should know of a payment: it was not as agreed, or the money went back without us.';
COMMENT ON COLUMN incident.incident_id IS 'Made of the kind and the provider''s own name for it.';
COMMENT ON COLUMN incident.amount IS 'What it is about, minor units of currency.';
COMMENT ON COLUMN incident.reason IS 'What the provider gave as the reason; null where it gave none.';
COMMENT ON COLUMN incident.seen_at IS 'When an organiser took note of it; null again when it changes.';
CREATE INDEX incident_unseen ON incident (event_id) WHERE seen_at IS NULL;
COMMENT ON INDEX incident_unseen IS 'What waits for a person.';

CREATE TYPE test_provider.dispute_status AS ENUM ('OPEN', 'WON', 'LOST');
COMMENT ON TYPE test_provider.dispute_status IS
    'OPEN: the bank looks at it. '
    'WON: the charge stands. '
    'LOST: the bank took the money back.';

CREATE TABLE test_provider.dispute (
    dispute_id text PRIMARY KEY,
    payment_id text NOT NULL,
    status test_provider.dispute_status NOT NULL,
    amount bigint NOT NULL CHECK (amount > 0),
    reason text NOT NULL,
    created_at timestamptz NOT NULL
);
COMMENT ON TABLE test_provider.dispute IS 'A charge that the buyer''s bank contests.';
COMMENT ON COLUMN test_provider.dispute.amount IS 'Minor units.';
COMMENT ON COLUMN test_provider.dispute.reason IS 'Why, in the bank''s word.';
CREATE INDEX dispute_payment ON test_provider.dispute (payment_id);
COMMENT ON INDEX test_provider.dispute_payment IS 'The disputes of a charge.';
