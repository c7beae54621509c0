"""People who only look: `python -m benchmarks.watchers` keeps live streams open and counts frames.

A process of its own. It says "ready" when every stream has begun, reads until its stdin ends, and
then says what it has read. Told to `follow`, it also notes when each watcher came to which version,
and does what a browser does when it is told to resync: it fetches what it missed.
"""

import asyncio
import resource
import sys
import tempfile
import time
from array import array
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final, cast

import msgspec
from msgspec import Struct

from benchmarks.client import CONNECT_AT_ONCE, HEAD_END, LENGTH, LOOPBACK
from benchmarks.processes import end, environment_for, module_command
from benchmarks.sightings import Sighting

OPEN_SECONDS_MAX: Final = 60.0
END_SECONDS_MAX: Final = 20.0
READY: Final = b"ready\n"
FETCHING_AT_ONCE: Final = 64  # connections on which all watchers together fetch what they missed
SPARE_FILES: Final = 200  # beside one for each stream

_ID: Final = b"\nid: "
_CHUNK_END: Final = b"\n\n\r\n"
_VERSION: Final = b"\nholdfast-version: "


class Watch(Struct, frozen=True):
    """This many streams at this port, dealt out over these events."""

    port: int
    event_ids: tuple[int, ...]
    streams: int
    follow: bool = False


class Seen(Struct):
    """What came over all streams. `resyncs`: frames that say the changes were too many to send.

    Of those who follow: every step from one version to another with the times at which it was
    taken, and the version of whoever was last at the end.
    """

    streams: int = 0
    bytes: int = 0
    frames: int = 0
    resyncs: int = 0
    lost: int = 0
    fetched: int = 0
    sightings: list[Sighting] = []
    last_version: int = -1
    ended_at: float = 0.0


class Watcher(asyncio.Protocol):
    """One open stream."""

    def __init__(self, crowd: "Crowd", event_id: int) -> None:
        self._crowd = crowd
        self._event_id = event_id
        self._heard = -1
        self._resync = False
        self.version = -1
        self.begun = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        path = f"/api/v1/events/{self._event_id}/stream"
        head = f"GET {path} HTTP/1.1\r\nHost: {LOOPBACK}\r\nAccept: text/event-stream\r\n\r\n"
        cast(asyncio.WriteTransport, transport).write(head.encode())

    def data_received(self, data: bytes) -> None:
        seen = self._crowd.seen
        if not self.begun.done():
            self.begun.set_result(data[9:12] == b"200")
        seen.bytes += len(data)
        seen.frames += data.count(b"event: seats")
        resyncs = data.count(b"event: resync")
        seen.resyncs += resyncs
        if self._crowd.watch.follow:
            self._follow(data, resyncs > 0)

    def _follow(self, data: bytes, resync: bool) -> None:
        """Note the version once its frame is here whole."""
        self._resync |= resync
        place = data.rfind(_ID)
        if place >= 0:
            start = place + len(_ID)
            self._heard = int(data[start : data.index(b"\n", start)])
        if self._heard > self.version and data.endswith(_CHUNK_END):
            if self._resync:
                self._resync = False
                self._crowd.fetch(self, self._event_id)
            else:
                self.arrive(self._heard)

    def arrive(self, version: int) -> None:
        """From now on this watcher knows everything up to this version."""
        if version > self.version:
            self._crowd.note(self.version, version)
            self.version = version

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self._crowd.seen.lost += 1
        if not self.begun.done():
            self.begun.set_result(False)


class Fetcher(asyncio.Protocol):
    """A connection on which watchers fetch what they missed, one after the other."""

    def __init__(self, crowd: "Crowd") -> None:
        self._crowd = crowd
        self._transport: asyncio.WriteTransport | None = None
        self._watcher: Watcher | None = None
        self._rest = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.WriteTransport, transport)

    def fetch(self, watcher: Watcher, event_id: int) -> None:
        assert self._transport is not None, "only open connections fetch"
        self._watcher = watcher
        path = f"/api/v1/events/{event_id}/seats?since={watcher.version}"
        head = f"GET {path} HTTP/1.1\r\nHost: {LOOPBACK}\r\nAccept-Encoding: gzip\r\n\r\n"
        self._transport.write(head.encode())

    def data_received(self, data: bytes) -> None:
        data = self._rest + data if self._rest else data
        self._rest = data
        head_end = data.find(HEAD_END)
        if head_end < 0:
            return
        start = data.index(LENGTH, 0, head_end) + len(LENGTH)
        length = int(data[start : data.index(b"\r", start)])
        if len(data) < head_end + len(HEAD_END) + length:
            return
        self._rest = b""
        start = data.index(_VERSION, 0, head_end) + len(_VERSION)
        watcher, self._watcher = self._watcher, None
        assert watcher is not None, "an answer has a question"
        self._crowd.seen.fetched += 1
        watcher.arrive(int(data[start : data.index(b"\r", start)]))
        self._crowd.free(self)

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self._crowd.seen.lost += self._watcher is not None


