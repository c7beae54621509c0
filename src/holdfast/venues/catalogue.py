"""What is on: venues, events and their sections, as they are read for showing.

Nothing here decides a sale: what is read is as old as its commit, and a hold never asks it.
"""

from collections.abc import Iterable
from datetime import date, datetime

from msgspec import Struct

from holdfast.database.pool import Connection, Record
from holdfast.desk.order import EventStatus

_EVENTS = """
SELECT
    e.event_id, e.name, e.event_date, e.doors_open, e.start_time, e.status::text AS status,
    e.total_capacity, e.currency, e.order_limit, e.hold_seconds, e.on_sale_at,
    e.order_fee_amount, e.forbid_single_seats, e.color, e.chart_sha256,
    v.venue_id, v.name AS venue_name, v.address, v.time_zone, v.total_seats
FROM event AS e
JOIN venue AS v ON v.venue_id = e.venue_id
WHERE (e.start_time, e.event_id) > ($1, $2) AND e.status::text = ANY($3::text[])
ORDER BY e.start_time, e.event_id
LIMIT $4
"""
_EVENT = """
SELECT
    e.event_id, e.name, e.event_date, e.doors_open, e.start_time, e.status::text AS status,
    e.total_capacity, e.currency, e.order_limit, e.hold_seconds, e.on_sale_at,
    e.order_fee_amount, e.forbid_single_seats, e.color, e.chart_sha256,
    v.venue_id, v.name AS venue_name, v.address, v.time_zone, v.total_seats
FROM event AS e
JOIN venue AS v ON v.venue_id = e.venue_id
WHERE e.event_id = $1
"""
_COUNTS = """
SELECT event_id, min(base_price) AS price_from, sum(available_count)::integer AS available_count
FROM section
WHERE event_id = ANY($1::integer[])
GROUP BY event_id
"""
_SECTIONS = """
SELECT section_id, name, capacity, base_price, available_count
FROM section
WHERE event_id = $1
ORDER BY section_id
"""
_VENUES = """
SELECT venue_id, name AS venue_name, address, time_zone, total_seats
FROM venue
WHERE venue_id > $1
ORDER BY venue_id
LIMIT $2
"""
_VENUE = """
SELECT venue_id, name AS venue_name, address, time_zone, total_seats
FROM venue
WHERE venue_id = $1
"""
_CHART_OF_EVENT = "SELECT chart_sha256 FROM event WHERE event_id = $1"


class Venue(Struct, frozen=True):
    """A house. `time_zone` is an IANA name; `total_seats` counts its largest chart."""

    venue_id: int
    name: str
    address: str
    time_zone: str
    total_seats: int


class Event(Struct, frozen=True):
    """One evening. Money in minor units of `currency`; `price_from` is the lowest all-in price."""

    event_id: int
    name: str
    venue: Venue
    event_date: date
    doors_open: datetime
    start_time: datetime
    status: EventStatus
    total_capacity: int
    available_count: int
    price_from: int
    currency: str
    order_limit: int
    hold_seconds: int
    on_sale_at: datetime | None
    order_fee_amount: int
    forbid_single_seats: bool
    color: str
    chart_sha256: str


class Section(Struct, frozen=True):
    """A part of the house; `base_price` is its lowest all-in price."""

    section_id: int
    name: str
    capacity: int
    base_price: int
    available_count: int


async def list_events(
    connection: Connection,
    after: tuple[datetime, int],
    statuses: Iterable[EventStatus],
    limit: int,
) -> list[Event]:
    """Events of these statuses by start time, from the one after (start_time, event_id)."""
    wanted = [status.value for status in statuses]
    return await _events(connection, await connection.fetch(_EVENTS, *after, wanted, limit))


async def read_event(connection: Connection, event_id: int) -> Event | None:
    """The event, or None where there is none."""
    events = await _events(connection, await connection.fetch(_EVENT, event_id))
    return events[0] if events else None


async def chart_of_event(connection: Connection, event_id: int) -> str | None:
    """The sha256 of the event's chart, which never changes; None where there is no such event."""
    return await connection.fetchval(_CHART_OF_EVENT, event_id)


async def read_sections(connection: Connection, event_id: int) -> list[Section]:
    """The sections of an event in chart order; empty where there is no such event."""
    return [Section(*row) for row in await connection.fetch(_SECTIONS, event_id)]


async def list_venues(connection: Connection, after: int, limit: int) -> list[Venue]:
    """Venues in order of their ids, from the one after `after`."""
    return [_venue(row) for row in await connection.fetch(_VENUES, after, limit)]


async def read_venue(connection: Connection, venue_id: int) -> Venue | None:
    """The venue, or None where there is none."""
    row = await connection.fetchrow(_VENUE, venue_id)
    return None if row is None else _venue(row)


async def _events(connection: Connection, rows: list[Record]) -> list[Event]:
    counts = {
        row["event_id"]: (row["price_from"], row["available_count"])
        for row in await connection.fetch(_COUNTS, [row["event_id"] for row in rows])
    }
    return [_event(row, *counts[row["event_id"]]) for row in rows]


def _event(row: Record, price_from: int, available_count: int) -> Event:
    return Event(
        event_id=row["event_id"],
        name=row["name"],
        venue=_venue(row),
        event_date=row["event_date"],
        doors_open=row["doors_open"],
        start_time=row["start_time"],
        status=EventStatus(row["status"]),
        total_capacity=row["total_capacity"],
        available_count=available_count,
        price_from=price_from,
        currency=row["currency"],
        order_limit=row["order_limit"],
        hold_seconds=row["hold_seconds"],
        on_sale_at=row["on_sale_at"],
        order_fee_amount=row["order_fee_amount"],
        forbid_single_seats=row["forbid_single_seats"],
        color=row["color"],
        chart_sha256=row["chart_sha256"],
    )


def _venue(row: Record) -> Venue:
    return Venue(
        row["venue_id"], row["venue_name"], row["address"], row["time_zone"], row["total_seats"]
    )
