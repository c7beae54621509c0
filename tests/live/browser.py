"""A reader of the stream, without a server between: it drives the ASGI handler by hand.

It keeps what it was sent with the time, can stop reading, hang up, and follow the seats by the rule
of API.md: a frame is applied only if it leads from where the reader stands.
"""

import asyncio
import json
from contextlib import asynccontextmanager, suppress

from msgspec import Struct

from holdfast.live.stream import Streams

PATIENCE_SECONDS = 50.0  # more than two heartbeats


class Event(Struct, frozen=True):
    """One event of the stream, and when it came (event loop, seconds)."""

    name: str
    id: int
    data: dict
    at: float
    retry: int | None
    bytes: int


class Browser:
    """One open stream. `reading` is cleared to stop taking what is sent."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.chunks = 0
        self.status: int | None = None
        self.headers: dict[str, str] = {}
        self.ended = False
        self.reading = asyncio.Event()
        self.reading.set()
        self._came = asyncio.Event()
        self._messages: asyncio.Queue[dict] = asyncio.Queue()
        self._messages.put_nowait({"type": "http.request", "body": b"", "more_body": False})
        self.task: asyncio.Task | None = None

    def open(
        self,
        streams: Streams,
        event_id: int,
        *,
        query: str = "",
        last_event_id: str | None = None,
    ) -> None:
        """Send the request."""
        headers = [] if last_event_id is None else [(b"last-event-id", last_event_id.encode())]
        scope = {"type": "http", "query_string": query.encode(), "headers": headers}
        self.task = asyncio.create_task(
            streams.serve(event_id, scope, self._messages.get, self._send)
        )

    def hang_up(self) -> None:
        self._messages.put_nowait({"type": "http.disconnect"})

    async def until(self, found, what: str = "an event") -> None:
        """Wait until `found(self)` holds; it is asked after everything that comes."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not found(self):
                self._came.clear()
                waiting = asyncio.ensure_future(self._came.wait())
                await asyncio.wait({waiting, self.task}, return_when=asyncio.FIRST_COMPLETED)
                waiting.cancel()
                if self.task.done() and not found(self):
                    await self.task
                    raise AssertionError(f"the stream ended before {what}")

    async def until_version(self, version: int) -> None:
        await self.until(
            lambda b: bool(b.events) and b.events[-1].id >= version, f"version {version}"
        )

    async def _send(self, message: dict) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {k.decode(): v.decode() for k, v in message["headers"]}
        else:
            await self.reading.wait()
            self._read(message["body"])
            self.ended = not message["more_body"]
        self._came.set()

    def _read(self, body: bytes) -> None:
        assert body.endswith(b"\n\n") or not body, "events are sent whole"
        self.chunks += bool(body)
        for block in body.split(b"\n\n")[:-1]:
            fields = dict(line.split(b": ", 1) for line in block.split(b"\n"))
            self.events.append(
                Event(
                    fields[b"event"].decode(),
                    int(fields[b"id"]),
                    json.loads(fields[b"data"]),
                    asyncio.get_running_loop().time(),
                    int(fields[b"retry"]) if b"retry" in fields else None,
                    len(block) + 2,
                )
            )

    def of(self, name: str) -> list[Event]:
        """The events of this name, in order."""
        return [event for event in self.events if event.name == name]


class Follower:
    """The letters of a house as a reader of the stream knows them, by the strict rule."""

    def __init__(self, version: int, letters: str) -> None:
        self.version = version
        self.letters = list(letters)
        self.available: dict[int, int] = {}

    def applies(self, event: Event) -> bool:
        """Apply a frame; False where it does not lead from here."""
        if event.data["from"] != self.version:
            return False
        for letter, seat_ids in event.data["changes"].items():
            for seat_id in seat_ids:
                self.letters[seat_id] = letter
        self.available |= {int(k): v for k, v in event.data["available"].items()}
        self.version = event.data["version"]
        return True


@asynccontextmanager
async def browser(streams: Streams, event_id: int, **request):
    """An open stream, hung up at the end."""
    reader = Browser()
    reader.open(streams, event_id, **request)
    try:
        yield reader
    finally:
        reader.reading.set()
        reader.hang_up()
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_SECONDS):
                await asyncio.wait({reader.task})
        if reader.task.done() and not reader.task.cancelled() and reader.task.exception():
            raise reader.task.exception()
