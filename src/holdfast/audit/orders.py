"""What always holds of orders, their items and their tickets."""

from holdfast.audit.check import Check
from holdfast.config import HOLD_OVERDUE_SECONDS

ORDERS = (
    Check(
        "order_total",
        "An order's total is its fee and the items it holds, bought or lost with its hold.",
        """
SELECT
    o.event_id, o.order_id, o.status::text AS order_status, o.total_amount, o.order_fee_amount,
    i.held, i.lost, i.given_back
FROM orders AS o
INNER JOIN (
    SELECT
        event_id,
        order_id,
        coalesce(sum(price + fee_amount + tax_amount)
            FILTER (WHERE state IN ('ACTIVE', 'REFUNDED')), 0) AS held,
        coalesce(sum(price + fee_amount + tax_amount) FILTER (WHERE state = 'EXPIRED'), 0) AS lost,
        coalesce(sum(price + fee_amount + tax_amount)
            FILTER (WHERE state = 'RELEASED'), 0) AS given_back
    FROM order_item
    WHERE event_id = ANY($1::integer[])
    GROUP BY event_id, order_id
) AS i ON i.event_id = o.event_id AND i.order_id = o.order_id
WHERE
    NOT CASE
        WHEN o.status <> 'CANCELLED' THEN o.total_amount = o.order_fee_amount + i.held
        WHEN o.cancel_reason = 'EXPIRED' THEN o.total_amount = o.order_fee_amount + i.lost
        -- What was dropped before the end is RELEASED too, so the total can only be less.
        ELSE o.total_amount BETWEEN o.order_fee_amount AND o.order_fee_amount + i.given_back
    END
ORDER BY o.event_id, o.order_id
LIMIT $2
""",
    ),
    Check(
        "order_seat_count",
        "An order's seat_count is the number of its ACTIVE items.",
        """
SELECT o.event_id, o.order_id, o.seat_count, coalesce(i.active, 0) AS active_items
FROM orders AS o
LEFT JOIN (
    SELECT event_id, order_id, count(*) AS active
    FROM order_item
    WHERE event_id = ANY($1::integer[]) AND state = 'ACTIVE'
    GROUP BY event_id, order_id
) AS i ON i.event_id = o.event_id AND i.order_id = o.order_id
WHERE o.event_id = ANY($1::integer[]) AND o.seat_count <> coalesce(i.active, 0)
ORDER BY o.event_id, o.order_id
LIMIT $2
""",
    ),
    Check(
        "order_refunded",
        "An order's refunded_amount is its REFUNDED items, and its fee once all of it is refunded.",
        """
SELECT
    o.event_id, o.order_id, o.status::text AS order_status, o.refunded_amount,
    coalesce(i.refunded, 0) AS refunded_items, o.order_fee_amount
FROM orders AS o
LEFT JOIN (
    SELECT event_id, order_id, sum(price + fee_amount + tax_amount) AS refunded
    FROM order_item
    WHERE event_id = ANY($1::integer[]) AND state = 'REFUNDED'
    GROUP BY event_id, order_id
) AS i ON i.event_id = o.event_id AND i.order_id = o.order_id
WHERE
    o.event_id = ANY($1::integer[])
    AND o.refunded_amount <> coalesce(i.refunded, 0)
    + CASE WHEN o.status = 'REFUNDED' THEN o.order_fee_amount ELSE 0 END
ORDER BY o.event_id, o.order_id
LIMIT $2
""",
    ),
    Check(
        "order_items",
        "PENDING and CONFIRMED orders have ACTIVE items, ended ones none; only what was paid is "
        "REFUNDED, and only an expired hold has EXPIRED items.",
        """
SELECT
    o.event_id, o.order_id, o.status::text AS order_status, o.cancel_reason::text AS cancel_reason,
    coalesce(i.active, 0) AS active, coalesce(i.expired, 0) AS expired,
    coalesce(i.refunded, 0) AS refunded
FROM orders AS o
LEFT JOIN (
    SELECT
        event_id,
        order_id,
        count(*) FILTER (WHERE state = 'ACTIVE') AS active,
        count(*) FILTER (WHERE state = 'EXPIRED') AS expired,
        count(*) FILTER (WHERE state = 'REFUNDED') AS refunded
    FROM order_item
    WHERE event_id = ANY($1::integer[])
    GROUP BY event_id, order_id
) AS i ON i.event_id = o.event_id AND i.order_id = o.order_id
WHERE
    o.event_id = ANY($1::integer[])
    AND (
        (coalesce(i.active, 0) > 0) <> (o.status IN ('PENDING', 'CONFIRMED'))
        OR (coalesce(i.refunded, 0) > 0 AND o.status NOT IN ('CONFIRMED', 'REFUNDED'))
        OR (coalesce(i.refunded, 0) = 0 AND o.status = 'REFUNDED')
        OR (coalesce(i.expired, 0) > 0)
        <> (o.status = 'CANCELLED' AND o.cancel_reason = 'EXPIRED')
        OR (o.status = 'CANCELLED') <> (o.cancel_reason IS NOT NULL)
    )
ORDER BY o.event_id, o.order_id
LIMIT $2
""",
    ),
    Check(
        "order_overdue",
        "A hold whose time has passed is ended within seconds.",
        """
SELECT event_id, order_id, expires_at
FROM orders
WHERE event_id = ANY($1::integer[]) AND status = 'PENDING' AND expires_at < $3::timestamptz
ORDER BY event_id, expires_at
LIMIT $2
""",
        late_after=HOLD_OVERDUE_SECONDS,
    ),
    Check(
        "valid_ticket",
        "A valid ticket is for an ACTIVE item of a CONFIRMED order, and for the item's seat.",
        """
SELECT
    t.event_id, t.ticket_id, t.seat_id, o.status::text AS order_status,
    i.state::text AS item_state, i.seat_id AS item_seat_id
FROM ticket AS t
LEFT JOIN orders AS o ON o.event_id = t.event_id AND o.order_id = t.order_id
LEFT JOIN order_item AS i
    ON i.event_id = t.event_id AND i.order_id = t.order_id AND i.item_id = t.order_item_id
WHERE
    t.event_id = ANY($1::integer[])
    AND t.is_valid
    AND (
        o.status IS DISTINCT FROM 'CONFIRMED'
        OR i.state IS DISTINCT FROM 'ACTIVE'
        OR i.seat_id IS DISTINCT FROM t.seat_id
    )
ORDER BY t.event_id, t.ticket_id
LIMIT $2
""",
    ),
    Check(
        "item_ticket",
        "Every ACTIVE item of a CONFIRMED order has exactly one valid ticket.",
        """
SELECT i.event_id, i.item_id, i.seat_id, coalesce(t.valid, 0) AS valid_tickets
FROM order_item AS i
INNER JOIN orders AS o ON o.event_id = i.event_id AND o.order_id = i.order_id
LEFT JOIN (
    SELECT event_id, order_item_id, count(*) AS valid
    FROM ticket
    WHERE event_id = ANY($1::integer[]) AND is_valid
    GROUP BY event_id, order_item_id
) AS t ON t.event_id = i.event_id AND t.order_item_id = i.item_id
WHERE
    i.event_id = ANY($1::integer[])
    AND i.state = 'ACTIVE'
    AND o.status = 'CONFIRMED'
    AND coalesce(t.valid, 0) <> 1
ORDER BY i.event_id, i.item_id
LIMIT $2
""",
    ),
    Check(
        "seat_with_two_tickets",
        "A seat has one valid ticket at most.",
        """
SELECT
    event_id, seat_id, count(*) AS valid_tickets,
    string_agg(ticket_id, ' ' ORDER BY ticket_id) AS ticket_ids
FROM ticket
WHERE event_id = ANY($1::integer[]) AND is_valid
GROUP BY event_id, seat_id
HAVING count(*) > 1
ORDER BY event_id, seat_id
LIMIT $2
""",
    ),
    Check(
        "barcode_twice",
        "No two tickets share a barcode.",
        """
SELECT
    event_id, count(*) AS tickets, string_agg(ticket_id, ' ' ORDER BY ticket_id) AS ticket_ids
FROM ticket
WHERE event_id = ANY($1::integer[])
GROUP BY event_id, barcode
HAVING count(*) > 1
ORDER BY event_id
LIMIT $2
""",
    ),
    Check(
        "ticket_inside",
        "A ticket is inside exactly when it was admitted once more than it was let out.",
        """
SELECT
    t.event_id, t.ticket_id, t.scanned_at, coalesce(g.admitted, 0) AS admitted,
    coalesce(g.let_out, 0) AS let_out
FROM ticket AS t
LEFT JOIN (
    SELECT
        event_id,
        ticket_id,
        count(*) FILTER (WHERE result = 'ADMITTED') AS admitted,
        count(*) FILTER (WHERE result = 'EXITED') AS let_out
    FROM gate_scan
    WHERE event_id = ANY($1::integer[]) AND result IN ('ADMITTED', 'EXITED')
    GROUP BY event_id, ticket_id
) AS g ON g.event_id = t.event_id AND g.ticket_id = t.ticket_id
WHERE
    t.event_id = ANY($1::integer[])
    AND coalesce(g.admitted, 0) - coalesce(g.let_out, 0)
    <> CASE WHEN t.scanned_at IS NULL THEN 0 ELSE 1 END
ORDER BY t.event_id, t.ticket_id
LIMIT $2
""",
    ),
)
