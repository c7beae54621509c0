"""The stream under the servers that carry it: frames arrive, hang-ups are noticed, an end ends."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncGenerator, Callable

import pytest
import uvicorn
from granian.constants import Interfaces
from granian.server.embed import Server as Granian

from holdfast.live.stream import Streams
from tests.live.paper import EVENT, PaperMaps

pytestmark = pytest.mark.anyio

PATIENCE_SECONDS = 10.0


def application(streams: Streams) -> Callable:
    """Nothing but the stream."""

    async def app(scope, receive, send) -> None:
        if scope["type"] == "http":
            await streams.serve(EVENT, scope, receive, send, [(b"x-also", b"yes")])

    return app


@contextlib.asynccontextmanager
async def served(kind: str, streams: Streams) -> AsyncGenerator[int]:
    """The stream on a port of this machine."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    if kind == "granian":
        server = Granian(
            application(streams), port=port, interface=Interfaces.ASGINL, log_enabled=False
        )
        running = asyncio.create_task(server.serve())
        stop = server.stop
    else:
        config = uvicorn.Config(
            application(streams), port=port, lifespan="off", log_level="error", loop="none"
        )
        unasked = uvicorn.Server(config)
        unasked.install_signal_handlers = lambda: None
        unasked.capture_signals = contextlib.nullcontext
        running = asyncio.create_task(unasked.serve())

        def stop() -> None:
            unasked.should_exit = True

    try:
        yield port
    finally:
        stop()
        async with asyncio.timeout(PATIENCE_SECONDS):
            await running


async def connected(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection that has asked for the stream; the server may still be starting."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                break
            except OSError:
                await asyncio.sleep(0.02)
    writer.write(b"GET /stream HTTP/1.1\r\nHost: localhost\r\nLast-Event-ID: 0\r\n\r\n")
    return reader, writer


async def told(reader: asyncio.StreamReader, words: bytes) -> bytes:
    async with asyncio.timeout(PATIENCE_SECONDS):
        return await reader.readuntil(words)


async def until(found: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not found():
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("kind", ["granian", "uvicorn"])
async def test_frames_arrive_and_hanging_up_is_noticed(kind: str) -> None:
    maps = PaperMaps()
    streams = Streams(maps)
    async with served(kind, streams) as port:
        reader, writer = await connected(port)
        head = await told(reader, b"\r\n\r\n")
        assert b" 200" in head.splitlines()[0]
        assert b"content-type: text/event-stream" in head.lower()
        assert b"x-also: yes" in head.lower()
        await told(reader, b"event: version\nid: 0\n")
        for seat_id in range(3):
            version = maps.change(H=[seat_id])
            await told(reader, b"id: %d\n" % version)
        assert streams.count == 1
        writer.close()
        await until(lambda: streams.count == 0)
        assert not maps.watched.followers


@pytest.mark.parametrize("kind", ["granian", "uvicorn"])
async def test_a_stop_ends_the_answer_properly(kind: str) -> None:
    streams = Streams(PaperMaps())
    async with served(kind, streams) as port:
        reader, writer = await connected(port)
        await told(reader, b"event: version\n")
        await streams.close()
        assert streams.count == 0
        await told(reader, b"0\r\n\r\n")
        writer.close()
