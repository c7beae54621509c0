"""The stream of an event as server-sent events: a bare ASGI handler, one task for each reader.

It writes what its channel made and knows nothing of seats. A reader who hangs up is noticed at
once, one who takes nothing is cut off, and all are let go when the server stops.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl

from msgspec import Struct

from holdfast.config import (
    RETRY_AFTER_SECONDS,
    STREAM_CLOSE_SECONDS_MAX,
    STREAM_FILTERS_MAX,
    STREAM_RETRY_MS,
    STREAMS_MAX,
)
from holdfast.live.channel import Channel, Reader
from holdfast.live.live_maps import LiveMaps
from holdfast.live.watched import Watched
from holdfast.refusals import Refusal

Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
Header = tuple[bytes, bytes]

HEADERS: tuple[Header, ...] = (
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),  # nginx would collect frames until they are 4 kB
)
QUERY_FIELDS_MAX = 16
REQUEST_MESSAGES_MAX = 16  # a GET has no body; whoever sends one all the same is not read for ever
SECTIONS_MAX = 500  # named in one request
VERSION_DIGITS_MAX = 18
UNKNOWN_VERSION = -1  # a Last-Event-ID that is none of ours: nothing leads from there


class StreamRequest(Struct, frozen=True):
    """What a reader asks for. `since`: the version it has; None where it names none."""

    since: int | None
    sections: frozenset[int] | None

    @classmethod
    def of(cls, scope: Scope) -> "StreamRequest":
        """Read from the headers and the query: `Last-Event-ID`, else `since`, and `sections`.

        Raises Refusal invalid_request.
        """
        query = scope.get("query_string", b"").decode("ascii", "replace")
        try:
            fields = dict(parse_qsl(query, keep_blank_values=True, max_num_fields=QUERY_FIELDS_MAX))
        except ValueError as error:
            raise Refusal("invalid_request", "The query has too many fields.") from error
        since = _version(fields.get("since", ""))
        for name, value in scope.get("headers", ()):
            if name.lower() == b"last-event-id" and value:
                since = _version(value.decode("ascii", "replace"))
        return cls(since, _sections(fields.get("sections", "")))


class Streams:
    """Every open stream of this process."""

    def __init__(self, live: LiveMaps) -> None:
        self._live = live
        self._channels: dict[tuple[int, frozenset[int] | None], Channel] = {}
        self._open = 0
        self._closing = False
        self._all_left = asyncio.Event()

    @property
    def count(self) -> int:
        """Streams open just now."""
        return self._open

    async def serve(
        self,
        event_id: int,
        scope: Scope,
        receive: Receive,
        send: Send,
        headers: Iterable[Header] = (),
    ) -> None:
        """Answer `GET /events/{event_id}/stream` until the reader leaves or the server stops.

        `headers` are sent beside HEADERS. Raises Refusal before anything was sent: invalid_request,
        not_found, busy.
        """
        if self._closing or self._open >= STREAMS_MAX:
            raise Refusal("busy", retry_after=RETRY_AFTER_SECONDS)
        request = StreamRequest.of(scope)
        self._open += 1
        try:
            await self._serve(event_id, request, receive, send, [*HEADERS, *headers])
        finally:
            self._open -= 1
            if self._closing and not self._open:
                self._all_left.set()

    async def close(self) -> None:
        """End every stream and wait until the readers were told, STREAM_CLOSE_SECONDS_MAX at most.
        They come back by themselves, with the version they have."""
        self._closing = True
        for channel in self._channels.values():
            for reader in tuple(channel.readers):
                reader.end()
        if self._open:
            try:
                await asyncio.wait_for(self._all_left.wait(), STREAM_CLOSE_SECONDS_MAX)
            except TimeoutError:
                for channel in self._channels.values():
                    for reader in tuple(channel.readers):
                        reader.cut_off()

    async def _serve(
        self,
        event_id: int,
        request: StreamRequest,
        receive: Receive,
        send: Send,
        headers: list[Header],
    ) -> None:
        watched = await self._live.watch(event_id)
        if request.since is not None and request.since > watched.known.version:
            await self._live.looked()  # another process may have told the reader more than this one
        sections = _checked(request.sections, watched)
        if not await _request_ended(receive):
            return
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        reader = self._join(watched, sections, request.since)
        # On the surface this looks wrong where a task would do: a server's receive() need not be a
        # coroutine, and create_task takes nothing else.
        gone = asyncio.ensure_future(receive())
        gone.add_done_callback(lambda _: reader.end())
        try:
            await _write(reader, send)
            if not gone.done():
                await send({"type": "http.response.body", "body": b"", "more_body": False})
        except OSError:
            pass  # the reader hung up while we wrote
        except asyncio.CancelledError:
            if not reader.is_cut_off:
                raise
            reader.task.uncancel()
        finally:
            gone.cancel()
            self._leave(reader)

    def _join(self, watched: Watched, sections: frozenset[int] | None, since: int | None) -> Reader:
        task = asyncio.current_task()
        assert task is not None, "a request is served by a task"
        key = (watched.event_id, sections)
        if key not in self._channels and sections is not None:
            filters = sum(1 for event_id, _ in self._channels if event_id == watched.event_id)
            if filters >= STREAM_FILTERS_MAX:
                key = (watched.event_id, None)
        channel = self._channels.get(key)
        if channel is None:
            channel = self._channels[key] = Channel(watched, key[1])
        reader = Reader(channel, since, task)
        channel.join(reader)
        if self._closing:
            reader.end()
        return reader

    def _leave(self, reader: Reader) -> None:
        channel = reader.channel
        channel.leave(reader)
        if not channel.readers:
            channel.close()
            del self._channels[channel.event_id, channel.sections]


async def _request_ended(receive: Receive) -> bool:
    """Read the request to its end; False where the reader hung up before."""
    for _ in range(REQUEST_MESSAGES_MAX):
        message = await receive()
        if message["type"] != "http.request":
            return False
        if not message.get("more_body", False):
            return True
    raise Refusal("body_too_large")


async def _write(reader: Reader, send: Send) -> None:
    """Write what the channel made until the stream is to end."""
    loop = asyncio.get_running_loop()
    # When a server stops, its readers come back at once: spread over some seconds.
    opening = b"retry: %d\n" % random.randint(*STREAM_RETRY_MS)  # noqa: S311 - no secret
    while (chunk := await reader.next_chunk()) is not None:
        reader.writing_at = loop.time()
        await send({"type": "http.response.body", "body": opening + chunk, "more_body": True})
        reader.writing_at = None
        opening = b""


def _version(text: str) -> int | None:
    """A version as the reader names it: None for nothing, UNKNOWN_VERSION for nonsense."""
    if not text:
        return None
    if text.isascii() and text.isdigit() and len(text) <= VERSION_DIGITS_MAX:
        return int(text)
    return UNKNOWN_VERSION


def _sections(text: str) -> frozenset[int] | None:
    """`1,2` as section_ids; None, which means all, where nothing is named."""
    if not text:
        return None
    names = text.split(",", SECTIONS_MAX)
    if len(names) <= SECTIONS_MAX and all(
        n.isascii() and n.isdigit() and n[:9] == n for n in names
    ):
        return frozenset(int(name) for name in names)
    raise Refusal(
        "invalid_request",
        f"sections is a list of section_ids like 1,2, with no more than {SECTIONS_MAX} of them.",
    )


def _checked(sections: frozenset[int] | None, watched: Watched) -> frozenset[int] | None:
    """The sections, known to be there; None where they are the whole house."""
    if sections is None:
        return None
    known = frozenset(watched.known.plan.section_ids)
    if not sections <= known:
        unknown = min(sections - known)
        raise Refusal("invalid_request", f"sections: this event has no section {unknown}.")
    return None if sections == known else sections