class Crowd:
    """All watchers of this process, and what they saw."""

    def __init__(self, watch: Watch) -> None:
        self.watch = watch
        self.seen = Seen()
        self._times: dict[tuple[int, int], array[float]] = {}
        self._watchers: list[Watcher] = []
        self._idle: list[Fetcher] = []
        self._waiting: deque[tuple[Watcher, int]] = deque()

    async def open(self) -> None:
        """Open every stream and wait until each has begun."""
        loop = asyncio.get_running_loop()
        watch = self.watch
        if watch.follow:
            for _ in range(FETCHING_AT_ONCE):
                _, fetcher = await loop.create_connection(
                    lambda: Fetcher(self), LOOPBACK, watch.port
                )
                self._idle.append(fetcher)
        for first in range(0, watch.streams, CONNECT_AT_ONCE):
            numbers = range(first, min(first + CONNECT_AT_ONCE, watch.streams))
            event_ids = [watch.event_ids[number % len(watch.event_ids)] for number in numbers]
            opened = await asyncio.gather(
                *[
                    loop.create_connection(lambda e=e: Watcher(self, e), LOOPBACK, watch.port)
                    for e in event_ids
                ]
            )
            self._watchers += [watcher for _, watcher in opened]
            self.seen.streams += sum(
                await asyncio.gather(*[watcher.begun for _, watcher in opened])
            )

    def note(self, before: int, version: int) -> None:
        """Somebody has come from one version to another just now."""
        times = self._times.get((before, version))
        if times is None:
            times = self._times[before, version] = array("d")
        times.append(time.time())

    def fetch(self, watcher: Watcher, event_id: int) -> None:
        """Fetch what this watcher missed, as soon as a connection is free."""
        if self._idle:
            self._idle.pop().fetch(watcher, event_id)
        else:
            self._waiting.append((watcher, event_id))

    def free(self, fetcher: Fetcher) -> None:
        """A connection has done its work."""
        if self._waiting:
            fetcher.fetch(*self._waiting.popleft())
        else:
            self._idle.append(fetcher)

    def told(self) -> Seen:
        """Everything that was seen until now."""
        self.seen.sightings = [
            Sighting(before, version, times.tobytes())
            for (before, version), times in self._times.items()
        ]
        self.seen.last_version = min((w.version for w in self._watchers), default=-1)
        self.seen.ended_at = time.time()
        return self.seen


@asynccontextmanager
async def watching(watch: Watch) -> AsyncGenerator[Seen]:
    """Streams are open for the length of the block; what they saw is filled in at its end."""
    with tempfile.TemporaryDirectory(prefix="holdfast-bench-") as folder:
        path = Path(folder, "seen")
        process = await asyncio.create_subprocess_exec(
            *module_command("benchmarks.watchers", str(path), msgspec.json.encode(watch).decode()),
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
            await asyncio.wait_for(process.wait(), END_SECONDS_MAX)
            told = msgspec.msgpack.decode(await asyncio.to_thread(path.read_bytes), type=Seen)
            for name in Seen.__struct_fields__:
                setattr(seen, name, getattr(told, name))
        finally:
            await end(process)


async def watch_until_told(watch: Watch) -> Seen:
    """Open the streams, say so, and read on until stdin ends."""
    crowd = Crowd(watch)
    await crowd.open()
    if crowd.seen.streams == watch.streams:
        sys.stdout.buffer.write(READY)
    sys.stdout.flush()
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.buffer.read)
    return crowd.told()


def main() -> None:
    """Do what the argument says."""
    import uvloop

    watch = msgspec.json.decode(sys.argv[2], type=Watch)
    allow_files(watch.streams + SPARE_FILES)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        seen = runner.run(watch_until_told(watch))
    Path(sys.argv[1]).write_bytes(msgspec.msgpack.encode(seen))


def allow_files(wanted: int) -> None:
    """Let this process have so many files open. Raises SystemExit where it may not."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < wanted:
        if hard != resource.RLIM_INFINITY and hard < wanted:
            sys.exit(f"{wanted} open files are needed and {hard} allowed: raise `ulimit -Hn`.")
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


if __name__ == "__main__":
    main()
