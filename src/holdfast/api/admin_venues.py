"""The organiser's venues and charts."""

import asyncio
from typing import Annotated, Any, cast

import msgspec
from litestar import Response
from litestar.params import JSONBody, QueryParameter
from msgspec import Struct

from holdfast.api.admin import require_all_events
from holdfast.api.answer import answer
from holdfast.api.events import VenueAnswer, venue_answer
from holdfast.api.fields import Line, Name
from holdfast.api.idempotency import NO_EVENT, do_once, organiser_repeat
from holdfast.api.paging import Cursor, Limit, after, cursor_of
from holdfast.api.paths import Number
from holdfast.api.request import ApiRequest
from holdfast.config import LIST_LIMIT_DEFAULT
from holdfast.refusals import Refusal
from holdfast.venues import catalogue, new_event
from holdfast.venues.chart_faults import ChartFaults
from holdfast.venues.chart_file import ChartSummary, Reading, examine_chart, summary
from holdfast.venues.chart_store import save_chart

FileName = Annotated[
    str, QueryParameter(max_length=200, description="Names a chart that brings no name.")
]


class VenueRequest(Struct, forbid_unknown_fields=True):
    """A house. `time_zone` is an IANA name such as Europe/Berlin."""

    name: Name
    address: Line = ""
    time_zone: Name = "UTC"


class VenueList(Struct):
    """A page of venues, by venue_id."""

    venues: list[VenueAnswer]
    next: str | None


class ChartSaved(Struct):
    """A chart that can be used for events by its sha256."""

    sha256: str
    chart_url: str
    summary: ChartSummary


async def list_venues(
    request: ApiRequest, cursor: Cursor = "", limit: Limit = LIST_LIMIT_DEFAULT
) -> Response[Any]:
    """Every venue."""
    require_all_events(request)
    place = after(cursor, tuple[Number], (0,))[0]
    async with request.parts.database.pool.acquire() as connection:
        found = await catalogue.list_venues(connection, place, limit + 1)
    page = found[:limit]
    more = cursor_of(page[-1].venue_id) if len(found) > limit else None
    return answer(VenueList([venue_answer(venue, None) for venue in page], more))


async def create_venue(request: ApiRequest, data: JSONBody[VenueRequest]) -> Response[Any]:
    """Make a venue."""
    require_all_events(request)
    repeat = organiser_repeat(request, "/admin/venues", data, 201)
    parts = request.parts
    async with parts.database.pool.acquire() as connection, connection.transaction():
        now = await parts.clock.now(connection)

        async def make() -> str:
            return str(
                await new_event.create_venue(
                    connection, data.name, data.address, data.time_zone, now
                )
            )

        made, replayed = await do_once(connection, NO_EVENT, repeat, now, make)
        venue = await catalogue.read_venue(connection, int(made))
    assert venue is not None, "it was made or found"
    return answer(venue_answer(venue, None), 201, replayed=replayed)


async def save(request: ApiRequest, name: FileName = "Chart") -> Response[Any]:
    """Keep a chart, of any format that is read. The same chart again is the same chart."""
    require_all_events(request)
    reading = await _examined(request, name)
    parts = request.parts
    async with parts.database.pool.acquire() as connection:
        now = await parts.clock.now(connection)
        sha256 = await save_chart(connection, reading.chart, now)
    shown = summary(reading.chart, reading.notes)
    return answer(ChartSaved(sha256, f"/api/v1/charts/{sha256}", shown), 201)


async def check(request: ApiRequest, name: FileName = "Chart") -> Response[Any]:
    """What is in a chart, or every fault of it; nothing is kept."""
    reading = await _examined(request, name)
    return answer(summary(reading.chart, reading.notes))


async def _examined(request: ApiRequest, name: str) -> Reading:
    # In a thread: a large chart takes a second, and buyers must not wait for it.
    body = await request.body()
    try:
        return await asyncio.to_thread(examine_chart, body, name)
    except ChartFaults as found:
        faults = cast("list[dict[str, str]]", msgspec.to_builtins(found.faults))
        raise Refusal("invalid_chart", faults=faults) from None
