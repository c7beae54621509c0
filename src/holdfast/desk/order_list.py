"""Orders as the organiser looks for them: the newest first, by event, status and a few letters.

Read plainly, for people; nothing here locks a row or decides anything.
"""

from datetime import datetime

import msgspec
from msgspec import Struct

from holdfast.database.pool import Connection
from holdfast.desk.order import Buyer, OrderStatus

_FIND = """
SELECT
    order_id, event_id, status::text AS status, seat_count, total_amount, refunded_amount, currency,
    created_at, buyer::text AS buyer
FROM orders
WHERE
    ($1::integer IS NULL OR event_id = $1)
    AND (cardinality($2::text[]) = 0 OR status::text = ANY($2::text[]))
    AND (
        $3::text IS NULL
        OR order_id = $3
        OR buyer ->> 'name' ILIKE $4
        OR buyer ->> 'email' ILIKE $4
    )
    AND (created_at, order_id) < ($5, $6)
ORDER BY created_at DESC, order_id DESC
LIMIT $7
"""
_decode_buyer = msgspec.json.Decoder(Buyer).decode


class OrderLine(Struct, frozen=True):
    """An order in a list; `seat_count` counts what it holds or owns now."""

    order_id: str
    event_id: int
    status: OrderStatus
    seat_count: int
    total_amount: int
    refunded_amount: int
    currency: str
    created_at: datetime
    buyer: Buyer | None


class Search(Struct, frozen=True):
    """What is looked for: `words` are an order id, or part of a buyer's name or mail."""

    event_id: int | None = None
    statuses: tuple[OrderStatus, ...] = ()
    words: str | None = None


async def find_orders(
    connection: Connection, search: Search, before: tuple[datetime, str], limit: int
) -> list[OrderLine]:
    """The newest orders older than (created_at, order_id), `limit` at most."""
    words = search.words
    rows = await connection.fetch(
        _FIND,
        search.event_id,
        [status.value for status in search.statuses],
        words,
        None if words is None else f"%{_escaped(words)}%",
        *before,
        limit,
    )
    return [
        OrderLine(
            row["order_id"],
            row["event_id"],
            OrderStatus(row["status"]),
            row["seat_count"],
            row["total_amount"],
            row["refunded_amount"],
            row["currency"],
            row["created_at"],
            None if row["buyer"] is None else _decode_buyer(row["buyer"]),
        )
        for row in rows
    ]


def _escaped(words: str) -> str:
    """The words for LIKE, taken as they are."""
    return words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
