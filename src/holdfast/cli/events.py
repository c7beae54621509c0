"""`holdfast event create`: a chart becomes an event that can be sold."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cyclopts import Parameter, validators
from msgspec import Struct

from holdfast.cli.faults import Fault
from holdfast.cli.store import Data, print_json, progress_bar, run_on_store
from holdfast.database.pool import Connection
from holdfast.venues.chart import Chart
from holdfast.venues.price import DEFAULT_PRICE_TYPE, Price

Amount = Annotated[int, Parameter(validator=validators.Number(gte=0, lte=100_000_000))]
HoldSeconds = Annotated[int, Parameter(validator=validators.Number(gte=1, lte=86_400))]
OrderLimit = Annotated[int, Parameter(validator=validators.Number(gte=1, lte=500))]
Prices = Annotated[list[str] | None, Parameter(name="--price", negative="")]
Switch = Annotated[bool, Parameter(negative="")]

STARTS_IN_HOURS = 3  # where nobody says when: tonight


class Created(Struct):
    """What `event create` prints. `seats` are all places, standing ones included."""

    event_id: int
    name: str
    seats: int
    sections: int
    status: str


def create(
    *,
    chart: Annotated[Path, Parameter(help="Chart file, of any format that `chart check` takes.")],
    name: str,
    prices: Prices = None,
    default_price: Amount = 5000,
    currency: str = "EUR",
    starts_at: str | None = None,
    doors_at: str | None = None,
    on_sale: Switch = False,
    on_sale_at: str | None = None,
    hold_seconds: HoldSeconds = 600,
    order_limit: OrderLimit = 10,
    order_fee: Amount = 0,
    forbid_single_seats: Switch = False,
    venue: str | None = None,
    address: str = "",
    time_zone: str = "UTC",
    color: str | None = None,
    data: Data = None,
) -> None:
    """Create an event from a chart and print it as JSON.

    ```
    holdfast event create --chart house.json --name "Opening night" --on-sale
    holdfast event create --chart house.json --name "Aida" --price "Stalls=9500" \\
        --price "Stalls:child=4500" --default-price 6000 --starts-at 2027-03-01T19:30
    ```

    Parameters
    ----------
    name:
        Name of the event.
    prices:
        CATEGORY=AMOUNT or CATEGORY:TYPE=AMOUNT in minor units (5000 is 50.00); repeat it.
    default_price:
        For adults in every category that no --price names.
    currency:
        Three letters.
    starts_at:
        As 2027-03-01T19:30, in the venue's time zone unless it says another; else in three hours.
    doors_at:
        When the doors open; else an hour before the start, or now where no start is given.
    on_sale:
        Put it on sale; without, it stays a draft.
    on_sale_at:
        Nothing can be held before.
    hold_seconds:
        How long a hold lasts.
    order_limit:
        Most places that one buyer may have.
    order_fee:
        Fee per order, minor units.
    forbid_single_seats:
        Refuse holds that leave one free seat alone.
    venue:
        Name of the venue; found by it, or made; else the chart's name.
    address:
        Address of a venue that is made.
    time_zone:
        Time zone of a venue that is made, as Europe/Berlin.
    color:
        Accent of the event's pages, as #7a2e4d.
    """
    from holdfast.desk.order import EventStatus
    from holdfast.venues.catalogue import read_venue
    from holdfast.venues.chart_file import read_chart
    from holdfast.venues.chart_store import save_chart
    from holdfast.venues.floor_plan import floor_plan
    from holdfast.venues.new_event import (
        DEFAULT_COLOR,
        NewEvent,
        create_event,
        create_venue,
        find_venue,
    )

    with progress_bar() as bar:
        step = bar.add_task(f"Reading {chart.name}", total=3)
        house = read_chart(chart)
        priced = price_list(house, prices or (), default_price)
        check_terms(currency, color)
        plan = floor_plan(house)
        bar.update(step, advance=1, description="Opening the database")

        async def work(connection: Connection, now: datetime) -> Created:
            bar.update(step, advance=1, description=f"Creating {plan.seat_count} places")
            venue_name = venue or house.name
            venue_id = await find_venue(connection, venue_name)
            if venue_id is None:
                venue_id = await create_venue(connection, venue_name, address, time_zone, now)
            found = await read_venue(connection, venue_id)
            assert found is not None, "it was found or made"
            start, doors = times(starts_at, doors_at, now, found.time_zone)
            new = NewEvent(
                name=name,
                venue_id=venue_id,
                chart_sha256=await save_chart(connection, house, now),
                doors_open=doors,
                start_time=start,
                prices=priced,
                currency=currency,
                on_sale_at=moment(on_sale_at, found.time_zone) if on_sale_at else None,
                hold_seconds=hold_seconds,
                order_limit=order_limit,
                order_fee_amount=order_fee,
                forbid_single_seats=forbid_single_seats,
                color=color or DEFAULT_COLOR,
                status=EventStatus.ON_SALE if on_sale else EventStatus.DRAFT,
            )
            event_id = await create_event(connection, new, plan, now)
            sections = len(plan.section_ids)
            return Created(event_id, name, plan.seat_count, sections, new.status.value)

        created = run_on_store(data, work)
    print_json(created)


def price_list(chart: Chart, given: Iterable[str], default_amount: int) -> tuple[Price, ...]:
    """The prices as given on the command line, adults first, the default where none is named.

    Raises Fault for what is no price, and for a category that the chart hasn't.
    """
    known = [category.name for category in chart.categories]
    named: dict[str, list[Price]] = {category: [] for category in known}
    for text in given:
        place, equals, amount = text.rpartition("=")
        if not equals or not amount.isascii() or not amount.isdigit() or len(amount) > 9:
            raise Fault(f'--price {text!r}: write CATEGORY=AMOUNT, as "Stalls=5000" for 50.00.')
        category, price_type = _category_and_type(place, known)
        if any(price.price_type == price_type for price in named[category]):
            raise Fault(f"--price: {category} has two prices for {price_type}.")
        named[category].append(Price(category, price_type, int(amount)))
    for category, prices in named.items():
        if not any(price.price_type == DEFAULT_PRICE_TYPE for price in prices):
            prices.append(Price(category, DEFAULT_PRICE_TYPE, default_amount))
        prices.sort(key=lambda price: price.price_type != DEFAULT_PRICE_TYPE)
    return tuple(price for prices in named.values() for price in prices)


def _category_and_type(place: str, known: Sequence[str]) -> tuple[str, str]:
    if place in known:
        return place, DEFAULT_PRICE_TYPE
    category, _, price_type = place.rpartition(":")
    if category in known and price_type:
        return category, price_type
    names = ", ".join(known)
    raise Fault(f"--price: the chart has no category {place!r}. It has: {names}.")


def check_terms(currency: str, color: str | None) -> None:
    """Raises Fault where these cannot be right."""
    if len(currency) != 3 or not currency.isascii() or not currency.isupper():
        raise Fault("--currency has three capital letters, as EUR.")
    if color is not None:
        digits = color[1:]
        if len(color) != 7 or color[0] != "#" or set(digits) - set("0123456789abcdef"):
            raise Fault("--color is written as #7a2e4d, in small letters.")


def times(
    starts_at: str | None, doors_at: str | None, now: datetime, time_zone: str
) -> tuple[datetime, datetime]:
    """Start and doors. Raises Fault for a time that is none."""
    if starts_at is None:
        full_hour = now.replace(minute=0, second=0, microsecond=0)
        start = full_hour + timedelta(hours=STARTS_IN_HOURS)
        doors = now
    else:
        start = moment(starts_at, time_zone)
        doors = start - timedelta(hours=1)
    return start, moment(doors_at, time_zone) if doors_at else doors


def moment(text: str, time_zone: str) -> datetime:
    """A time as typed, in UTC; without an offset it is the venue's. Raises Fault."""
    try:
        zone = ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        raise Fault(f"There is no time zone {time_zone!r}; Europe/Berlin is one.") from None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise Fault(f"{text!r} is no time; write it as 2027-03-01T19:30.") from None
    return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)
