"""What the organiser does at the desk: opens and cancels the event, keeps seats back."""

from typing import Annotated, Any, Literal

from litestar import Response
from litestar.params import FromPath, JSONBody
from msgspec import Meta, Struct

from holdfast.api.admin import own_event
from holdfast.api.answer import answer
from holdfast.api.choice import SeatNumber
from holdfast.api.idempotency import known_before, organiser_repeat, remember
from holdfast.api.request import ApiRequest
from holdfast.config import REQUEST_PLACES_MAX
from holdfast.desk.cancellation import read_cancellation
from holdfast.desk.commands import BlockSeats, ChangeStatus, Command, UnblockSeats
from holdfast.desk.order import EventStatus
from holdfast.refusals import Refusal
from holdfast.venues import catalogue


class StatusRequest(Struct, forbid_unknown_fields=True):
    """ON_SALE opens a draft; CANCELLED refunds everybody; COMPLETED ends the sale."""

    status: Literal["ON_SALE", "CANCELLED", "COMPLETED"]


class SeatsRequest(Struct, forbid_unknown_fields=True):
    """Which seats; all of them or none."""

    seat_ids: Annotated[list[SeatNumber], Meta(min_length=1, max_length=REQUEST_PLACES_MAX)]


class DeskAnswer(Struct):
    """The event after a command at its desk."""

    event_id: int
    status: EventStatus
    version: int


async def change_status(
    request: ApiRequest, event_id: FromPath[int], data: JSONBody[StatusRequest]
) -> Response[Any]:
    """Open, cancel or complete the event. The same again changes nothing."""
    return await _at_desk(request, event_id, ChangeStatus(status=EventStatus(data.status)), data)


async def cancel(request: ApiRequest, event_id: FromPath[int]) -> Response[Any]:
    """Cancel the event: its sale ends and its tickets are refused at once, refunds follow."""
    return await _at_desk(request, event_id, ChangeStatus(status=EventStatus.CANCELLED), None)


async def read_progress(request: ApiRequest, event_id: FromPath[int]) -> Response[Any]:
    """How far the refunds of a cancelled event have come, and the mails that tell of them."""
    number = own_event(request, event_id)
    async with request.parts.database.pool.acquire() as connection:
        found = await read_cancellation(connection, number)
    if found is None:
        raise Refusal("not_found", "There is no such event.")
    return answer(found)


async def block(
    request: ApiRequest, event_id: FromPath[int], data: JSONBody[SeatsRequest]
) -> Response[Any]:
    """Keep free seats off sale, all of them or none."""
    return await _at_desk(request, event_id, BlockSeats(seat_ids=tuple(data.seat_ids)), data)


async def unblock(
    request: ApiRequest, event_id: FromPath[int], data: JSONBody[SeatsRequest]
) -> Response[Any]:
    """Put blocked seats on sale again, all of them or none."""
    return await _at_desk(request, event_id, UnblockSeats(seat_ids=tuple(data.seat_ids)), data)


async def _at_desk(
    request: ApiRequest, event_id: int, command: Command, data: Struct | None
) -> Response[Any]:
    """These commands bring the event into a state: said twice they change nothing twice."""
    number = own_event(request, event_id)
    repeat = organiser_repeat(request, request.scope["path"], data, 200)
    known = await known_before(request, number, repeat)
    granted = await request.parts.box_office.submit(number, command)
    await remember(request, number, repeat, str(number))
    async with request.parts.database.pool.acquire() as connection:
        event = await catalogue.read_event(connection, number)
    assert event is not None, "the desk had it"
    shown = DeskAnswer(number, event.status, granted.version)
    return answer(shown, version=granted.version, replayed=known)
