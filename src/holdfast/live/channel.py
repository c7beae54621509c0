"""The frames of one event for one choice of sections: made once, shared by all who read them.

Frames form a chain: each leads from the version of the one before to its own. A tick makes the next
one, FRAME_SECONDS_MIN after the last at the earliest, and lets those in who resume from somewhere.
The more readers there are, the longer a telling takes, and the further apart frames are then: sales
keep their part of the machine. But a frame with hardly room for more goes out as soon as it may,
since readers who were told to fetch cost more than readers who are told twice.
A reader keeps nothing but its place in the ring of frames; who falls out of the ring must resync.
"""

import asyncio
from collections import deque
from collections.abc import Iterator
from itertools import islice

from holdfast.config import (
    FRAME_FULL_PLACES,
    FRAME_SECONDS_MAX,
    FRAME_SECONDS_MIN,
    FRAME_SECONDS_PER_READER,
    FRAME_TELLINGS,
    HEARTBEAT_SECONDS,
    STREAM_FRAMES_MAX,
    STREAM_STALL_SECONDS,
    STREAM_STARTS_MAX,
    STREAM_WAKE_READERS_MAX,
)
from holdfast.live.frame import resync_event, seats_event, version_event
from holdfast.live.live_map import LiveMap
from holdfast.live.watched import Watched

HEARTBEAT_SLACK_SECONDS = 0.5  # a frame this shortly after the heartbeat was due counts as it


class Reader:
    """One open stream: its place in the chain, and the task that writes to the browser."""

    __slots__ = (
        "channel",
        "ended",
        "first",
        "is_cut_off",
        "place",
        "since",
        "task",
        "waiter",
        "writing_at",
    )

    def __init__(self, channel: "Channel", since: int | None, task: "asyncio.Task[object]") -> None:
        self.channel = channel
        self.since = since
        self.task = task
        self.first: bytes | None = None
        self.place = -1
        self.ended = False
        self.is_cut_off = False
        self.writing_at: float | None = None
        self.waiter: asyncio.Future[None] | None = None

    async def next_chunk(self) -> bytes | None:
        """The next events, as soon as there are any; None when the stream is to end."""
        while not self.ended:
            chunk = self.channel.take(self)
            if chunk is not None:
                return chunk
            self.waiter = asyncio.get_running_loop().create_future()
            await self.waiter
        return None

    def wake(self) -> None:
        """There may be something to do."""
        waiter = self.waiter
        if waiter is not None and not waiter.done():
            waiter.set_result(None)

    def end(self) -> None:
        """Let the stream end after what is being written."""
        self.ended = True
        self.wake()

    def cut_off(self) -> None:
        """End the stream in the middle of what is being written."""
        self.is_cut_off = True
        self.task.cancel()


