"""Orders: read, edited, given back. A hold's deadline never moves by editing it."""

from typing import Any

from litestar import Response
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import Struct

from holdfast.accounts.access_link import LINK_PREFIX
from holdfast.api.answer import answer
from holdfast.api.asked import Asked
from holdfast.api.choice import HoldRequest, SwapRequest
from holdfast.api.credentials import bearer_of
from holdfast.api.holds import plan_of
from holdfast.api.idempotency import known_before, remember, repeat_of
from holdfast.api.order_answer import OrderSheet, order_answer, read_sheet
from holdfast.api.paths import order_event
from holdfast.api.request import ApiRequest
from holdfast.desk.commands import AddItems, OrderCommand, Release, RemoveItem, Swap
from holdfast.desk.order import OrderStatus
from holdfast.ids import OrderId
from holdfast.mail.again import send_again
from holdfast.refusals import Refusal


class Resent(Struct):
    """A mail is on its way to this address."""

    email: str


NO_ORDER = "There is no such order, or it is not yours: open it by the link in your mail."


async def read_order(
    request: ApiRequest, order_id: FromPath[str], token: FromQuery[str] = ""
) -> Response[Any]:
    """An order, for the session that made it or whoever has its signed link."""
    sheet = await open_order(request, order_id, token)
    return await answer_with(request, sheet)


async def add_items(
    request: ApiRequest, order_id: FromPath[str], data: JSONBody[HoldRequest]
) -> Response[Any]:
    """Hold more places under the same order and deadline: all of them or none."""
    buyer = request.buyer.session_id
    repeat = repeat_of(request, buyer, f"/orders/{order_id}/items", data, 200)
    return await _edit(
        request,
        order_id,
        AddItems(order_id=OrderId(order_id), session_id=buyer, choice=data.choice(), repeat=repeat),
    )


async def remove_item(
    request: ApiRequest, order_id: FromPath[str], item_id: FromPath[str]
) -> Response[Any]:
    """Give one place back. With the last one the whole order is given back."""
    session_id = request.buyer.session_id
    command = RemoveItem(order_id=OrderId(order_id), session_id=session_id, item_id=item_id)
    return await _edit(request, order_id, command)


async def swap(
    request: ApiRequest, order_id: FromPath[str], data: JSONBody[SwapRequest]
) -> Response[Any]:
    """Exchange held places for others; where one of those is gone, nothing changes."""
    buyer = request.buyer.session_id
    command = Swap(
        order_id=OrderId(order_id),
        session_id=buyer,
        item_ids=tuple(data.item_ids),
        choice=data.choice(),
        repeat=repeat_of(request, buyer, f"/orders/{order_id}/swap", data, 200),
    )
    return await _edit(request, order_id, command)


async def release(request: ApiRequest, order_id: FromPath[str]) -> None:
    """Give the whole hold back; its places are free at once. Again changes nothing."""
    command = Release(order_id=OrderId(order_id), session_id=request.buyer.session_id)
    await request.parts.box_office.submit(order_event(order_id), command)


async def resend(
    request: ApiRequest, order_id: FromPath[str], token: FromQuery[str] = ""
) -> Response[Any]:
    """Send the mail with the tickets once more, to the address that the order has."""
    sheet = await open_order(request, order_id, token)
    order = sheet.order
    if order.status is not OrderStatus.CONFIRMED or order.buyer is None:
        raise Refusal("order_not_confirmed")
    parts = request.parts
    repeat = repeat_of(request, order_id, f"/orders/{order_id}/resend", None, 202)
    known = await known_before(request, sheet.event_id, repeat)
    if not known:
        async with parts.database.pool.acquire() as connection:
            now = await parts.clock.now(connection)
            await send_again(connection, sheet.event_id, order_id, order.total_amount, now)
        await remember(request, sheet.event_id, repeat, order_id)
    return answer(Resent(order.buyer.email), 202, replayed=known)


async def open_order(asked: Asked, order_id: str, token: str) -> OrderSheet:
    """The order with its payment and tickets, for whoever may see it; else not_found."""
    event_id = order_event(order_id)
    linked = opens_by_link(asked, order_id, token)
    buyer = None if linked else asked.buyer_if_any
    sheet = await read_sheet(asked, event_id, order_id)
    if sheet is None:
        raise Refusal("not_found", NO_ORDER)
    if not linked and (buyer is None or buyer.session_id != sheet.order.session_id):
        raise Refusal("not_found", NO_ORDER)
    return sheet


def opens_by_link(asked: Asked, order_id: str, token: str) -> bool:
    """Whether the request carries this order's signed token, in the address or as bearer."""
    sent = token or _bearer_link(asked)
    return sent is not None and asked.parts.links.opens(sent, order_id, asked.parts.time.now())


async def answer_with(
    asked: Asked, sheet: OrderSheet, status: int = 200, *, replayed: bool = False
) -> Response[Any]:
    """The order as the answer."""
    shown = order_answer(asked, await plan_of(asked, sheet.event_id), sheet)
    return answer(shown, status, version=sheet.version, replayed=replayed)


async def _edit(request: ApiRequest, order_id: str, command: OrderCommand) -> Response[Any]:
    event_id = order_event(order_id)
    granted = await request.parts.box_office.submit(event_id, command)
    order = granted.order
    assert order is not None, "an edited order is there"
    if granted.replayed or order.payment_count:
        sheet = await read_sheet(request, event_id, order_id)
        assert sheet is not None, "orders are never deleted"
    else:
        now = request.parts.time.now()
        sheet = OrderSheet(event_id, order, None, (), granted.version, now)
    return await answer_with(request, sheet, replayed=granted.replayed)


def _bearer_link(asked: Asked) -> str | None:
    token = bearer_of(asked.sent)
    return token if token is not None and token.startswith(LINK_PREFIX) else None
