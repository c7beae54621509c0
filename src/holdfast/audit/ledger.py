"""Our books against those of the test provider, both ways.

What the outbox has yet to do is allowed for: a payment on its way to a state may be found in the
books before or after the step.
"""

from holdfast.audit.check import Check

LEDGER = (
    Check(
        "charge_without_payment",
        "Every charge in the provider's books belongs to a payment of ours.",
        """
SELECT
    p.event_id, c.payment_id, c.status::text AS charge_status, c.amount, c.currency
FROM test_provider.charge AS c
LEFT JOIN payment AS p ON p.payment_id = c.payment_id
WHERE p.payment_id IS NULL AND $1::integer[] IS NOT NULL
ORDER BY c.payment_id
LIMIT $2
""",
    ),
    Check(
        "charge_state",
        "The provider's books have every payment of ours in the state in which we have it.",
        """
SELECT
    p.event_id, p.payment_id, p.status::text AS payment_status, c.status::text AS charge_status
FROM payment AS p
LEFT JOIN test_provider.charge AS c ON c.payment_id = p.payment_id
WHERE
    p.event_id = ANY($1::integer[])
    AND p.provider = 'test'
    AND CASE p.status
        -- The answer is not known yet, or the provider was not reached yet.
        WHEN 'CREATED' THEN c.status IS NULL OR c.status <> 'CAPTURED'
        WHEN 'PROCESSING' THEN c.status <> 'CAPTURED'
        WHEN 'AUTHORIZED' THEN c.status = 'AUTHORIZED'
        WHEN 'CAPTURING' THEN c.status IN ('AUTHORIZED', 'CAPTURED')
        WHEN 'SUCCEEDED' THEN c.status = 'CAPTURED'
        WHEN 'FAILED' THEN c.status IS NULL OR c.status IN ('DECLINED', 'VOIDED')
        WHEN 'VOIDING' THEN c.status IN ('AUTHORIZED', 'VOIDED')
        WHEN 'VOIDED' THEN c.status = 'VOIDED'
    END IS NOT TRUE
ORDER BY p.event_id, p.payment_id
LIMIT $2
""",
    ),
    Check(
        "charge_amount",
        "A charge in the provider's books has the amount and the currency of its payment.",
        """
SELECT
    p.event_id, p.payment_id, p.amount, p.currency, c.amount AS charge_amount,
    c.currency AS charge_currency
FROM payment AS p
INNER JOIN test_provider.charge AS c ON c.payment_id = p.payment_id
WHERE
    p.event_id = ANY($1::integer[])
    AND p.provider = 'test'
    AND (c.amount <> p.amount OR c.currency <> p.currency)
ORDER BY p.event_id, p.payment_id
LIMIT $2
""",
    ),
    Check(
        "refund_not_made",
        "Every refund errand that is done is in the provider's books, unless nothing was left to "
        "pay back.",
        """
SELECT b.event_id, b.outbox_id, b.payment_id, b.amount, r.amount AS made_amount
FROM outbox AS b
INNER JOIN payment AS p
    ON p.event_id = b.event_id AND p.order_id = b.order_id AND p.payment_id = b.payment_id
LEFT JOIN test_provider.refund AS r
    ON r.refund_id = b.outbox_id AND r.payment_id = b.payment_id
WHERE
    b.event_id = ANY($1::integer[])
    AND p.provider = 'test'
    AND b.kind = 'REFUND'
    AND b.state = 'DONE'
    AND CASE WHEN r.amount IS NULL THEN b.last_error IS NULL ELSE r.amount > b.amount END
ORDER BY b.event_id, b.outbox_id
LIMIT $2
""",
    ),
    Check(
        "refund_not_asked",
        "Every refund in the provider's books was asked for by an errand, or is known as one that "
        "was made there.",
        """
SELECT b.event_id, r.payment_id, r.refund_id, r.amount, b.amount AS asked_amount
FROM test_provider.refund AS r
LEFT JOIN outbox AS b
    ON b.outbox_id = r.refund_id AND b.payment_id = r.payment_id AND b.kind = 'REFUND'
LEFT JOIN incident AS i
    ON i.payment_id = r.payment_id
    AND i.incident_id = 'outside_refund_' || r.refund_id
    AND i.amount = r.amount
WHERE
    CASE WHEN b.amount IS NULL THEN i.incident_id IS NULL ELSE b.amount < r.amount END
    AND $1::integer[] IS NOT NULL
ORDER BY r.refund_id
LIMIT $2
""",
    ),
    Check(
        "money_returned",
        "Once its refunds are done, what the provider paid back of a payment and what banks took "
        "back is what we have it as.",
        """
SELECT
    p.event_id, p.payment_id, p.amount, p.refunded_amount, p.outside_amount,
    c.refunded_amount AS charge_refunded_amount, coalesce(d.lost, 0) AS disputes_lost
FROM payment AS p
INNER JOIN test_provider.charge AS c ON c.payment_id = p.payment_id
LEFT JOIN (
    SELECT payment_id, sum(amount) AS lost
    FROM test_provider.dispute
    WHERE status = 'LOST'
    GROUP BY payment_id
) AS d ON d.payment_id = p.payment_id
WHERE
    p.event_id = ANY($1::integer[])
    AND p.provider = 'test'
    AND p.status = 'SUCCEEDED'
    AND least(p.amount, c.refunded_amount + coalesce(d.lost, 0))
    <> p.refunded_amount + p.outside_amount
    AND NOT EXISTS (
        SELECT
        FROM outbox AS b
        WHERE
            b.event_id = p.event_id
            AND b.payment_id = p.payment_id
            AND b.kind = 'REFUND'
            AND b.state <> 'DONE'
    )
ORDER BY p.event_id, p.payment_id
LIMIT $2
""",
    ),
    Check(
        "dispute_unknown",
        "Every dispute in the provider's books is known here in its present state.",
        """
SELECT p.event_id, d.payment_id, d.dispute_id, d.status::text AS dispute_status, d.amount
FROM test_provider.dispute AS d
LEFT JOIN payment AS p ON p.payment_id = d.payment_id
LEFT JOIN incident AS i
    ON i.event_id = p.event_id
    AND i.order_id = p.order_id
    AND i.incident_id = 'dispute_' || d.dispute_id
WHERE i.state::text IS DISTINCT FROM d.status::text AND $1::integer[] IS NOT NULL
ORDER BY d.dispute_id
LIMIT $2
""",
    ),
    Check(
        "charge_refunds",
        "The refunds of a charge in the provider's books add up to what it has paid back.",
        """
SELECT
    p.event_id, c.payment_id, c.status::text AS charge_status, c.refunded_amount,
    coalesce(r.made, 0) AS refunds
FROM test_provider.charge AS c
INNER JOIN payment AS p ON p.payment_id = c.payment_id
LEFT JOIN (
    SELECT payment_id, sum(amount) AS made FROM test_provider.refund GROUP BY payment_id
) AS r ON r.payment_id = c.payment_id
WHERE p.event_id = ANY($1::integer[]) AND c.refunded_amount <> coalesce(r.made, 0)
ORDER BY p.event_id, c.payment_id
LIMIT $2
""",
    ),
)
