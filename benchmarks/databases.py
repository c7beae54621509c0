"""Databases to measure in: one embedded server in a folder of its own, a fresh database per run.

A house is built once per measure, in a template that is tidied and analysed; every run starts from
a copy of it, written to disk before the run begins.
"""

import tempfile
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Final, TypeVar
from urllib.parse import quote

from benchmarks.processes import until_gone
from holdfast.database.connection import Connection, OwnConnection
from holdfast.database.embedded import EmbeddedServer, start_embedded
from holdfast.database.link import connect, disconnect
from holdfast.database.migrate import migrate

T = TypeVar("T")

EMPTY: Final = "bench_empty"
CLOSE_SECONDS_MAX: Final = 2.0


class Databases:
    """The server and its databases. Made by `open_databases`."""

    def __init__(self, server: EmbeddedServer) -> None:
        self.server = server
        self._numbers = count(1)

    def url(self, name: str) -> str:
        """The address of one database, as HOLDFAST_DATABASE_URL; holds the password."""
        arguments = self.server.connect_arguments()
        password = quote(str(arguments["password"]), safe="")
        host = quote(str(arguments["host"]), safe="")
        return f"postgresql://{arguments['user']}:{password}@/{name}?host={host}&port=" + str(
            arguments["port"]
        )

    @asynccontextmanager
    async def link(self, name: str) -> AsyncGenerator[OwnConnection]:
        """A connection to one database."""
        address = {**self.server.connect_arguments(), "database": name}
        link = await connect(address, "holdfast bench")
        try:
            yield link
        finally:
            await disconnect(link, CLOSE_SECONDS_MAX)

    @asynccontextmanager
    async def template(
        self, build: Callable[[Connection], Awaitable[T]]
    ) -> AsyncGenerator[tuple[str, T]]:
        """A migrated database in which `build` has put something; its name, and what build said."""
        async with self.fresh(EMPTY) as name:
            async with self.link(name) as link:
                built = await build(link)
                await link.execute("VACUUM (ANALYZE, FREEZE)")
            yield name, built

    @asynccontextmanager
    async def fresh(self, template: str) -> AsyncGenerator[str]:
        """The name of a new copy of a database, on disk; dropped at the end."""
        name = f"bench_{next(self._numbers)}"
        async with self.link("holdfast") as link:
            await link.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        try:
            await self.settle()
            yield name
        finally:
            async with self.link("holdfast") as link:
                await link.execute(f"DROP DATABASE {name} WITH (FORCE)")

    async def settle(self) -> None:
        """Write everything to disk now, so that no checkpoint of earlier work falls into a run."""
        async with self.link("holdfast") as link:
            await link.execute("CHECKPOINT")


@asynccontextmanager
async def open_databases(
    folder: Path | None, programs: Path | None = None
) -> AsyncGenerator[Databases]:
    """Start the server in a new folder below `folder` (None: the system's for temporary files).

    The folder must be on a real disk: fsync on a memory disk would flatter everybody.
    """
    async with AsyncExitStack() as stack:
        data = stack.enter_context(
            tempfile.TemporaryDirectory(prefix="holdfast-bench-", dir=folder)
        )
        server = await start_embedded(Path(data), bin_directory=programs)
        stack.push_async_callback(_stop, server)
        databases = Databases(server)
        async with databases.link("holdfast") as link:
            await link.execute(f"CREATE DATABASE {EMPTY}")
        async with databases.link(EMPTY) as link:
            await migrate(link)
        yield databases


async def _stop(server: EmbeddedServer) -> None:
    """Give the server back and wait until it is gone, since its folder goes next."""
    pid = server.status().supervisor_pid
    server.close()
    await until_gone(pid)
