"""A load client: keep-alive HTTP/1.1 connections, each walking through one buyer's journey.

It sends bytes that were made before and reads no more of an answer than it must, so that the
machine's time goes to the server. It is no HTTP client: it speaks to our own server on loopback
only, one request at a time per connection, and ends after the seconds that it was given.
"""

import asyncio
import time
from array import array
from collections.abc import Generator, Iterable
from typing import Final, cast

from benchmarks.samples import NO_ANSWER, Samples, Series

Request = tuple[str, bytes]
"""What kind of request it is, and the whole request as bytes."""
Answer = tuple[int, bytes]
"""Status and body."""
Journey = Generator[Request, Answer, None]
"""Yields requests and is sent their answers; the connection ends with it."""

LOOPBACK: Final = "127.0.0.1"
CONNECT_AT_ONCE: Final = 100  # below every backlog
CONNECT_SECONDS_MAX: Final = 20.0
DRAIN_SECONDS_MAX: Final = 10.0  # longer than any wait of the server; then it counts as no answer
HEAD_END: Final = b"\r\n\r\n"
LENGTH: Final = b"\ncontent-length: "


class Recorder:
    """Collects the answers of all connections."""

    def __init__(self) -> None:
        self._series: dict[tuple[str, int], tuple[array[float], array[float]]] = {}
        self.lost_connections = 0

    def record(self, request: str, status: int, at: float, took: float) -> None:
        """One answer; `at` and `took` in seconds."""
        series = self._series.get((request, status))
        if series is None:
            series = self._series[request, status] = array("d"), array("d")
        series[0].append(at)
        series[1].append(took)

    def samples(self, begin: float, end: float) -> Samples:
        """Everything so far, with the measured interval."""
        series = [
            Series(request, status, at.tobytes(), took.tobytes())
            for (request, status), (at, took) in sorted(self._series.items())
        ]
        return Samples(begin, end, series, self.lost_connections)


class Buyer(asyncio.Protocol):
    """One connection and its journey."""

    def __init__(self, journey: Journey, recorder: Recorder) -> None:
        self._journey = journey
        self._recorder = recorder
        self._transport: asyncio.WriteTransport | None = None
        self._rest: bytes = b""
        self._request = ""
        self._sent_at = 0.0
        self._stopping = False
        self.done = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.WriteTransport, transport)

    def start(self) -> None:
        """Send the first request."""
        self._go_on(None)

    def stop(self) -> None:
        """Send nothing more; what is under way is still waited for."""
        self._stopping = True
        if not self._request:
            self._finish()

    def data_received(self, data: bytes) -> None:
        if self._rest:
            data = self._rest + data
        head_end = data.find(HEAD_END)
        if head_end < 0:
            self._rest = data
            return
        place = data.find(LENGTH, 0, head_end)
        length = 0
        if place >= 0:
            start = place + len(LENGTH)
            length = int(data[start : data.index(b"\r", start)])
        body_at = head_end + len(HEAD_END)
        if len(data) < body_at + length:
            self._rest = data
            return
        self._rest = b""
        at = time.perf_counter()
        status = int(data[9:12])
        self._recorder.record(self._request, status, at, at - self._sent_at)
        self._request = ""
        self._go_on((status, data[body_at:]))

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        if not self.done.done():
            self._recorder.lost_connections += 1
            self._finish()

    def give_up(self) -> None:
        """The end has come and no answer: count it."""
        if self._request:
            at = time.perf_counter()
            self._recorder.record(self._request, NO_ANSWER, at, at - self._sent_at)
        self._finish()

    def _go_on(self, answer: Answer | None) -> None:
        if self._stopping:
            self._finish()
            return
        try:
            self._request, raw = self._journey.send(answer) if answer else next(self._journey)
        except StopIteration:
            self._finish()
            return
        assert self._transport is not None, "a journey starts on an open connection"
        self._sent_at = time.perf_counter()
        self._transport.write(raw)

    def _finish(self) -> None:
        if not self.done.done():
            self.done.set_result(None)
        if self._transport is not None:
            self._transport.close()


async def drive(
    port: int, journeys: Iterable[Journey], warm_seconds: float, seconds: float
) -> Samples:
    """Walk all journeys at once, each on its own connection; they start together.

    Measured are `seconds` after the warm-up, or less where all journeys have ended before.
    """
    recorder = Recorder()
    buyers = await _connect(port, journeys, recorder)
    try:
        begin = time.perf_counter() + warm_seconds
        for buyer in buyers:
            buyer.start()
        ended = asyncio.gather(*[buyer.done for buyer in buyers])
        await asyncio.wait([ended], timeout=warm_seconds + seconds)
        end = min(time.perf_counter(), begin + seconds)
        for buyer in buyers:
            buyer.stop()
        await asyncio.wait([ended], timeout=DRAIN_SECONDS_MAX)
    finally:
        for buyer in buyers:
            buyer.give_up()
    return recorder.samples(begin, end)


async def _connect(port: int, journeys: Iterable[Journey], recorder: Recorder) -> list[Buyer]:
    loop = asyncio.get_running_loop()
    waiting = list(journeys)
    buyers: list[Buyer] = []
    async with asyncio.timeout(CONNECT_SECONDS_MAX):
        while waiting:
            some, waiting = waiting[:CONNECT_AT_ONCE], waiting[CONNECT_AT_ONCE:]
            opened = await asyncio.gather(
                *[
                    loop.create_connection(lambda j=j: Buyer(j, recorder), LOOPBACK, port)
                    for j in some
                ]
            )
            buyers += [buyer for _, buyer in opened]
    return buyers
