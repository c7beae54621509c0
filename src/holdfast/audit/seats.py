"""What always holds of seats: who owns them, and that the counts say what the seats say."""

from holdfast.audit.check import Check

SEATS = (
    Check(
        "seat_shape",
        "A held seat has owner, session and deadline; a sold one an owner only; others nothing.",
        """
SELECT
    event_id, seat_id, status::text AS seat_status, order_id, held_by_session_id, held_until
FROM seat
WHERE
    event_id = ANY($1::integer[])
    AND NOT CASE status
        WHEN 'HELD' THEN
            order_id IS NOT NULL AND held_by_session_id IS NOT NULL AND held_until IS NOT NULL
        WHEN 'SOLD' THEN
            order_id IS NOT NULL AND held_by_session_id IS NULL AND held_until IS NULL
        ELSE order_id IS NULL AND held_by_session_id IS NULL AND held_until IS NULL
    END
ORDER BY event_id, seat_id
LIMIT $2
""",
    ),
    Check(
        "held_seat_order",
        "A held seat belongs to a PENDING order.",
        """
SELECT s.event_id, s.seat_id, s.order_id, o.status::text AS order_status
FROM seat AS s
LEFT JOIN orders AS o ON o.event_id = s.event_id AND o.order_id = s.order_id
WHERE
    s.event_id = ANY($1::integer[])
    AND s.status = 'HELD'
    AND o.status IS DISTINCT FROM 'PENDING'
ORDER BY s.event_id, s.seat_id
LIMIT $2
""",
    ),
    Check(
        "held_seat_deadline",
        "A held seat has the session and the deadline of its order.",
        """
SELECT
    s.event_id, s.seat_id, s.order_id, s.held_until, o.expires_at, s.held_by_session_id,
    o.session_id
FROM seat AS s
INNER JOIN orders AS o ON o.event_id = s.event_id AND o.order_id = s.order_id
WHERE
    s.event_id = ANY($1::integer[])
    AND s.status = 'HELD'
    AND (s.held_until <> o.expires_at OR s.held_by_session_id <> o.session_id)
ORDER BY s.event_id, s.seat_id
LIMIT $2
""",
    ),
    Check(
        "sold_seat_order",
        "A sold seat belongs to a CONFIRMED order.",
        """
SELECT s.event_id, s.seat_id, s.order_id, o.status::text AS order_status
FROM seat AS s
LEFT JOIN orders AS o ON o.event_id = s.event_id AND o.order_id = s.order_id
WHERE
    s.event_id = ANY($1::integer[])
    AND s.status = 'SOLD'
    AND o.status IS DISTINCT FROM 'CONFIRMED'
ORDER BY s.event_id, s.seat_id
LIMIT $2
""",
    ),
    Check(
        "seat_item",
        "The order that owns a seat has an ACTIVE item for it.",
        """
SELECT s.event_id, s.seat_id, s.status::text AS seat_status, s.order_id
FROM seat AS s
LEFT JOIN order_item AS i
    ON i.event_id = s.event_id
    AND i.order_id = s.order_id
    AND i.seat_id = s.seat_id
    AND i.state = 'ACTIVE'
WHERE
    s.event_id = ANY($1::integer[])
    AND s.status IN ('HELD', 'SOLD')
    AND i.item_id IS NULL
ORDER BY s.event_id, s.seat_id
LIMIT $2
""",
    ),
    Check(
        "item_seat",
        "The seat of an ACTIVE item is held or sold to the item's order.",
        """
SELECT
    i.event_id, i.item_id, i.seat_id, i.order_id, s.status::text AS seat_status,
    s.order_id AS owner
FROM order_item AS i
LEFT JOIN seat AS s ON s.event_id = i.event_id AND s.seat_id = i.seat_id
WHERE
    i.event_id = ANY($1::integer[])
    AND i.state = 'ACTIVE'
    AND (s.order_id IS DISTINCT FROM i.order_id OR s.status NOT IN ('HELD', 'SOLD'))
ORDER BY i.event_id, i.item_id
LIMIT $2
""",
    ),
    Check(
        "seat_in_two_orders",
        "No seat is in two ACTIVE items.",
        """
SELECT event_id, seat_id, count(*) AS items, string_agg(item_id, ' ' ORDER BY item_id) AS item_ids
FROM order_item
WHERE event_id = ANY($1::integer[]) AND state = 'ACTIVE'
GROUP BY event_id, seat_id
HAVING count(*) > 1
ORDER BY event_id, seat_id
LIMIT $2
""",
    ),
    Check(
        "section_available",
        "A section's available_count is the number of its AVAILABLE seats.",
        """
SELECT c.event_id, c.section_id, c.available_count, coalesce(s.free, 0) AS free_seats
FROM section AS c
LEFT JOIN (
    SELECT event_id, section_id, count(*) AS free
    FROM seat
    WHERE event_id = ANY($1::integer[]) AND status = 'AVAILABLE'
    GROUP BY event_id, section_id
) AS s ON s.event_id = c.event_id AND s.section_id = c.section_id
WHERE c.event_id = ANY($1::integer[]) AND c.available_count <> coalesce(s.free, 0)
ORDER BY c.event_id, c.section_id
LIMIT $2
""",
    ),
    Check(
        "section_capacity",
        "Every seat is in a section, and a section's capacity is the number of its seats.",
        """
SELECT
    coalesce(c.event_id, s.event_id) AS event_id,
    coalesce(c.section_id, s.section_id) AS section_id,
    c.capacity,
    coalesce(s.places, 0) AS seats
FROM (
    SELECT event_id, section_id, capacity FROM section WHERE event_id = ANY($1::integer[])
) AS c
FULL JOIN (
    SELECT event_id, section_id, count(*) AS places
    FROM seat
    WHERE event_id = ANY($1::integer[])
    GROUP BY event_id, section_id
) AS s ON s.event_id = c.event_id AND s.section_id = c.section_id
WHERE c.capacity IS DISTINCT FROM coalesce(s.places, 0)
ORDER BY 1, 2
LIMIT $2
""",
    ),
    Check(
        "event_capacity",
        "An event has the seats 0 to total_capacity - 1, and its chart as many places.",
        """
SELECT
    e.event_id, e.total_capacity, coalesce(s.places, 0) AS seats, s.first_seat_id, s.last_seat_id,
    c.places AS chart_places
FROM event AS e
LEFT JOIN (
    SELECT
        event_id, count(*) AS places, min(seat_id) AS first_seat_id, max(seat_id) AS last_seat_id
    FROM seat
    WHERE event_id = ANY($1::integer[])
    GROUP BY event_id
) AS s ON s.event_id = e.event_id
LEFT JOIN chart AS c ON c.sha256 = e.chart_sha256
WHERE
    e.event_id = ANY($1::integer[])
    AND (
        s.places IS DISTINCT FROM e.total_capacity
        OR s.first_seat_id <> 0
        OR s.last_seat_id <> e.total_capacity - 1
        OR c.places IS DISTINCT FROM e.total_capacity
    )
ORDER BY e.event_id
LIMIT $2
""",
    ),
    Check(
        "sold_out",
        "An event on sale is SOLD_OUT exactly when no seat is free or held and one is sold.",
        """
SELECT e.event_id, e.status::text AS event_status, s.open, s.sold
FROM event AS e
INNER JOIN (
    SELECT
        event_id,
        count(*) FILTER (WHERE status IN ('AVAILABLE', 'HELD')) AS open,
        count(*) FILTER (WHERE status = 'SOLD') AS sold
    FROM seat
    WHERE event_id = ANY($1::integer[])
    GROUP BY event_id
) AS s ON s.event_id = e.event_id
WHERE
    e.status IN ('ON_SALE', 'SOLD_OUT')
    AND (e.status = 'SOLD_OUT') <> (s.open = 0 AND s.sold > 0)
ORDER BY e.event_id
LIMIT $2
""",
    ),
)