class Channel:
    """One chain of frames. Closed when its last reader leaves."""

    def __init__(self, watched: Watched, sections: frozenset[int] | None) -> None:
        self._loop = asyncio.get_running_loop()
        self._watched = watched
        self.event_id = watched.event_id
        self.sections = sections
        self._version = self._map.version
        self._frames: deque[bytes] = deque(maxlen=STREAM_FRAMES_MAX)
        self._made = 0
        self._starting: deque[Reader] = deque()
        self._waiting: set[int] = set()
        self._counted = self._version
        self._pace = FRAME_SECONDS_MIN
        self._ticked_at = self._loop.time() - self._pace
        self._spoke_at = self._loop.time()
        self._tick_timer: asyncio.TimerHandle | None = None
        self._tick_at = 0.0  # not every loop's handle can say it for a time that is past already
        self._beat_timer = self._loop.call_later(HEARTBEAT_SECONDS, self._beat)
        self.readers: set[Reader] = set()
        watched.followers.add(self)

    @property
    def _map(self) -> LiveMap:
        return self._watched.known

    def close(self) -> None:
        """Make no more frames."""
        self._watched.followers.discard(self)
        self._beat_timer.cancel()
        if self._tick_timer is not None:
            self._tick_timer.cancel()

    def join(self, reader: Reader) -> None:
        """Let a reader in: at once where the chain stands at the map's version and at the reader's,
        else with the next tick, so that what it gets first ends where the next frame begins."""
        self.readers.add(reader)
        if self._version == self._map.version and reader.since in (None, self._version):
            self._begin(reader, version_event(self._version))
        else:
            self._starting.append(reader)
            self.moved()

    def leave(self, reader: Reader) -> None:
        self.readers.discard(reader)
        if reader in self._starting:
            self._starting.remove(reader)

    def take(self, reader: Reader) -> bytes | None:
        """What the reader has not had yet, in one piece; None where it has had everything."""
        if reader.first is not None:
            chunk, reader.first = reader.first, None
            return chunk
        missing = self._made - reader.place
        if reader.place < 0 or missing == 0:
            return None
        reader.place = self._made
        if missing > len(self._frames):
            return resync_event(self._version)
        if missing == 1:
            return self._frames[-1]
        return b"".join(islice(self._frames, len(self._frames) - missing, None))

    def moved(self) -> None:
        """There is something for the next tick to do."""
        full = self._is_full()
        at = max(self._loop.time(), self._ticked_at + (FRAME_SECONDS_MIN if full else self._pace))
        if self._tick_timer is not None:
            if self._tick_at <= at:
                return
            self._tick_timer.cancel()
        self._tick_at = at
        self._tick_timer = self._loop.call_at(at, self._tick)

    def _is_full(self) -> bool:
        """Whether the next frame has hardly room for more seats; looks at new batches only."""
        for moved in self._map.moved_since(self._counted):
            self._waiting.update(moved)
        self._counted = self._map.version
        return len(self._waiting) >= FRAME_FULL_PLACES

    def restarted(self) -> None:
        """The chain is broken: everybody has to resync."""
        self._version = -1
        self._counted = self._map.version
        self._waiting.clear()
        self.moved()

    def _tick(self) -> None:
        """Make the next frame, then let those in who wait for it."""
        self._tick_timer = None
        self._ticked_at = self._loop.time()
        self._step(always=self.sections is None or bool(self._starting))
        starts: dict[int | None, bytes] = {}
        while self._starting and len(starts) < STREAM_STARTS_MAX:
            reader = self._starting.popleft()
            if reader.since not in starts:
                starts[reader.since] = self._start(reader.since)
            self._begin(reader, starts[reader.since])
        if self._starting:
            self.moved()

    def _step(self, always: bool) -> None:
        """Lead the chain to the map's version. A frame without changes keeps those who read all
        sections in step; of a few sections it is left out, unless `always`."""
        if self._version == self._map.version:
            return
        changes = self._map.changes_since(self._version, self.sections)
        if changes is None:
            self._push(resync_event(self._map.version))
        elif always or not changes.empty:
            self._push(seats_event(changes))
        else:
            return
        self._version = self._counted = self._map.version
        self._waiting.clear()

    def _start(self, since: int | None) -> bytes:
        """The first event for a reader who has the seats of version `since`."""
        if since is None or since == self._version:
            return version_event(self._version)
        changes = self._map.changes_since(since, self.sections)
        return resync_event(self._version) if changes is None else seats_event(changes)

    def _begin(self, reader: Reader, first: bytes) -> None:
        reader.first = first
        reader.place = self._made
        reader.wake()

    def _push(self, frame: bytes) -> None:
        self._frames.append(frame)
        self._made += 1
        self._spoke_at = self._loop.time()
        self._wake_some(iter(tuple(self.readers)), self._spoke_at)

    def _wake_some(self, readers: Iterator[Reader], since: float) -> None:
        """Wake a few, let the event loop serve others, go on; `since`: when the telling began."""
        woken = 0
        for reader in islice(readers, STREAM_WAKE_READERS_MAX):
            reader.wake()
            woken += 1
        if woken == STREAM_WAKE_READERS_MAX:
            self._loop.call_soon(self._wake_some, readers, since)
        else:
            self._loop.call_soon(self._all_woken, since)  # comes after those who were woken

    def _all_woken(self, since: float) -> None:
        """Set the pace by how long this telling took, with whatever else the loop had to do."""
        took = self._loop.time() - since
        # The loop does not see what the server's own threads and the system still have to write.
        wanted = max(took * FRAME_TELLINGS, len(self.readers) * FRAME_SECONDS_PER_READER)
        self._pace = min(FRAME_SECONDS_MAX, max(FRAME_SECONDS_MIN, wanted))

    def _beat(self) -> None:
        """Say something after a long silence, and cut off who does not listen."""
        now = self._loop.time()
        if now - self._spoke_at > HEARTBEAT_SECONDS - HEARTBEAT_SLACK_SECONDS:
            self._ticked_at = now
            self._step(always=True)
            if self._spoke_at < now:
                self._push(version_event(self._version))
        self._beat_timer = self._loop.call_at(self._spoke_at + HEARTBEAT_SECONDS, self._beat)
        for reader in tuple(self.readers):
            if reader.writing_at is not None and now - reader.writing_at > STREAM_STALL_SECONDS:
                reader.cut_off()
