"""Making a venue and an event: the rows of its sections, seats and prices, and its desk.

An event is whole or not there. Its chart never changes afterwards; its terms may until the first
order (event_terms.py). Faults are refused before anything is written.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo, available_timezones

from msgspec import Struct

from holdfast.database.pool import Connection
from holdfast.desk.order import EventStatus
from holdfast.refusals import Refusal
from holdfast.venues.floor_plan import STANDING, FloorPlan
from holdfast.venues.price import Price, PriceList

DEFAULT_COLOR = "#7a2e4d"
INSERT_SECONDS_MAX = 60.0  # 250,000 seats take a few seconds

_INSERT_VENUE = """
INSERT INTO venue (name, address, time_zone, total_seats, created_at)
VALUES ($1, $2, $3, 0, $4)
RETURNING venue_id
"""
_VENUE_NAMED = "SELECT venue_id FROM venue WHERE name = $1 ORDER BY venue_id LIMIT 1"
_TIME_ZONE = "SELECT time_zone FROM venue WHERE venue_id = $1"
_GROW_VENUE = "UPDATE venue SET total_seats = greatest(total_seats, $2) WHERE venue_id = $1"
_INSERT_EVENT = """
INSERT INTO event (
    name, venue_id, chart_sha256, event_date, doors_open, start_time, status, total_capacity,
    currency, on_sale_at, hold_seconds, order_limit, order_fee_amount, forbid_single_seats, color,
    created_at
)
VALUES ($1, $2, $3, $4, $5, $6, $7::event_status, $8, $9, $10, $11, $12, $13, $14, $15, $16)
RETURNING event_id
"""
_INSERT_DESK = """
INSERT INTO desk (event_id, epoch, version, status, last_at)
VALUES ($1, 1, 0, 'OPEN', $2)
"""
_INSERT_PRICE = """
INSERT INTO price (
    event_id, position, category, price_type, amount, fee_fixed, fee_basis_points,
    tax_basis_points, rounding
)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
"""
_SECTION_COLUMNS = (
    "event_id", "section_id", "venue_id", "name", "capacity", "base_price", "available_count",
)  # fmt: skip
_SEAT_COLUMNS = (
    "event_id", "seat_id", "section_id", "row", "seat_number", "category", "status",
)  # fmt: skip


class NewEvent(Struct, frozen=True, kw_only=True):
    """The terms of an event to be made. Times are aware; money in minor units of `currency`."""

    name: str
    venue_id: int
    chart_sha256: str
    doors_open: datetime
    start_time: datetime
    prices: tuple[Price, ...]
    currency: str = "EUR"
    on_sale_at: datetime | None = None
    hold_seconds: int = 600
    order_limit: int = 10
    order_fee_amount: int = 0
    forbid_single_seats: bool = False
    color: str = DEFAULT_COLOR
    status: EventStatus = EventStatus.DRAFT


async def create_venue(
    connection: Connection, name: str, address: str, time_zone: str, now: datetime
) -> int:
    """Make a venue; returns its venue_id. Refuses a time zone that does not exist."""
    if time_zone not in available_timezones():
        raise Refusal(
            "invalid_request", f"There is no time zone {time_zone!r}; Europe/Berlin is one."
        )
    return await connection.fetchval(_INSERT_VENUE, name, address, time_zone, now)


async def find_venue(connection: Connection, name: str) -> int | None:
    """The oldest venue of this name, or None."""
    return await connection.fetchval(_VENUE_NAMED, name)


async def create_event(
    connection: Connection, new: NewEvent, plan: FloorPlan, now: datetime
) -> int:
    """Make the event with all its rows; returns its event_id. The caller's transaction commits.

    `plan` is the floor plan of the chart, which is in the database. Refuses invalid_request for an
    unknown venue, prices that do not fit the chart, and doors that open after the start.
    """
    if new.doors_open > new.start_time:
        raise Refusal("invalid_request", "doors_open must not be later than start_time.")
    check_prices(plan.categories, new.prices)
    time_zone = await connection.fetchval(_TIME_ZONE, new.venue_id)
    if time_zone is None:
        raise Refusal("invalid_request", f"There is no venue {new.venue_id}.")
    event_id: int = await connection.fetchval(
        _INSERT_EVENT,
        new.name,
        new.venue_id,
        new.chart_sha256,
        new.start_time.astimezone(ZoneInfo(time_zone)).date(),
        new.doors_open,
        new.start_time,
        new.status.value,
        plan.seat_count,
        new.currency,
        new.on_sale_at,
        new.hold_seconds,
        new.order_limit,
        new.order_fee_amount,
        new.forbid_single_seats,
        new.color,
        now,
    )
    await connection.execute(_GROW_VENUE, new.venue_id, plan.seat_count)
    await insert_prices(connection, event_id, new.prices)
    await _insert_sections(connection, event_id, new, plan)
    await _insert_seats(connection, event_id, plan)
    await connection.execute(_INSERT_DESK, event_id, now)
    return event_id


def check_prices(categories: Sequence[str], prices: Iterable[Price]) -> None:
    """Refuse prices of categories that the chart hasn't, twice the same, and categories without."""
    seen: set[tuple[str, str]] = set()
    for price in prices:
        if price.category not in categories:
            known = ", ".join(repr(category) for category in categories)
            raise Refusal(
                "invalid_request", f"The chart has no category {price.category!r}; it has {known}."
            )
        if (price.category, price.price_type) in seen:
            raise Refusal(
                "invalid_request", f"{price.category} has two prices for {price.price_type}."
            )
        seen.add((price.category, price.price_type))
    priced = {category for category, _ in seen}
    for category in categories:
        if category not in priced:
            raise Refusal("invalid_request", f"The category {category!r} has no price.")


