"""A real PostgreSQL for the tests: one server per run, a fresh database per test.

The server is the embedded one in a temporary folder. A template is migrated once; copying it takes
some tens of milliseconds, so that every test has a database of its own and may commit.
HOLDFAST_POSTGRES_BIN chooses other programs, for example Debian's PostgreSQL 15;
HOLDFAST_TEST_SERVER names a folder whose server several runs share, each with its own template.
"""

import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Final

from holdfast.database.connection import OwnConnection
from holdfast.database.embedded import EmbeddedServer, start_embedded_blocking
from holdfast.database.link import Address, connect, disconnect
from holdfast.database.migrate import migrate
from holdfast.database.pool import Database, DatabaseSettings, open_database

TEMPLATE: Final = f"holdfast_template_{os.getpid()}"
SHARED_SERVER: Final = "HOLDFAST_TEST_SERVER"


class FreshDatabases:
    """Hands out migrated databases of one server. Made per test run; `close` it at the end."""

    def __init__(self, server: EmbeddedServer) -> None:
        self.server = server
        self._numbers = count(1)

    def address(self, name: str) -> Address:
        """The driver's arguments for one database of the server."""
        return {**self.server.connect_arguments(), "database": name}

    def url(self, name: str) -> str:
        """The same as an address, for programs that read HOLDFAST_DATABASE_URL."""
        return self.server.dsn.replace("/holdfast?", f"/{name}?")

    async def make_template(self) -> None:
        """Migrate the template; once, before the first database is asked for."""
        async with self._at("holdfast") as link:
            await link.execute(f"CREATE DATABASE {TEMPLATE}")
        async with self._at(TEMPLATE) as link:
            await migrate(link)

    @asynccontextmanager
    async def fresh(self, template: str = TEMPLATE) -> AsyncGenerator[str]:
        """The name of a new database, migrated (or empty: `template0`); dropped at the end."""
        name = f"test_{os.getpid()}_{next(self._numbers)}"
        async with self._at("holdfast") as link:
            await link.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY wal_log")
        try:
            yield name
        finally:
            async with self._at("holdfast") as link:
                await link.execute(f"DROP DATABASE {name} WITH (FORCE)")

    @asynccontextmanager
    async def open(self, settings: DatabaseSettings | None = None) -> AsyncGenerator[Database]:
        """A new migrated database, opened; closed and dropped at the end."""
        async with self.fresh() as name:
            database = await open_database(self.url(name), settings)
            try:
                yield database
            finally:
                await database.close()

    @asynccontextmanager
    async def _at(self, name: str) -> AsyncGenerator[OwnConnection]:
        link = await connect(self.address(name), "holdfast tests")
        try:
            yield link
        finally:
            await disconnect(link, 1.0)


def start_server(data: Path) -> EmbeddedServer:
    """The embedded server in this folder; `close` stops it."""
    programs = os.environ.get("HOLDFAST_POSTGRES_BIN")
    return start_embedded_blocking(data, bin_directory=Path(programs) if programs else None)
