-- What was sold and paid back before there were news counts as told. New values of an enum can only
-- be used from the next transaction on, so that this is a migration of its own.

INSERT INTO outbox (
    event_id, outbox_id, kind, order_id, amount, occasion, state, attempts, due_at, created_at,
    done_at
)
SELECT
    event_id, 'news_confirmed_' || order_id, 'NEWS', order_id, total_amount, 'ORDER_CONFIRMED',
    'DONE', 0, created_at, created_at, created_at
FROM orders
WHERE status IN ('CONFIRMED', 'REFUNDED');

INSERT INTO outbox (
    event_id, outbox_id, kind, order_id, amount, occasion, state, attempts, due_at, created_at,
    done_at
)
SELECT
    event_id, 'news_refunded_' || order_id || '_before', 'NEWS', order_id, refunded_amount,
    'ORDER_REFUNDED', 'DONE', 0, created_at, created_at, created_at
FROM orders
WHERE refunded_amount > 0;

ALTER TABLE outbox
    ADD CONSTRAINT outbox_money CHECK (
        (kind IN ('CAPTURE', 'VOID', 'REFUND')) = (payment_id IS NOT NULL)
        AND (payment_id IS NULL OR (order_id IS NOT NULL AND amount > 0))
        AND (payment_id IS NULL) = (occasion IS NOT NULL)
    ),
    ADD CONSTRAINT outbox_webhook CHECK ((kind = 'WEBHOOK') = (webhook_id IS NOT NULL));
COMMENT ON CONSTRAINT outbox_money ON outbox IS 'Money has a payment and an amount, the rest an occasion.';
COMMENT ON CONSTRAINT outbox_webhook ON outbox IS 'A call is made for one webhook.';