async def insert_prices(connection: Connection, event_id: int, prices: Iterable[Price]) -> None:
    """Write the price list in this order."""
    rows = [
        (
            event_id,
            position,
            price.category,
            price.price_type,
            price.amount,
            price.fee_fixed,
            price.fee_basis_points,
            price.tax_basis_points,
            price.rounding,
        )
        for position, price in enumerate(prices)
    ]
    await connection.executemany(_INSERT_PRICE, rows)


def base_prices(plan: FloorPlan, prices: PriceList) -> dict[int, int]:
    """The lowest all-in price of each section, minor units."""
    lowest: dict[int, int] = {}
    for section_id, category in set(zip(plan.section_of, plan.category_of, strict=True)):
        total = prices.lowest_total(plan.categories[category])
        assert total is not None, "every category has a price"
        lowest[section_id] = min(total, lowest.get(section_id, total))
    return lowest


async def _insert_sections(
    connection: Connection, event_id: int, new: NewEvent, plan: FloorPlan
) -> None:
    lowest = base_prices(plan, PriceList(new.prices))
    capacities = zip(plan.section_ids, plan.section_names, plan.section_capacities, strict=True)
    await connection.copy_records_to_table(
        "section",
        columns=_SECTION_COLUMNS,
        records=[
            (event_id, section_id, new.venue_id, name, places, lowest.get(section_id, 0), places)
            for section_id, name, places in capacities
        ],
    )


async def _insert_seats(connection: Connection, event_id: int, plan: FloorPlan) -> None:
    def record(seat_id: int) -> tuple[object, ...]:
        standing = plan.attributes[seat_id] & STANDING
        return (
            event_id,
            seat_id,
            plan.section_of[seat_id],
            None if standing else plan.row_name(seat_id),
            None if standing else plan.seat_number(seat_id),
            plan.category(seat_id),
            "AVAILABLE",
        )

    await connection.copy_records_to_table(
        "seat",
        columns=_SEAT_COLUMNS,
        records=[record(seat_id) for seat_id in range(plan.seat_count)],
        timeout=INSERT_SECONDS_MAX,
    )
