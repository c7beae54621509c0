"""Tickets: the list of an order, their codes as pictures, their evening for a calendar."""

import asyncio
from typing import Any

from litestar import Response
from litestar.params import FromPath, FromQuery
from msgspec import Struct

from holdfast.api.answer import answer
from holdfast.api.asked import Asked
from holdfast.api.orders import NO_ORDER, open_order, opens_by_link
from holdfast.api.paths import order_event, order_of_part
from holdfast.api.request import ApiRequest
from holdfast.api.thin import PICTURE, Reply, ThinCall
from holdfast.ids import OrderId
from holdfast.refusals import Refusal
from holdfast.tickets.calendar import ticket_calendar
from holdfast.tickets.code import code_svg
from holdfast.tickets.pdf import tickets_pdf
from holdfast.tickets.ticket_list import TicketLine, find_ticket, read_evening
from holdfast.words.language import language_of

_OWN = (b"cache-control", b"private, no-cache")
_LOCALE = "SELECT buyer ->> 'locale' FROM orders WHERE event_id = $1 AND order_id = $2"
_SESSION = "SELECT session_id FROM orders WHERE event_id = $1 AND order_id = $2"


class TicketList(Struct):
    """The tickets of an order, valid or not."""

    tickets: list[TicketLine]
    next: str | None = None


async def list_tickets(
    request: ApiRequest, order_id: FromPath[str], token: FromQuery[str] = ""
) -> Response[Any]:
    """The tickets of an order; none before it is paid."""
    sheet = await open_order(request, order_id, token)
    return answer(TicketList(list(sheet.tickets)), version=sheet.version)


async def draw_code(call: ThinCall, ticket_id: str, token: str = "") -> Reply:
    """The code that is shown at the gate, as a picture."""
    ticket = await _open_ticket(call, ticket_id, token)
    return Reply(200, code_svg(ticket.barcode), (*PICTURE, _OWN))


async def print_ticket(call: ThinCall, ticket_id: str, token: str = "") -> Reply:
    """The ticket on one page, in the buyer's language; the same bytes each time."""
    ticket = await _open_ticket(call, ticket_id, token)
    order_id = _order_of(ticket_id)
    event_id = order_event(order_id)
    async with call.parts.database.pool.acquire() as connection:
        evening = await read_evening(connection, event_id)
        locale = await connection.fetchval(_LOCALE, event_id, order_id)
    assert evening is not None, "a ticket's event is there"
    language = language_of(locale)
    page = await asyncio.to_thread(tickets_pdf, [ticket], order_id, evening, language)
    headers = (
        (b"content-type", b"application/pdf"),
        (b"content-disposition", f'inline; filename="{ticket_id}.pdf"'.encode()),
        _OWN,
    )
    return Reply(200, page, headers)


async def write_calendar(call: ThinCall, ticket_id: str, token: str = "") -> Reply:
    """The evening as a calendar file."""
    ticket = await _open_ticket(call, ticket_id, token)
    async with call.parts.database.pool.acquire() as connection:
        evening = await read_evening(connection, order_event(_order_of(ticket_id)))
    assert evening is not None, "a ticket's event is there"
    headers = (
        (b"content-type", b"text/calendar; charset=utf-8"),
        (b"content-disposition", f'attachment; filename="{ticket_id}.ics"'.encode()),
        _OWN,
    )
    return Reply(200, ticket_calendar(ticket, evening), headers)


async def _open_ticket(asked: Asked, ticket_id: str, token: str) -> TicketLine:
    """The ticket, for whoever may see its order; else not_found."""
    order_id = _order_of(ticket_id)
    linked = opens_by_link(asked, order_id, token)
    buyer = None if linked else asked.buyer_if_any
    async with asked.parts.database.pool.acquire() as connection:
        session_id = await connection.fetchval(_SESSION, order_event(order_id), order_id)
        if not linked and (buyer is None or buyer.session_id != session_id):
            raise Refusal("not_found", NO_ORDER)
        ticket = await find_ticket(connection, ticket_id)
    if ticket is None:
        raise Refusal("not_found", "There is no such ticket.")
    return ticket


def _order_of(ticket_id: str) -> OrderId:
    return order_of_part(ticket_id, "ticket")
