"""Errands that wait for a person: listed, and taken up again once what stopped them is mended."""

from typing import Annotated, Any

from litestar import Response
from litestar.params import FromPath, JSONBody
from msgspec import Meta, Struct, field

from holdfast.api.admin import own_event
from holdfast.api.answer import answer
from holdfast.api.paging import Cursor, Limit, after, cursor_of
from holdfast.api.request import ApiRequest
from holdfast.config import ERRANDS_NAMED_MAX, LIST_LIMIT_DEFAULT
from holdfast.outbox.rows import ParkedErrand, parked_errands, take_up_again

ErrandId = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"^[A-Za-z0-9_]+$")]


class ErrandList(Struct):
    """A page of parked errands; `last_error` says what stopped each."""

    errands: list[ParkedErrand]
    next: str | None


class AgainRequest(Struct, forbid_unknown_fields=True):
    """Which errands to take up again; none named: all of the event."""

    outbox_ids: Annotated[list[ErrandId], Meta(max_length=ERRANDS_NAMED_MAX)] = field(
        default_factory=list[str]
    )


class TakenUp(Struct):
    """How many errands are tried again now."""

    taken_up: int


async def list_parked(
    request: ApiRequest,
    event_id: FromPath[int],
    cursor: Cursor = "",
    limit: Limit = LIST_LIMIT_DEFAULT,
) -> Response[Any]:
    """Errands of an event that were tried too often or refused, and wait for a person."""
    number = own_event(request, event_id)
    place = after(cursor, tuple[str], ("",))[0].replace("\0", "")
    async with request.parts.database.pool.acquire() as connection:
        found = await parked_errands(connection, number, (number, place), limit + 1)
    page = found[:limit]
    more = cursor_of(page[-1].outbox_id) if len(found) > limit else None
    return answer(ErrandList(page, more))


async def take_up(
    request: ApiRequest, event_id: FromPath[int], data: JSONBody[AgainRequest]
) -> Response[Any]:
    """Try parked errands again, from the first attempt on. Those that wait already stay so."""
    number = own_event(request, event_id)
    parts = request.parts
    async with parts.database.pool.acquire() as connection:
        now = await parts.clock.now(connection)
        count = await take_up_again(connection, number, data.outbox_ids, now)
    parts.relay.ring()
    return answer(TakenUp(count))
