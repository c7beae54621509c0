"""People who only look: `python -m benchmarks.watchers` keeps live streams open and counts frames.

A process of its own. It says "ready" when every stream has begun, reads until its stdin ends, and
then says what it has read.
"""

import asyncio
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Final

import msgspec
from msgspec import Struct

from benchmarks.client import CONNECT_AT_ONCE, LOOPBACK
from benchmarks.processes import end, environment_for, module_command

OPEN_SECONDS_MAX: Final = 60.0
END_SECONDS_MAX: Final = 10.0
READY: Final = b"ready\n"


class Watch(Struct, frozen=True):
    """This many streams at this port, dealt out over these events."""

    port: int
    event_ids: tuple[int, ...]
    streams: int


class Seen(Struct):
    """What came over all streams. `resyncs`: frames that say the changes were too many to send."""

    streams: int = 0
    bytes: int = 0
    frames: int = 0
    resyncs: int = 0
    lost: int = 0


class Watcher(asyncio.Protocol):
    """One open stream."""

    def __init__(self, seen: Seen, event_id: int) -> None:
        self._seen = seen
        self._event_id = event_id
        self.begun = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        path = f"/api/v1/events/{self._event_id}/stream"
        head = f"GET {path} HTTP/1.1\r\nHost: {LOOPBACK}\r\nAccept: text/event-stream\r\n\r\n"
        transport.write(head.encode())  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        if not self.begun.done():
            self.begun.set_result(data[9:12] == b"200")
        self._seen.bytes += len(data)
        self._seen.frames += data.count(b"event: seats")
        self._seen.resyncs += data.count(b"event: resync")

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self._seen.lost += 1
        if not self.begun.done():
            self.begun.set_result(False)


@asynccontextmanager
async def watching(watch: Watch) -> AsyncGenerator[Seen]:
    """Streams are open for the length of the block; what they saw is filled in at its end."""
    process = await asyncio.create_subprocess_exec(
        *module_command("benchmarks.watchers", msgspec.json.encode(watch).decode()),
        env=environment_for(),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin is not None, "it was asked for"
    assert process.stdout is not None, "it was asked for"
    seen = Seen()
    try:
        said = await asyncio.wait_for(process.stdout.readline(), OPEN_SECONDS_MAX)
        assert said == READY, f"not all of {watch.streams} streams could be opened"
        yield seen
        process.stdin.close()
        told = await asyncio.wait_for(process.stdout.read(), END_SECONDS_MAX)
        for name, value in msgspec.json.decode(told, type=dict[str, int]).items():
            setattr(seen, name, value)
        await asyncio.wait_for(process.wait(), END_SECONDS_MAX)
    finally:
        await end(process)


async def watch_until_told(watch: Watch) -> Seen:
    """Open the streams, say so, and read on until stdin ends."""
    loop = asyncio.get_running_loop()
    seen = Seen()
    for first in range(0, watch.streams, CONNECT_AT_ONCE):
        numbers = range(first, min(first + CONNECT_AT_ONCE, watch.streams))
        event_ids = [watch.event_ids[number % len(watch.event_ids)] for number in numbers]
        opened = await asyncio.gather(
            *[
                loop.create_connection(lambda e=e: Watcher(seen, e), LOOPBACK, watch.port)
                for e in event_ids
            ]
        )
        begun = await asyncio.gather(*[watcher.begun for _, watcher in opened])
        seen.streams += sum(begun)
    if seen.streams == watch.streams:
        sys.stdout.buffer.write(READY)
    sys.stdout.flush()
    await loop.run_in_executor(None, sys.stdin.buffer.read)
    return seen


def main() -> None:
    """Do what the argument says."""
    import uvloop

    watch = msgspec.json.decode(sys.argv[1], type=Watch)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        seen = runner.run(watch_until_told(watch))
    sys.stdout.buffer.write(msgspec.json.encode(seen))


if __name__ == "__main__":
    main()
