"""Spoilt errands: what was decided and is not done, and who is not told."""

from tests.audit.corruptions.spoil import ADA, DAN, GUS, spoil

ERRANDS = (
    spoil(
        "sale_without_news",
        "a sale of which nobody is told",
        f"DELETE FROM outbox WHERE kind = 'NEWS' AND order_id = {DAN}",
    ),
    spoil(
        "refund_without_news",
        "a refund of which nobody is told",
        f"""DELETE FROM outbox
        WHERE kind = 'NEWS' AND occasion = 'ORDER_REFUNDED' AND order_id = {ADA}""",
    ),
    spoil(
        "refund_without_news",
        "a refund that is told of twice",
        f"""INSERT INTO outbox
        SELECT event_id, outbox_id || '_again', kind, order_id, payment_id, amount, state, attempts,
            due_at, last_error, created_at, done_at, occasion, webhook_id
        FROM outbox WHERE occasion = 'ORDER_REFUNDED' AND order_id = {GUS}""",
    ),
    spoil(
        "telling_order",
        "a mail about an order that is not there",
        f"""INSERT INTO outbox
        SELECT event_id, 'mail_stray', 'MAIL', 'o_1_none', NULL, amount, 'DONE', 1, due_at, NULL,
            created_at, created_at, occasion, NULL
        FROM outbox WHERE kind = 'NEWS' AND order_id = {DAN}""",
    ),
    spoil(
        "call_webhook",
        "a call for a webhook that nobody set up",
        f"""INSERT INTO outbox
        SELECT event_id, 'w_stray', 'WEBHOOK', order_id, NULL, amount, 'DONE', 1, due_at, NULL,
            created_at, created_at, occasion, 'w_none'
        FROM outbox WHERE kind = 'NEWS' AND order_id = {DAN}""",
    ),
    spoil(
        "errand_parked",
        "an errand that waits for a person",
        f"""UPDATE outbox SET state = 'PARKED', last_error = 'no answer'
        WHERE kind = 'CAPTURE' AND order_id = {DAN}""",
    ),
)

LATE = (
    spoil(
        "errand_overdue",
        "an errand that nobody takes up",
        f"""UPDATE outbox SET due_at = due_at - interval '1 day'
        WHERE kind = 'CAPTURE' AND order_id = {DAN}""",
    ),
    spoil(
        "cancellation_overdue",
        "a cancelled event whose orders nobody refunds",
        """INSERT INTO outbox
        SELECT event_id, 'news_cancelled', 'NEWS', NULL, NULL, 0, 'DONE', 1, due_at, NULL,
            created_at - interval '1 day', created_at, 'EVENT_CANCELLED', NULL
        FROM outbox LIMIT 1""",
    ),
    spoil(
        "telling_overdue",
        "news that nobody spreads",
        f"""UPDATE outbox
        SET due_at = due_at - interval '1 day', state = 'WAITING', done_at = NULL
        WHERE kind = 'NEWS' AND order_id = {DAN}""",
    ),
)
