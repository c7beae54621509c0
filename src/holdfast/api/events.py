"""What is on: events, their prices and how much is left."""

from datetime import UTC, date, datetime
from typing import Annotated, Any

from litestar import Response
from litestar.params import FromPath, FromQuery
from msgspec import Meta, Struct

from holdfast.api.answer import cacheable
from holdfast.api.demand import demanded_version, read_at_least
from holdfast.api.paging import Cursor, Limit, after, cursor_of
from holdfast.api.paths import Number, event_number
from holdfast.api.request import ApiRequest
from holdfast.config import EVENT_MAX_AGE_SECONDS, LIST_LIMIT_DEFAULT
from holdfast.desk.load import load_prices
from holdfast.desk.order import EventStatus
from holdfast.refusals import Refusal
from holdfast.venues import catalogue
from holdfast.venues.catalogue import Event, Venue
from holdfast.venues.price import PriceList

START = (datetime(1970, 1, 1, tzinfo=UTC), 1)
_SHOWN = tuple(status for status in EventStatus if status is not EventStatus.DRAFT)
Place = tuple[Annotated[datetime, Meta(tz=True)], Number]


class VenueAnswer(Struct):
    """A house. `seating_map_url` is a drawing of it (SVG)."""

    venue_id: int
    name: str
    address: str
    time_zone: str
    total_seats: int
    seating_map_url: str | None


class EventAnswer(Struct):
    """One evening. Times in UTC; money in minor units of `currency`. `price_from` is the lowest
    all-in price; nothing can be held before `on_sale_at`."""

    event_id: int
    name: str
    venue: VenueAnswer
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
    color: str
    chart_url: str


class EventList(Struct):
    """A page of events, by start time."""

    events: list[EventAnswer]
    next: str | None


class PriceAnswer(Struct):
    """What one place costs. People see `total`; the first type of a category is the usual one."""

    category: str
    price_type: str
    amount: int
    fee_amount: int
    tax_amount: int
    total: int


class PricesAnswer(Struct):
    """Every price of an event, and the fee that comes once per order. Minor units."""

    currency: str
    order_fee_amount: int
    prices: list[PriceAnswer]


async def list_events(
    request: ApiRequest,
    status: FromQuery[tuple[EventStatus, ...]] = (),
    cursor: Cursor = "",
    limit: Limit = LIST_LIMIT_DEFAULT,
) -> Response[Any]:
    """Events by start time, drafts left out; of some statuses where they are named."""
    place = after(cursor, Place, START)
    wanted = [shown for shown in _SHOWN if not status or shown in status]
    found = await request.parts.database.read(
        lambda connection: catalogue.list_events(connection, place, wanted, limit + 1),
        from_primary=demanded_version(request.sent) > 0,
    )
    page = found[:limit]
    more = cursor_of(page[-1].start_time, page[-1].event_id) if len(found) > limit else None
    listed = EventList([event_answer(event) for event in page], more)
    return cacheable(request, listed, EVENT_MAX_AGE_SECONDS)


async def read_event(request: ApiRequest, event_id: FromPath[int]) -> Response[Any]:
    """One event."""
    event = await find_event(request, event_id)
    return cacheable(request, event_answer(event), EVENT_MAX_AGE_SECONDS)


async def read_prices(request: ApiRequest, event_id: FromPath[int]) -> Response[Any]:
    """The event's prices, in the organiser's order."""
    event = await find_event(request, event_id)
    prices = await read_at_least(request, event.event_id, load_prices)
    return cacheable(request, prices_answer(event, prices), EVENT_MAX_AGE_SECONDS)


async def find_event(request: ApiRequest, event_id: int) -> Event:
    """The event of an address. Refuses not_found."""
    number = event_number(event_id)
    event = await read_at_least(request, number, catalogue.read_event)
    if event is None:
        raise Refusal("not_found", "There is no such event.")
    return event


def event_answer(event: Event) -> EventAnswer:
    """An event as everybody sees it."""
    chart_url = f"/api/v1/charts/{event.chart_sha256}"
    return EventAnswer(
        event_id=event.event_id,
        name=event.name,
        venue=venue_answer(event.venue, f"{chart_url}.svg"),
        event_date=event.event_date,
        doors_open=event.doors_open,
        start_time=event.start_time,
        status=event.status,
        total_capacity=event.total_capacity,
        available_count=event.available_count,
        price_from=event.price_from,
        currency=event.currency,
        order_limit=event.order_limit,
        hold_seconds=event.hold_seconds,
        on_sale_at=event.on_sale_at,
        color=event.color,
        chart_url=chart_url,
    )


def venue_answer(venue: Venue, seating_map_url: str | None) -> VenueAnswer:
    """A venue as everybody sees it."""
    return VenueAnswer(
        venue.venue_id,
        venue.name,
        venue.address,
        venue.time_zone,
        venue.total_seats,
        seating_map_url,
    )


def prices_answer(event: Event, prices: PriceList) -> PricesAnswer:
    """A price list as everybody sees it."""
    return PricesAnswer(
        event.currency,
        event.order_fee_amount,
        [
            PriceAnswer(p.category, p.price_type, p.amount, p.fee_amount, p.tax_amount, p.total)
            for p in prices.prices
        ],
    )
