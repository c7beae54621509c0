"""A cable that can be pulled: a TCP proxy before PostgreSQL that reads along.

`cut_at` names the instant: before or after the COMMIT of a transaction is passed on. It cuts once,
`cuts` counts; everything else passes untouched. Bounded: it ends with its `async with`.
"""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from enum import Enum
from typing import Any
from urllib.parse import quote

SERVER_SECONDS = 0.2  # long enough for the server to finish the COMMIT that was passed on


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
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        a = self._address
        password = quote(str(a["password"]))
        return f"postgresql://{a['user']}:{password}@127.0.0.1:{self.port}/{a['database']}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        path = f"{self._address['host']}/.s.PGSQL.{self._address.get('port', 5432)}"
        server_reader, server_writer = await asyncio.open_unix_connection(path)
        answers = asyncio.create_task(self._pass_answers(server_reader, writer))
        self._tasks.add(answers)
        try:
            while data := await reader.read(65_536):
                if b"COMMIT\x00" in data and self.cut_at is not CutAt.NEVER:
                    after = self.cut_at is CutAt.AFTER_COMMIT
                    self.cut_at = CutAt.NEVER
                    self.cuts += 1
                    answers.cancel()
                    if after:
                        server_writer.write(data)
                        await server_writer.drain()
                        await asyncio.sleep(SERVER_SECONDS)
                    return
                server_writer.write(data)
                await server_writer.drain()
        finally:
            answers.cancel()
            writer.transport.abort()
            server_writer.transport.abort()
            self._tasks.discard(answers)

    async def _pass_answers(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
        writer.close()


@asynccontextmanager
async def proxy(address: Mapping[str, Any]) -> AsyncGenerator[Proxy]:
    """A proxy before the server at this address (the driver's arguments)."""
    passing = Proxy(address)
    server = await asyncio.start_server(passing.serve, "127.0.0.1", 0)
    passing.port = server.sockets[0].getsockname()[1]
    try:
        yield passing
    finally:
        server.close()
