"""Houses on sale to be measured with, built in one go."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from msgspec import Struct

from holdfast.database.clock import Clock
from holdfast.database.connection import Connection
from holdfast.desk.order import EventStatus
from holdfast.venues.chart_store import save_chart
from holdfast.venues.floor_plan import floor_plan
from holdfast.venues.generate import Kind, generate_chart
from holdfast.venues.new_event import NewEvent, create_event, create_venue
from holdfast.venues.price import Price

HOLD_SECONDS: Final = 1_800  # longer than any run: nothing expires unless the measure wants it

# The seats of one event over again, for many events: their rows are all that is needed to make
# tables and indexes as large as a season's.
_CLONE_EVENTS: Final = """
INSERT INTO event (
    name, venue_id, chart_sha256, event_date, doors_open, start_time, status, total_capacity,
    currency, on_sale_at, hold_seconds, order_limit, order_fee_amount, forbid_single_seats, color,
    created_at
)
SELECT
    name, venue_id, chart_sha256, event_date, doors_open, start_time, status, total_capacity,
    currency, on_sale_at, hold_seconds, order_limit, order_fee_amount, forbid_single_seats, color,
    created_at
FROM event, generate_series(1, $2)
WHERE event_id = $1
RETURNING event_id
"""
_CLONE_SECTIONS: Final = """
INSERT INTO section (
    event_id, section_id, venue_id, name, capacity, base_price, available_count
)
SELECT e, section_id, venue_id, name, capacity, base_price, available_count
FROM section, unnest($2::integer[]) AS e
WHERE event_id = $1
"""
_CLONE_PRICES: Final = """
INSERT INTO price (
    event_id, category, price_type, position, amount, fee_fixed, fee_basis_points,
    tax_basis_points, rounding
)
SELECT
    e, category, price_type, position, amount, fee_fixed, fee_basis_points, tax_basis_points,
    rounding
FROM price, unnest($2::integer[]) AS e
WHERE event_id = $1
"""
_CLONE_DESK: Final = """
INSERT INTO desk (event_id, epoch, version, status, last_at)
SELECT e, epoch, version, status, last_at
FROM desk, unnest($2::integer[]) AS e
WHERE event_id = $1
"""
_CLONE_SEATS: Final = """
INSERT INTO seat (event_id, seat_id, section_id, "row", seat_number, category, status)
SELECT $2, seat_id, section_id, "row", seat_number, category, status
FROM seat
WHERE event_id = $1
"""


class House(Struct, frozen=True):
    """A chart to be generated. Another seed, another chart."""

    kind: Kind
    seats: int
    seed: int = 1


async def open_events(
    connection: Connection,
    houses: Sequence[House],
    *,
    hold_seconds: int = HOLD_SECONDS,
    order_limit: int = 10,
) -> tuple[int, ...]:
    """Put one event in each house on sale at 50.00 and a fee; returns their event_ids in order."""
    event_ids: list[int] = []
    charts = {house: generate_chart(house.kind, house.seats, house.seed) for house in set(houses)}
    plans = {house: floor_plan(chart) for house, chart in charts.items()}
    async with connection.transaction():
        now = await Clock().now(connection)
        venue_id = await create_venue(connection, "The Bench", "Market Square 1", "Etc/UTC", now)
        for number, house in enumerate(houses, 1):
            plan = plans[house]
            new = NewEvent(
                name=f"Evening {number}",
                venue_id=venue_id,
                chart_sha256=await save_chart(connection, charts[house], now),
                doors_open=now + timedelta(days=30),
                start_time=now + timedelta(days=30, hours=1),
                prices=tuple(
                    Price(category, "adult", 5_000, fee_fixed=150, tax_basis_points=700)
                    for category in plan.categories
                ),
                hold_seconds=hold_seconds,
                order_limit=order_limit,
                status=EventStatus.ON_SALE,
            )
            event_ids.append(await create_event(connection, new, plan, now))
    return tuple(event_ids)


async def repeat_event(connection: Connection, event_id: int, times: int) -> tuple[int, ...]:
    """Put the same evening on sale that many times more; returns the new event_ids."""
    rows = await connection.fetch(_CLONE_EVENTS, event_id, times)
    event_ids = [row["event_id"] for row in rows]
    for statement in (_CLONE_SECTIONS, _CLONE_PRICES, _CLONE_DESK):
        await connection.execute(statement, event_id, event_ids)
    for clone in event_ids:
        await connection.execute(_CLONE_SEATS, event_id, clone)
    return tuple(event_ids)
