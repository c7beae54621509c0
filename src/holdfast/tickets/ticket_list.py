"""Tickets as their holders see them: the place in words, the barcode, whether it still admits.

Read straight from the database for one order or one ticket; nothing is decided or changed here, and
who may see them is for the caller to check.
"""

from datetime import datetime
from typing import Any

from msgspec import Struct

from holdfast.database.pool import Connection
from holdfast.ids import event_of_order, item_number, order_of

_OF_ORDER = """
SELECT
    t.ticket_id, t.order_item_id AS item_id, t.seat_id, c.name AS section, s."row", s.seat_number,
    t.barcode, t.is_valid, t.scanned_at
FROM ticket AS t
JOIN seat AS s ON s.event_id = $1 AND s.seat_id = t.seat_id
JOIN section AS c ON c.event_id = $1 AND c.section_id = s.section_id
WHERE t.event_id = $1 AND t.order_id = $2
"""
_EVENING = """
SELECT
    e.name, e.status::text AS status, e.doors_open, e.start_time, e.created_at, e.color,
    v.name AS venue_name, v.address AS venue_address, v.time_zone
FROM event AS e
JOIN venue AS v ON v.venue_id = e.venue_id
WHERE e.event_id = $1
"""


class TicketLine(Struct, gc=False, frozen=True):
    """One ticket as API.md shows it; standing places have neither row nor seat_number."""

    ticket_id: str
    item_id: str
    seat_id: int
    section: str
    row: str | None
    seat_number: str | None
    barcode: str
    is_valid: bool
    scanned_at: datetime | None

    @property
    def place(self) -> str:
        """The place as one says it: "Stalls, row F, seat 12"."""
        words = [self.section]
        if self.row is not None:
            words.append(f"row {self.row}")
        if self.seat_number is not None:
            words.append(f"seat {self.seat_number}")
        return ", ".join(words)


class Evening(Struct, frozen=True):
    """What a ticket is for; times are aware UTC, `time_zone` is the venue's IANA name."""

    name: str
    status: str
    doors_open: datetime
    start_time: datetime
    created_at: datetime
    venue_name: str
    venue_address: str
    time_zone: str
    color: str = "#000000"


async def ticket_list(connection: Connection, order_id: str) -> list[TicketLine]:
    """Every ticket of the order, valid or not, in the order of its items; [] where it has none."""
    event_id = event_of_order(order_id)
    if event_id is None:
        return []
    rows = await connection.fetch(_OF_ORDER, event_id, order_id)
    return sorted([line_of_row(row) for row in rows], key=lambda line: item_number(line.ticket_id))


async def find_ticket(connection: Connection, ticket_id: str) -> TicketLine | None:
    """One ticket by its id, or None. Its order is `ids.order_of(ticket_id)`."""
    order_id = order_of(ticket_id)
    if order_id is None:
        return None
    lines = await ticket_list(connection, order_id)
    return next((line for line in lines if line.ticket_id == ticket_id), None)


async def read_evening(connection: Connection, event_id: int) -> Evening | None:
    """What the tickets of this event are for, or None where there is no such event."""
    row = await connection.fetchrow(_EVENING, event_id)
    return None if row is None else Evening(**dict(row.items()))


def line_of_row(row: Any) -> TicketLine:
    """A ticket line from a row with columns of these names."""
    return TicketLine(
        row["ticket_id"],
        row["item_id"],
        row["seat_id"],
        row["section"],
        row["row"],
        row["seat_number"],
        row["barcode"],
        row["is_valid"],
        row["scanned_at"],
    )
