"""The live map over HTTP: every seat's letter, free places by section, the stream of changes."""

from typing import Annotated, Any

from litestar import Response
from litestar.params import FromPath
from msgspec import Meta, Struct

from holdfast.api.answer import REPLICA_AGE, replica_age
from holdfast.api.demand import demanded_version
from holdfast.api.headers import text
from holdfast.api.paths import Number, event_number
from holdfast.api.quick_seats import keep
from holdfast.api.request import ApiRequest
from holdfast.api.thin import Reply, ThinCall
from holdfast.live.answers import accepts_gzip, availability_answer, seats_answer

Version = Annotated[int, Meta(ge=0, le=2**63 - 1, description="A version that the caller has.")]


class SeatsAnswer(Struct):
    """`seats` has one letter per seat in seat_id order: A may be held, H is held, S sold,
    B blocked; any other letter means not to be chosen. With `since` only what changed, unless
    that would be more."""

    version: int
    seats: str
    section_id: int | None = None


class SectionAnswer(Struct):
    """A part of the house; `base_price` is its lowest all-in price, minor units."""

    section_id: int
    name: str
    capacity: int
    base_price: int
    available_count: int


class AvailabilityAnswer(Struct):
    """Free places by section, as of one version of the map."""

    version: int
    sections: list[SectionAnswer]


async def read_seats(
    call: ThinCall, event_id: int, since: Version | None = None, section_id: Number | None = None
) -> Reply:
    """The state of every seat, of one section, or only what changed since a version."""
    at_least = max(since or 0, demanded_version(call.sent))
    live_map = await call.parts.live.map(event_number(event_id), at_least)
    answered = seats_answer(
        live_map,
        since=since,
        section_id=section_id,
        gzip=accepts_gzip(text(call.sent, b"accept-encoding")),
        if_none_match=text(call.sent, b"if-none-match") or None,
    )
    if since is None and section_id is None:
        keep(live_map, answered)
    age = replica_age(call.parts)
    headers = answered.headers
    if age is not None:
        headers = (*headers, (REPLICA_AGE.lower().encode(), age.encode()))
    return Reply(answered.status, answered.body, headers)


async def stream_seats(call: ThinCall, event_id: int, sections: str | None = None) -> None:
    """Server-sent events: `seats` with what changed, `version` as heartbeat, `resync`."""
    del sections  # the stream reads it from the query by itself
    streams = call.parts.streams
    await streams.serve(event_number(event_id), call.scope, call.receive, call.send)


async def read_availability(request: ApiRequest, event_id: FromPath[int]) -> Response[Any]:
    """How many places are free in each section."""
    live = request.parts.live
    number = event_number(event_id)
    sections = await live.sections(number)
    answered = availability_answer(
        await live.map(number, demanded_version(request.sent)),
        sections,
        gzip=accepts_gzip(text(request.sent, b"accept-encoding")),
        if_none_match=text(request.sent, b"if-none-match") or None,
    )
    headers = {name.decode(): value.decode() for name, value in answered.headers}
    age = replica_age(request.parts)
    if age is not None:
        headers[REPLICA_AGE] = age
    return Response(answered.body, status_code=answered.status, headers=headers)
