"""The organiser's orders: found, read, refunded, and what went wrong with them taken note of."""

from datetime import UTC, datetime
from typing import Annotated, Any

from litestar import Response
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from msgspec import Meta, Struct, field

from holdfast.api.admin import own_event, require_all_events
from holdfast.api.answer import answer
from holdfast.api.choice import ItemId
from holdfast.api.fields import Moment
from holdfast.api.holds import plan_of
from holdfast.api.idempotency import organiser_repeat
from holdfast.api.order_answer import OrderSheet, read_sheet
from holdfast.api.organisers_order import organisers_order
from holdfast.api.paging import Cursor, Limit, after, cursor_of
from holdfast.api.paths import order_event
from holdfast.api.request import ApiRequest
from holdfast.checkout.incident import mark_seen
from holdfast.config import LIST_LIMIT_DEFAULT, REQUEST_PLACES_MAX
from holdfast.desk.order import OrderStatus
from holdfast.desk.order_list import OrderLine, Search, find_orders
from holdfast.refusals import Refusal

Words = Annotated[
    str,
    QueryParameter(max_length=200, description="An order id, or part of a buyer's name or mail."),
]
Event = Annotated[
    int, QueryParameter(ge=0, le=2**31 - 1, description="One event's only; 0 for all.")
]
OrderKey = Annotated[str, Meta(max_length=60)]
Key = tuple[Moment, OrderKey]
_NEWEST = (datetime(9999, 1, 1, tzinfo=UTC), "")


class OrderList(Struct):
    """A page of orders, the newest first."""

    orders: list[OrderLine]
    next: str | None


class RefundRequest(Struct, forbid_unknown_fields=True):
    """Which items to pay back; none named: all that are left. `block` keeps the seats off sale,
    `force` refunds tickets that were used at the gate."""

    item_ids: Annotated[list[ItemId], Meta(max_length=REQUEST_PLACES_MAX)] = field(
        default_factory=list[str]
    )
    block: bool = False
    force: bool = False


async def list_orders(
    request: ApiRequest,
    event_id: Event = 0,
    status: FromQuery[tuple[OrderStatus, ...]] = (),
    search: Words = "",
    cursor: Cursor = "",
    limit: Limit = LIST_LIMIT_DEFAULT,
) -> Response[Any]:
    """Orders, the newest first: of one event or all, of one status, by name or mail."""
    if not event_id:
        require_all_events(request)
    else:
        own_event(request, event_id)
    if "\0" in search:
        raise Refusal("invalid_request", "At search: letters only, please.", at="search")
    place = after(cursor, Key, _NEWEST)
    wanted = Search(event_id or None, status, search or None)
    async with request.parts.database.pool.acquire() as connection:
        found = await find_orders(connection, wanted, place, limit + 1)
    page = found[:limit]
    more = cursor_of(page[-1].created_at, page[-1].order_id) if len(found) > limit else None
    return answer(OrderList(page, more))


async def read_order(request: ApiRequest, order_id: FromPath[str]) -> Response[Any]:
    """Any order, with its payments, its tickets and what a person should know of it."""
    return await _answer(request, await _sheet(request, order_id))


async def refund(
    request: ApiRequest, order_id: FromPath[str], data: JSONBody[RefundRequest]
) -> Response[Any]:
    """Pay items back: seats, tickets and money in one commit; the money follows by itself."""
    own_event(request, order_event(order_id))
    repeat = organiser_repeat(request, f"/admin/orders/{order_id}/refunds", data, 201)
    granted = await request.parts.settlement.refund(
        order_id, tuple(data.item_ids), block=data.block, force=data.force, repeat=repeat
    )
    sheet = await _sheet(request, order_id)
    return await _answer(request, sheet, 201, replayed=granted.replayed)


async def see_incident(
    request: ApiRequest, order_id: FromPath[str], incident_id: FromPath[str]
) -> Response[Any]:
    """Take note of an incident; `holdfast doctor` does not name it again until it changes."""
    event_id = own_event(request, order_event(order_id))
    async with request.parts.database.pool.acquire() as connection:
        now = await request.parts.clock.now(connection)
        known = await mark_seen(connection, event_id, order_id, incident_id, now)
    if not known:
        raise Refusal("not_found", "The order has no such incident.")
    return await _answer(request, await _sheet(request, order_id))


async def _answer(
    request: ApiRequest, sheet: OrderSheet, status: int = 200, *, replayed: bool = False
) -> Response[Any]:
    shown = await organisers_order(request, await plan_of(request, sheet.event_id), sheet)
    return answer(shown, status, version=sheet.version, replayed=replayed)


async def _sheet(request: ApiRequest, order_id: str) -> OrderSheet:
    event_id = own_event(request, order_event(order_id))
    sheet = await read_sheet(request, event_id, order_id)
    if sheet is None:
        raise Refusal("not_found", "There is no such order.")
    return sheet
