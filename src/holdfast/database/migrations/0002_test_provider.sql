-- The ledger of the test payment provider. It stands in for another company's books: nothing of the
-- box office refers to it, no transaction spans both, and `holdfast doctor` compares the two.

CREATE SCHEMA test_provider;
COMMENT ON SCHEMA test_provider IS 'The books of the test payment provider, separate from the orders.';

CREATE TYPE test_provider.charge_status AS ENUM (
    'REQUIRES_ACTION', 'AUTHORIZED', 'CAPTURED', 'VOIDED', 'DECLINED'
);
COMMENT ON TYPE test_provider.charge_status IS
    'REQUIRES_ACTION: the buyer''s bank asks for a confirmation. '
    'AUTHORIZED: reserved. '
    'CAPTURED: collected. '
    'VOIDED: given back before it was collected. '
    'DECLINED: refused.';

CREATE TABLE test_provider.charge (
    payment_id text PRIMARY KEY,
    status test_provider.charge_status NOT NULL,
    amount bigint NOT NULL CHECK (amount > 0),
    refunded_amount bigint NOT NULL CHECK (refunded_amount BETWEEN 0 AND amount),
    currency text NOT NULL,
    decline_reason text,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
COMMENT ON TABLE test_provider.charge IS 'One charge; the key is the one that the box office chose.';

CREATE TABLE test_provider.refund (
    refund_id text PRIMARY KEY,
    payment_id text NOT NULL,
    amount bigint NOT NULL CHECK (amount > 0),
    created_at timestamptz NOT NULL
);
COMMENT ON TABLE test_provider.refund IS 'One refund; asked for twice under one key it is made once.';
CREATE INDEX refund_payment ON test_provider.refund (payment_id);
COMMENT ON INDEX test_provider.refund_payment IS 'The refunds of a charge.';
