"""The organiser's events: made, listed, changed while they may be."""

from datetime import datetime, timedelta
from typing import Annotated, Any

import msgspec
from litestar import Response
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import UNSET, Meta, Struct, UnsetType

from holdfast.api.admin import own_event, require_all_events
from holdfast.api.answer import answer
from holdfast.api.choice import Money
from holdfast.api.events import START, EventAnswer, Place, PricesAnswer, event_answer, prices_answer
from holdfast.api.fields import (
    BasisPoints,
    Color,
    Currency,
    HoldSeconds,
    Moment,
    Name,
    OrderLimit,
    Rounding,
    Sha256,
)
from holdfast.api.idempotency import NO_EVENT, do_once, organiser_repeat
from holdfast.api.paging import Cursor, Limit, after, cursor_of
from holdfast.api.paths import Number
from holdfast.api.request import ApiRequest
from holdfast.config import LIST_LIMIT_DEFAULT, PRICES_MAX
from holdfast.database.pool import Connection
from holdfast.desk.load import load_prices
from holdfast.desk.new_terms import change_terms
from holdfast.desk.order import EventStatus
from holdfast.refusals import Refusal
from holdfast.venues import catalogue
from holdfast.venues.catalogue import Event
from holdfast.venues.event_terms import FIXED_FIELDS, change_fields, replace_prices
from holdfast.venues.new_event import DEFAULT_COLOR, NewEvent, create_event
from holdfast.venues.price import DEFAULT_PRICE_TYPE, Price

PriceType = Annotated[str, Meta(min_length=1, max_length=60)]


class PriceRequest(Struct, forbid_unknown_fields=True):
    """One price, net, minor units. The fee is a fixed part and a share of the amount in basis
    points, rounded to a multiple of `rounding`; tax is a share of both."""

    category: Name
    amount: Money
    price_type: PriceType = DEFAULT_PRICE_TYPE
    fee_fixed: Money = 0
    fee_basis_points: BasisPoints = 0
    tax_basis_points: BasisPoints = 0
    rounding: Rounding = 1

    def price(self) -> Price:
        return Price(**msgspec.structs.asdict(self))


PriceRequests = Annotated[list[PriceRequest], Meta(min_length=1, max_length=PRICES_MAX)]


class EventRequest(Struct, forbid_unknown_fields=True, kw_only=True):
    """An event to be made. `doors_open` is an hour before the start where it is left out. Every
    category of the chart needs a price; a category's first one is used where none is named."""

    name: Name
    venue_id: Number
    chart_sha256: Sha256
    start_time: Moment
    prices: PriceRequests
    doors_open: Moment | None = None
    currency: Currency = "EUR"
    on_sale_at: Moment | None = None
    hold_seconds: HoldSeconds = 600
    order_limit: OrderLimit = 10
    order_fee_amount: Money = 0
    forbid_single_seats: bool = False
    color: Color = DEFAULT_COLOR


class EventChange(Struct, forbid_unknown_fields=True, kw_only=True):
    """Fields to be changed; what is left out stays. `currency` and `order_fee_amount` are fixed
    from the first order on."""

    name: Name | UnsetType = UNSET
    doors_open: Moment | UnsetType = UNSET
    start_time: Moment | UnsetType = UNSET
    currency: Currency | UnsetType = UNSET
    on_sale_at: Moment | UnsetType | None = UNSET
    hold_seconds: HoldSeconds | UnsetType = UNSET
    order_limit: OrderLimit | UnsetType = UNSET
    order_fee_amount: Money | UnsetType = UNSET
    forbid_single_seats: bool | UnsetType = UNSET
    color: Color | UnsetType = UNSET


class PriceListRequest(Struct, forbid_unknown_fields=True):
    """The whole price list, in order."""

    prices: PriceRequests


class OrganisersEvent(EventAnswer):
    """An event with what only its organiser sees."""

    order_fee_amount: int
    forbid_single_seats: bool


class OrganisersEventList(Struct):
    """A page of events of any status, by start time."""

    events: list[OrganisersEvent]
    next: str | None


