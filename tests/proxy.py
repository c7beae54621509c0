"""A cable that can be pulled, squeezed and cut: a TCP address before PostgreSQL's socket.

`cut_at` names an instant, before or after the COMMIT of a transaction is passed on: it cuts once
there, and `cuts` counts. `reset` breaks what is open, `hold` lets nothing through and tells nobody,
`delay_seconds` slows everything down. Untouched, everything passes. It ends with its `async with`.
"""

import asyncio
import re
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from enum import Enum
from typing import Any, Final, cast
from urllib.parse import quote

_COMMIT: Final = re.compile(rb"COMMIT( AND CHAIN)?\x00")
SERVER_SECONDS: Final = 1.0  # for an answer to the COMMIT that was passed on; then it is cut anyway


class CutAt(Enum):
    NEVER = "never"
    BEFORE_COMMIT = "before the COMMIT is passed on"
    AFTER_COMMIT = "after the COMMIT is passed on, before its answer"


class Proxy:
    """Passes bytes between clients on a loopback port and the server's socket."""

    def __init__(self, address: Mapping[str, Any]) -> None:
        self._address = address
        self.port = 0
        self.cut_at = CutAt.NEVER
        self.cuts = 0
        self.delay_seconds = 0.0
        self.holding = False
        self.lines: set[_Line] = set()

    @property
    def url(self) -> str:
        a = self._address
        password = quote(str(a["password"]))
        return f"postgresql://{a['user']}:{password}@127.0.0.1:{self.port}/{a['database']}"

    @property
    def socket(self) -> str:
        """The server's own."""
        return f"{self._address['host']}/.s.PGSQL.{self._address.get('port', 5432)}"

    def reset(self) -> None:
        """Break every open link, without a word."""
        for line in list(self.lines):
            line.cut()

    def hold(self) -> None:
        """From now on nothing arrives, and nobody is told."""
        self.holding = True

    def go_on(self) -> None:
        """Let through what was held, and everything after it."""
        self.holding = False
        for line in list(self.lines):
            line.flush()

    def cuts_here(self, data: bytes) -> CutAt:
        """Whether this is the COMMIT to cut at; it is one only once."""
        if self.cut_at is CutAt.NEVER or not _COMMIT.search(data):
            return CutAt.NEVER
        at, self.cut_at = self.cut_at, CutAt.NEVER
        self.cuts += 1
        return at


class _Line:
    """One client and its link to the server: two ends that pass on what they hear."""

    def __init__(self, proxy: Proxy) -> None:
        self.proxy = proxy
        self.client = _End(self)
        self.server = _End(self)
        self.cut_by_answer = False
        proxy.lines.add(self)

    def hear(self, end: "_End", data: bytes) -> None:
        if end is self.server:
            if self.cut_by_answer:
                self.cut()
            else:
                self.client.send(data)
            return
        at = self.proxy.cuts_here(data)
        if at is CutAt.BEFORE_COMMIT:
            self.cut()
            return
        if at is CutAt.AFTER_COMMIT:
            self.cut_by_answer = True
            asyncio.get_running_loop().call_later(SERVER_SECONDS, self.cut)
        self.server.send(data)

    def flush(self) -> None:
        self.client.flush()
        self.server.flush()

    def cut(self) -> None:
        self.proxy.lines.discard(self)
        self.client.abort()
        self.server.abort()


class _End(asyncio.Protocol):
    """What is sent before the link is there, or while it is held, waits in its order."""

    def __init__(self, line: _Line) -> None:
        self._line = line
        self._transport: asyncio.Transport | None = None
        self._waiting: list[bytes] = []
        self._slow_until = 0.0
        self._aborted = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's are no subclass of it
        if self._aborted:
            self._transport.abort()
        self.flush()

    def data_received(self, data: bytes) -> None:
        self._line.hear(self, data)

    def connection_lost(self, exc: Exception | None) -> None:
        self._line.cut()

    def send(self, data: bytes) -> None:
        loop = asyncio.get_running_loop()
        self._waiting.append(data)
        if self._line.proxy.delay_seconds or self._slow_until > loop.time():
            self._slow_until = loop.time() + self._line.proxy.delay_seconds
            loop.call_at(self._slow_until, self.flush)
        else:
            self.flush()

    def flush(self) -> None:
        transport = self._transport
        if transport is None or self._line.proxy.holding or self._aborted:
            return
        waiting, self._waiting = self._waiting, []
        transport.writelines(waiting)

    def abort(self) -> None:
        self._aborted = True
        if self._transport is not None:
            self._transport.abort()


@asynccontextmanager
async def proxy(address: Mapping[str, Any]) -> AsyncGenerator[Proxy]:
    """A proxy before the server at this address (the driver's arguments)."""
    passing = Proxy(address)
    loop = asyncio.get_running_loop()
    connecting: set[asyncio.Task[None]] = set()

    async def connect(line: _Line) -> None:
        try:
            await loop.create_unix_connection(lambda: line.server, passing.socket)
        except OSError:  # the server is away
            line.cut()

    def greet() -> _End:
        line = _Line(passing)
        task = loop.create_task(connect(line))
        connecting.add(task)
        task.add_done_callback(connecting.discard)
        return line.client

    server = await loop.create_server(greet, "127.0.0.1", 0)
    passing.port = server.sockets[0].getsockname()[1]
    try:
        yield passing
    finally:
        server.close()
        for task in list(connecting):
            task.cancel()
        await asyncio.gather(*connecting, return_exceptions=True)
        passing.reset()
