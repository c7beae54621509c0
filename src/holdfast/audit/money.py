"""What always holds of money: nobody is charged without a ticket or the money back."""

from holdfast.audit.check import Check
from holdfast.config import PAYMENT_OVERDUE_SECONDS

MONEY = (
    Check(
        "two_live_charges",
        "An order has one live charge at most.",
        """
SELECT
    event_id, order_id, count(*) AS live_charges,
    string_agg(payment_id, ' ' ORDER BY payment_id) AS payment_ids
FROM payment
WHERE
    event_id = ANY($1::integer[])
    AND (
        status IN ('CREATED', 'PROCESSING', 'AUTHORIZED', 'CAPTURING')
        OR (status = 'SUCCEEDED' AND refunded_amount + outside_amount < amount)
    )
GROUP BY event_id, order_id
HAVING count(*) > 1
ORDER BY event_id, order_id
LIMIT $2
""",
    ),
    Check(
        "order_paying",
        "An order is `paying` exactly while a payment of it is unsettled, and payment_count is the "
        "number of its payments.",
        """
SELECT
    o.event_id, o.order_id, o.paying, coalesce(p.unsettled, 0) AS unsettled_payments,
    o.payment_count, coalesce(p.attempts, 0) AS payments
FROM orders AS o
LEFT JOIN (
    SELECT
        event_id,
        order_id,
        count(*) AS attempts,
        count(*) FILTER (WHERE status IN ('CREATED', 'PROCESSING', 'AUTHORIZED')) AS unsettled
    FROM payment
    WHERE event_id = ANY($1::integer[])
    GROUP BY event_id, order_id
) AS p ON p.event_id = o.event_id AND p.order_id = o.order_id
WHERE
    o.event_id = ANY($1::integer[])
    AND (
        o.paying <> (coalesce(p.unsettled, 0) > 0)
        OR o.payment_count <> coalesce(p.attempts, 0)
    )
ORDER BY o.event_id, o.order_id
LIMIT $2
""",
    ),
    Check(
        "sale_without_money",
        "A CONFIRMED or REFUNDED order that costs something has a payment of its total that is "
        "being collected or was.",
        """
SELECT o.event_id, o.order_id, o.status::text AS order_status, o.total_amount, o.currency
FROM orders AS o
LEFT JOIN payment AS p
    ON p.event_id = o.event_id
    AND p.order_id = o.order_id
    AND p.status IN ('CAPTURING', 'SUCCEEDED')
    AND p.amount = o.total_amount
    AND p.currency = o.currency
WHERE
    o.event_id = ANY($1::integer[])
    AND o.status IN ('CONFIRMED', 'REFUNDED')
    AND o.total_amount > 0
    AND p.payment_id IS NULL
ORDER BY o.event_id, o.order_id
LIMIT $2
""",
    ),
    Check(
        "money_without_sale",
        "Money is collected only for a CONFIRMED or REFUNDED order; whatever else came in goes "
        "back whole.",
        """
SELECT
    p.event_id, p.payment_id, p.status::text AS payment_status, p.amount, p.refunded_amount,
    p.outside_amount, o.status::text AS order_status
FROM payment AS p
LEFT JOIN orders AS o ON o.event_id = p.event_id AND o.order_id = p.order_id
WHERE
    p.event_id = ANY($1::integer[])
    AND p.status IN ('CAPTURING', 'SUCCEEDED')
    AND (o.status IN ('CONFIRMED', 'REFUNDED')) IS NOT TRUE
    AND (p.status = 'CAPTURING' OR p.refunded_amount + p.outside_amount <> p.amount)
ORDER BY p.event_id, p.payment_id
LIMIT $2
""",
    ),
    Check(
        "refund_of_order",
        "What was refunded of a paid order was asked back from its payment, or went back without "
        "us.",
        """
SELECT
    o.event_id, o.order_id, o.refunded_amount, max(p.refunded_amount) AS payment_refunded_amount
FROM orders AS o
INNER JOIN payment AS p
    ON p.event_id = o.event_id
    AND p.order_id = o.order_id
    AND p.status IN ('CAPTURING', 'SUCCEEDED')
WHERE
    o.event_id = ANY($1::integer[])
    AND o.status IN ('CONFIRMED', 'REFUNDED')
GROUP BY o.event_id, o.order_id, o.refunded_amount
HAVING
    NOT bool_or(
        o.refunded_amount BETWEEN p.refunded_amount AND p.refunded_amount + p.outside_amount
    )
ORDER BY o.event_id, o.order_id
LIMIT $2
""",
    ),
    Check(
        "refund_errands",
        "The refund errands of a payment add up to its refunded_amount.",
        """
SELECT p.event_id, p.payment_id, p.refunded_amount, coalesce(r.asked, 0) AS errands_amount
FROM payment AS p
LEFT JOIN (
    SELECT event_id, payment_id, sum(amount) AS asked
    FROM outbox
    WHERE event_id = ANY($1::integer[]) AND kind = 'REFUND'
    GROUP BY event_id, payment_id
) AS r ON r.event_id = p.event_id AND r.payment_id = p.payment_id
WHERE p.event_id = ANY($1::integer[]) AND p.refunded_amount <> coalesce(r.asked, 0)
ORDER BY p.event_id, p.payment_id
LIMIT $2
""",
    ),
    Check(
        "payment_errand",
        "A payment that is CAPTURING or VOIDING has its errand of the same amount, not done yet.",
        """
SELECT
    p.event_id, p.payment_id, p.status::text AS payment_status, p.amount,
    b.state::text AS errand_state, b.amount AS errand_amount
FROM payment AS p
LEFT JOIN outbox AS b
    ON b.event_id = p.event_id
    AND b.payment_id = p.payment_id
    AND b.kind = CASE p.status WHEN 'CAPTURING' THEN 'CAPTURE' ELSE 'VOID' END::outbox_kind
WHERE
    p.event_id = ANY($1::integer[])
    AND p.status IN ('CAPTURING', 'VOIDING')
    AND (b.outbox_id IS NULL OR b.state = 'DONE' OR b.amount <> p.amount)
ORDER BY p.event_id, p.payment_id
LIMIT $2
""",
    ),
    Check(
        "errand_payment",
        "An errand of money belongs to a payment; a capture leaves it SUCCEEDED when done, a void "
        "VOIDED, or refunded whole where somebody collected it first.",
        """
SELECT
    b.event_id, b.outbox_id, b.kind::text AS errand, b.state::text AS errand_state, b.payment_id,
    p.status::text AS payment_status
FROM outbox AS b
LEFT JOIN payment AS p
    ON p.event_id = b.event_id AND p.order_id = b.order_id AND p.payment_id = b.payment_id
WHERE
    b.event_id = ANY($1::integer[])
    AND b.kind IN ('CAPTURE', 'VOID', 'REFUND')
    AND (
        p.payment_id IS NULL
        OR (b.state = 'DONE' AND b.kind = 'CAPTURE' AND p.status <> 'SUCCEEDED')
        OR (
            b.state = 'DONE'
            AND b.kind = 'VOID'
            AND p.status <> 'VOIDED'
            AND (p.status <> 'SUCCEEDED' OR p.refunded_amount <> p.amount)
        )
        OR (b.state <> 'DONE' AND b.kind = 'CAPTURE' AND p.status <> 'CAPTURING')
        OR (
            b.state <> 'DONE'
            AND b.kind = 'VOID'
            AND p.status <> 'VOIDING'
            AND (p.status <> 'SUCCEEDED' OR p.refunded_amount <> p.amount)
        )
    )
ORDER BY b.event_id, b.outbox_id
LIMIT $2
""",
    ),
    Check(
        "incident_unseen",
        "What a person should know of a payment is taken note of: read it at the order, do what it "
        "asks for, and mark it as seen.",
        """
SELECT
    event_id, order_id, incident_id, kind::text AS kind, state::text AS state, amount, currency,
    reason
FROM incident
WHERE event_id = ANY($1::integer[]) AND seen_at IS NULL
ORDER BY event_id, created_at, incident_id
LIMIT $2
""",
    ),
    Check(
        "outside_amount",
        "What went back of a payment without us is at most what its incidents say.",
        """
SELECT p.event_id, p.payment_id, p.outside_amount, coalesce(i.said, 0) AS incidents_amount
FROM payment AS p
LEFT JOIN (
    SELECT event_id, payment_id, sum(amount) AS said
    FROM incident
    WHERE
        event_id = ANY($1::integer[])
        AND (kind = 'OUTSIDE_REFUND' OR (kind = 'DISPUTE' AND state = 'LOST'))
    GROUP BY event_id, payment_id
) AS i ON i.event_id = p.event_id AND i.payment_id = p.payment_id
WHERE p.event_id = ANY($1::integer[]) AND p.outside_amount > coalesce(i.said, 0)
ORDER BY p.event_id, p.payment_id
LIMIT $2
""",
    ),
    Check(
        "payment_overdue",
        "An unsettled payment is looked up and settled within a few minutes, at the latest after "
        "the deadline of its order.",
        """
SELECT
    p.event_id, p.payment_id, p.status::text AS payment_status, p.provider, p.created_at,
    o.expires_at
FROM payment AS p
LEFT JOIN orders AS o ON o.event_id = p.event_id AND o.order_id = p.order_id
WHERE
    p.event_id = ANY($1::integer[])
    AND p.status IN ('CREATED', 'PROCESSING', 'AUTHORIZED')
    AND p.created_at < $3::timestamptz
    AND (p.status <> 'PROCESSING' OR o.expires_at < $3::timestamptz)
ORDER BY p.event_id, p.created_at
LIMIT $2
""",
        late_after=PAYMENT_OVERDUE_SECONDS,
    ),
)
