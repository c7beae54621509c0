"""What foreign keys would say, if they cost nothing (DESIGN.md section 3)."""

from holdfast.audit.check import Check

REFERENCES = (
    Check(
        "row_without_event",
        "Every seat, section, price, desk and order belongs to an event, and every event has a "
        "desk, sections and prices.",
        """
SELECT
    r.event_id, string_agg(r.part, ', ' ORDER BY r.part) AS parts,
    e.event_id IS NOT NULL AS event
FROM (
    SELECT DISTINCT event_id, 'desk' AS part FROM desk WHERE event_id = ANY($1::integer[])
    UNION ALL
    SELECT DISTINCT event_id, 'section' FROM section WHERE event_id = ANY($1::integer[])
    UNION ALL
    SELECT DISTINCT event_id, 'seat' FROM seat WHERE event_id = ANY($1::integer[])
    UNION ALL
    SELECT DISTINCT event_id, 'price' FROM price WHERE event_id = ANY($1::integer[])
    UNION ALL
    SELECT DISTINCT event_id, 'order' FROM orders WHERE event_id = ANY($1::integer[])
    UNION ALL
    SELECT event_id, 'event' FROM event WHERE event_id = ANY($1::integer[])
) AS r
LEFT JOIN event AS e ON e.event_id = r.event_id
GROUP BY r.event_id, e.event_id
HAVING e.event_id IS NULL OR count(*) FILTER (WHERE r.part <> 'order') < 5
ORDER BY r.event_id
LIMIT $2
""",
    ),
    Check(
        "event_venue",
        "Every event has a venue and a chart.",
        """
SELECT
    e.event_id, e.venue_id, v.venue_id IS NOT NULL AS venue, e.chart_sha256,
    c.sha256 IS NOT NULL AS chart
FROM event AS e
LEFT JOIN venue AS v ON v.venue_id = e.venue_id
LEFT JOIN chart AS c ON c.sha256 = e.chart_sha256
WHERE e.event_id = ANY($1::integer[]) AND (v.venue_id IS NULL OR c.sha256 IS NULL)
ORDER BY e.event_id
LIMIT $2
""",
    ),
    Check(
        "chart_hash",
        "A chart is found by the hash of its body.",
        """
SELECT DISTINCT ON (c.sha256)
    e.event_id, c.sha256, encode(sha256(c.body), 'hex') AS body_sha256
FROM chart AS c
INNER JOIN event AS e ON e.chart_sha256 = c.sha256
WHERE e.event_id = ANY($1::integer[]) AND c.sha256 <> encode(sha256(c.body), 'hex')
ORDER BY c.sha256, e.event_id
LIMIT $2
""",
    ),
    Check(
        "category_price",
        "Every category of an event's seats has a price.",
        """
SELECT s.event_id, s.category
FROM (SELECT DISTINCT event_id, category FROM seat WHERE event_id = ANY($1::integer[])) AS s
LEFT JOIN price AS p ON p.event_id = s.event_id AND p.category = s.category
WHERE p.category IS NULL
ORDER BY s.event_id, s.category
LIMIT $2
""",
    ),
    Check(
        "payment_order",
        "Every payment belongs to an order.",
        """
SELECT p.event_id, p.payment_id, p.order_id
FROM payment AS p
LEFT JOIN orders AS o ON o.event_id = p.event_id AND o.order_id = p.order_id
WHERE p.event_id = ANY($1::integer[]) AND o.order_id IS NULL
ORDER BY p.event_id, p.payment_id
LIMIT $2
""",
    ),
    Check(
        "scan_ticket",
        "A ticket that was let in or out is a ticket of the event.",
        """
SELECT g.event_id, g.scan_id, g.ticket_id, g.result::text AS result
FROM gate_scan AS g
LEFT JOIN ticket AS t ON t.event_id = g.event_id AND t.ticket_id = g.ticket_id
WHERE
    g.event_id = ANY($1::integer[])
    AND g.result IN ('ADMITTED', 'EXITED')
    AND t.ticket_id IS NULL
ORDER BY g.event_id, g.scan_id
LIMIT $2
""",
    ),
)