async def list_events(
    request: ApiRequest,
    status: FromQuery[tuple[EventStatus, ...]] = (),
    cursor: Cursor = "",
    limit: Limit = LIST_LIMIT_DEFAULT,
) -> Response[Any]:
    """Events of every status, drafts too."""
    require_all_events(request)
    place = after(cursor, Place, START)
    wanted = status or tuple(EventStatus)
    async with request.parts.database.pool.acquire() as connection:
        found = await catalogue.list_events(connection, place, wanted, limit + 1)
    page = found[:limit]
    more = cursor_of(page[-1].start_time, page[-1].event_id) if len(found) > limit else None
    return answer(OrganisersEventList([shown(event) for event in page], more))


async def create(request: ApiRequest, data: JSONBody[EventRequest]) -> Response[Any]:
    """Make an event as a draft, with all its seats."""
    require_all_events(request)
    repeat = organiser_repeat(request, "/admin/events", data, 201)
    parts = request.parts
    async with parts.database.pool.acquire() as connection, connection.transaction():
        now = await parts.clock.now(connection)

        async def make() -> str:
            return str(await _create(request, connection, data, now))

        made, replayed = await do_once(connection, NO_EVENT, repeat, now, make)
        event = await _event(connection, int(made))
    return answer(shown(event), 201, replayed=replayed)


async def read(request: ApiRequest, event_id: FromPath[int]) -> Response[Any]:
    """One event, whatever its status."""
    number = own_event(request, event_id)
    async with request.parts.database.pool.acquire() as connection:
        return answer(shown(await _event(connection, number)))


async def change(
    request: ApiRequest, event_id: FromPath[int], data: JSONBody[EventChange]
) -> Response[Any]:
    """Change some fields; open desks take them up at once."""
    number = own_event(request, event_id)
    changes = {
        name: value for name, value in msgspec.structs.asdict(data).items() if value != UNSET
    }

    async def write(connection: Connection, now: datetime) -> None:
        del now
        await change_fields(connection, number, changes)

    parts = request.parts
    fixed = bool(FIXED_FIELDS & changes.keys())
    version = await change_terms(parts.database, parts.clock, number, write, fixed=fixed)
    async with parts.database.pool.acquire() as connection:
        return answer(shown(await _event(connection, number)), version=version)


async def replace_price_list(
    request: ApiRequest, event_id: FromPath[int], data: JSONBody[PriceListRequest]
) -> Response[Any]:
    """Put another price list in place of the event's, until the first order."""
    number = own_event(request, event_id)
    prices = [price.price() for price in data.prices]
    parts = request.parts

    async def write(connection: Connection, now: datetime) -> None:
        del now
        plan = await parts.plans.read(connection, number)
        await replace_prices(connection, number, plan, prices)

    version = await change_terms(parts.database, parts.clock, number, write, fixed=True)
    async with parts.database.pool.acquire() as connection:
        event = await _event(connection, number)
        listed = await load_prices(connection, number)
    answered: PricesAnswer = prices_answer(event, listed)
    return answer(answered, version=version)


def shown(event: Event) -> OrganisersEvent:
    """An event as its organiser sees it."""
    public = event_answer(event)
    fields = {name: getattr(public, name) for name in public.__struct_fields__}
    return OrganisersEvent(
        **fields,
        order_fee_amount=event.order_fee_amount,
        forbid_single_seats=event.forbid_single_seats,
    )


async def _create(
    request: ApiRequest, connection: Connection, data: EventRequest, now: datetime
) -> int:
    plan = await request.parts.plans.of_chart(connection, data.chart_sha256)
    if plan is None:
        raise Refusal(
            "invalid_request", "There is no chart with this chart_sha256: upload it first."
        )
    new = NewEvent(
        name=data.name,
        venue_id=data.venue_id,
        chart_sha256=data.chart_sha256,
        doors_open=data.doors_open or data.start_time - timedelta(hours=1),
        start_time=data.start_time,
        prices=tuple([price.price() for price in data.prices]),
        currency=data.currency,
        on_sale_at=data.on_sale_at,
        hold_seconds=data.hold_seconds,
        order_limit=data.order_limit,
        order_fee_amount=data.order_fee_amount,
        forbid_single_seats=data.forbid_single_seats,
        color=data.color,
    )
    return await create_event(connection, new, plan, now)


async def _event(connection: Connection, event_id: int) -> Event:
    event = await catalogue.read_event(connection, event_id)
    if event is None:
        raise Refusal("not_found", "There is no such event.")
    return event
