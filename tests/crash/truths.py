"""What must be true of an event once a killed process was started again and came to rest.

`holdfast doctor` is asked first. Beside it, and written without it: nothing is left undone,
nobody's money is kept without tickets, no tickets are out without money, and every answer holds.
"""

from typing import Any, Final

from holdfast.audit import audit
from holdfast.database.clock import Clock
from holdfast.database.pool import Connection, Database

_UNDONE: Final = """
SELECT 'order ' || order_id || ' is PENDING' AS fault
FROM orders
WHERE event_id = $1 AND status = 'PENDING'
UNION ALL
SELECT 'payment ' || payment_id || ' is ' || status
FROM payment
WHERE event_id = $1 AND status NOT IN ('SUCCEEDED', 'FAILED', 'VOIDED')
UNION ALL
SELECT 'errand ' || outbox_id || ' is ' || state
FROM outbox
WHERE event_id = $1 AND state <> 'DONE'
"""
_MONEY: Final = """
SELECT
    o.order_id,
    o.status::text AS status,
    o.total_amount - o.refunded_amount AS owed,
    coalesce(sum(c.amount - c.refunded_amount) FILTER (WHERE c.status = 'CAPTURED'), 0)::bigint
        AS kept,
    count(*) FILTER (WHERE c.status IN ('AUTHORIZED', 'REQUIRES_ACTION')) AS reserved
FROM orders AS o
LEFT JOIN test_provider.charge AS c ON c.payment_id LIKE 'p_' || substr(o.order_id, 3) || '%'
WHERE o.event_id = $1
GROUP BY o.event_id, o.order_id
"""
_ORDERS: Final = """
SELECT order_id, status::text AS status, refunded_amount FROM orders WHERE event_id = $1
"""
_SEATS: Final = "SELECT order_id, seat_id FROM order_item WHERE event_id = $1"
_TICKETS: Final = "SELECT order_id, barcode FROM ticket WHERE event_id = $1"

_KEEPS: Final = {
    "PENDING": ("CONFIRMED", "CANCELLED", "REFUNDED"),
    "CONFIRMED": ("CONFIRMED", "REFUNDED"),
    "CANCELLED": ("CANCELLED",),
    "REFUNDED": ("REFUNDED",),
}
"""What an order may be at rest, by the last that was told of it. REFUNDED only by an organiser."""


async def faults_of(
    database: Database, event_id: int, told: list[dict[str, Any]], *, refunds: bool
) -> list[str]:
    """Everything that is not as it must be; `refunds`: an organiser paid back."""
    found = [str(finding) for finding in await audit(database, Clock(), [event_id])]
    async with database.pool.acquire() as connection:
        found += [row["fault"] for row in await connection.fetch(_UNDONE, event_id)]
        found += await _money(connection, event_id)
        found += await _answers(connection, event_id, told, refunds)
    return found


async def _money(connection: Connection, event_id: int) -> list[str]:
    found: list[str] = []
    for row in await connection.fetch(_MONEY, event_id):
        owed = row["owed"] if row["status"] in ("CONFIRMED", "REFUNDED") else 0
        if row["kept"] != owed:
            found.append(f"{row['order_id']}, {row['status']}: {row['kept']} kept, {owed} owed")
        if row["reserved"]:
            found.append(f"{row['order_id']}: money is reserved for ever")
    return found


async def _answers(
    connection: Connection, event_id: int, told: list[dict[str, Any]], refunds: bool
) -> list[str]:
    orders = {row["order_id"]: row for row in await connection.fetch(_ORDERS, event_id)}
    seats = {(row["order_id"], row["seat_id"]) for row in await connection.fetch(_SEATS, event_id)}
    tickets = {(r["order_id"], r["barcode"]) for r in await connection.fetch(_TICKETS, event_id)}
    found: list[str] = []
    for answer in told:
        if "order_id" not in answer:
            continue
        order_id = answer["order_id"]
        order = orders.get(order_id)
        if order is None:
            found.append(f"{answer}: there is no such order")
            continue
        keeps = _KEEPS[answer["status"]]
        if order["status"] not in keeps or (order["status"] == "REFUNDED" and not refunds):
            found.append(f"{answer}: it is {order['status']}")
        if not seats.issuperset((order_id, seat) for seat in answer.get("seats", ())):
            found.append(f"{answer}: not these seats")
        if not tickets.issuperset((order_id, code) for code in answer.get("barcodes", ())):
            found.append(f"{answer}: not these tickets")
        if order["refunded_amount"] < answer.get("refunded_amount", 0):
            found.append(f"{answer}: {order['refunded_amount']} was paid back")
    return found
