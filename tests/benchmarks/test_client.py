"""The load client: it must count what really came back, however it came."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from benchmarks.client import LOOPBACK, Answer, Journey, drive
from benchmarks.samples import NO_ANSWER

pytestmark = pytest.mark.anyio

REQUEST = b"POST / HTTP/1.1\r\nHost: test\r\n\r\n"
CREATED = b'HTTP/1.1 201 Created\r\ncontent-length: 7\r\n\r\n{"a":1}'
REFUSED = b"HTTP/1.1 409 Conflict\r\ncontent-length: 2\r\n\r\n{}"
NO_CONTENT = b"HTTP/1.1 204 No Content\r\ncache-control: no-store\r\n\r\n"

Respond = Callable[[asyncio.StreamWriter, int], None]


@asynccontextmanager
async def server(respond: Respond) -> AsyncIterator[int]:
    """A port that calls `respond(writer, number)` for the first, second, ... request."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        number = 0
        while not reader.at_eof():
            try:
                await reader.readuntil(b"\r\n\r\n")
            except asyncio.IncompleteReadError:
                break
            number += 1
            respond(writer, number)
        writer.close()

    listening = await asyncio.start_server(serve, LOOPBACK, 0)
    async with listening:
        yield listening.sockets[0].getsockname()[1]


def journey(requests: int, seen: list[Answer]) -> Journey:
    for _ in range(requests):
        seen.append((yield "ask", REQUEST))


async def test_statuses_and_bodies_are_what_the_server_sent() -> None:
    answers = [CREATED, NO_CONTENT, REFUSED]
    seen: list[Answer] = []
    async with server(lambda writer, number: writer.write(answers[number - 1])) as port:
        samples = await drive(port, [journey(3, seen)], 0, 5)
    assert seen == [(201, b'{"a":1}'), (204, b""), (409, b"{}")]
    assert samples.counts() == {"ask 201": 1, "ask 204": 1, "ask 409": 1}
    assert samples.lost_connections == 0


async def test_an_answer_in_pieces_is_one_answer() -> None:
    def respond(writer: asyncio.StreamWriter, _: int) -> None:
        async def dribble() -> None:
            for byte in CREATED:
                writer.write(bytes([byte]))
                await writer.drain()

        pieces.append(asyncio.ensure_future(dribble()))

    pieces: list[asyncio.Future[None]] = []
    seen: list[Answer] = []
    async with server(respond) as port:
        samples = await drive(port, [journey(2, seen)], 0, 5)
    assert seen == [(201, b'{"a":1}')] * 2
    assert len(samples.took("ask")) == 2


async def test_a_connection_that_the_server_drops_is_counted_as_lost() -> None:
    async with server(lambda writer, _: writer.transport.abort()) as port:
        samples = await drive(port, [journey(1, [])], 0, 5)
    assert samples.lost_connections == 1


async def test_a_request_without_an_answer_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmarks.client.DRAIN_SECONDS_MAX", 0.05)
    async with server(lambda *_: None) as port:
        samples = await drive(port, [journey(1, [])], 0, 0.05)
    assert samples.unexpected([201]) == {f"ask {NO_ANSWER}": 1}


async def test_the_warm_up_is_not_measured() -> None:
    async with server(lambda writer, _: writer.write(CREATED)) as port:
        samples = await drive(port, [journey(20, [])], 60, 5)
    assert samples.took("ask", window=(0, samples.begin + 60)) != []
    assert samples.took("ask") == []
