"""What always holds of the outbox: what was decided is done, and whom it concerns is told."""

from holdfast.audit.check import Check
from holdfast.config import (
    CANCELLATION_OVERDUE_SECONDS,
    ERRAND_OVERDUE_SECONDS,
    TELLING_OVERDUE_SECONDS,
)

ERRANDS = (
    Check(
        "sale_without_news",
        "Every order that was paid has its news, from which its buyer gets a mail.",
        """
SELECT o.event_id, o.order_id, o.status::text AS order_status
FROM orders AS o
LEFT JOIN outbox AS b
    ON b.event_id = o.event_id
    AND b.outbox_id = 'news_confirmed_' || o.order_id
    AND b.kind = 'NEWS'
    AND b.order_id = o.order_id
WHERE
    o.event_id = ANY($1::integer[])
    AND o.status IN ('CONFIRMED', 'REFUNDED')
    AND b.outbox_id IS NULL
ORDER BY o.event_id, o.order_id
LIMIT $2
""",
    ),
    Check(
        "refund_without_news",
        "The news of what an order gets back add up to its refunded_amount.",
        """
SELECT o.event_id, o.order_id, o.refunded_amount, coalesce(n.told, 0) AS told_amount
FROM orders AS o
LEFT JOIN (
    SELECT event_id, order_id, sum(amount) AS told
    FROM outbox
    WHERE
        event_id = ANY($1::integer[])
        AND kind = 'NEWS'
        AND occasion IN ('ORDER_REFUNDED', 'ORDER_CANCELLED')
        AND outbox_id LIKE 'news\\_refunded\\_%'
    GROUP BY event_id, order_id
) AS n ON n.event_id = o.event_id AND n.order_id = o.order_id
WHERE o.event_id = ANY($1::integer[]) AND o.refunded_amount <> coalesce(n.told, 0)
ORDER BY o.event_id, o.order_id
LIMIT $2
""",
    ),
    Check(
        "telling_order",
        "News, mails and calls are about an order of their event, or about the whole event.",
        """
SELECT b.event_id, b.outbox_id, b.kind::text AS errand, b.order_id
FROM outbox AS b
LEFT JOIN orders AS o ON o.event_id = b.event_id AND o.order_id = b.order_id
WHERE
    b.event_id = ANY($1::integer[])
    AND b.kind IN ('NEWS', 'MAIL', 'WEBHOOK')
    AND o.order_id IS NULL
    AND (b.order_id IS NOT NULL OR b.kind = 'MAIL' OR b.occasion <> 'EVENT_CANCELLED')
ORDER BY b.event_id, b.outbox_id
LIMIT $2
""",
    ),
    Check(
        "call_webhook",
        "A call is made for a webhook that was set up, of an event and an occasion that it asked "
        "for.",
        """
SELECT b.event_id, b.outbox_id, b.webhook_id, b.occasion::text AS occasion
FROM outbox AS b
LEFT JOIN webhook AS w
    ON w.webhook_id = b.webhook_id
    AND (w.event_id IS NULL OR w.event_id = b.event_id)
    AND b.occasion = ANY(w.occasions)
WHERE
    b.event_id = ANY($1::integer[])
    AND b.kind = 'WEBHOOK'
    AND w.webhook_id IS NULL
ORDER BY b.event_id, b.outbox_id
LIMIT $2
""",
    ),
    Check(
        "errand_parked",
        "An errand that was tried too often waits for a person: see last_error, mend what stops "
        "it, and let it be tried again.",
        """
SELECT event_id, outbox_id, kind::text AS errand, amount, attempts, last_error
FROM outbox
WHERE event_id = ANY($1::integer[]) AND state = 'PARKED'
ORDER BY event_id, outbox_id
LIMIT $2
""",
    ),
    Check(
        "errand_overdue",
        "An errand of money that is due is taken up within a few minutes.",
        """
SELECT event_id, outbox_id, kind::text AS errand, amount, due_at, attempts, last_error
FROM outbox
WHERE
    event_id = ANY($1::integer[])
    AND kind IN ('CAPTURE', 'VOID', 'REFUND')
    AND state = 'WAITING'
    AND due_at < $3::timestamptz
ORDER BY event_id, due_at
LIMIT $2
""",
        late_after=ERRAND_OVERDUE_SECONDS,
    ),
    Check(
        "cancellation_overdue",
        "The holds of a cancelled event end and its orders are refunded within the hour.",
        """
SELECT o.event_id, o.order_id, o.status::text AS order_status, b.created_at AS cancelled_at
FROM outbox AS b
INNER JOIN orders AS o ON o.event_id = b.event_id AND o.status IN ('PENDING', 'CONFIRMED')
WHERE
    b.event_id = ANY($1::integer[])
    AND b.kind = 'NEWS'
    AND b.occasion = 'EVENT_CANCELLED'
    AND b.created_at < $3::timestamptz
ORDER BY o.event_id, o.order_id
LIMIT $2
""",
        late_after=CANCELLATION_OVERDUE_SECONDS,
    ),
    Check(
        "telling_overdue",
        "News, mails and calls that are due go out within the hour, however many there are.",
        """
SELECT event_id, outbox_id, kind::text AS errand, due_at, attempts, last_error
FROM outbox
WHERE
    event_id = ANY($1::integer[])
    AND kind IN ('NEWS', 'MAIL', 'WEBHOOK')
    AND state = 'WAITING'
    AND due_at < $3::timestamptz
ORDER BY event_id, due_at
LIMIT $2
""",
        late_after=TELLING_OVERDUE_SECONDS,
    ),
)
