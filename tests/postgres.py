"""A real PostgreSQL for the tests: one server per run, a fresh database per test.

The server is the embedded one in a temporary folder. A template is migrated once and copied, so
that every test has a database of its own and may commit. A copy costs a fifth of a second of work;
a database that a test leaves with the schema it was given is emptied, which costs a tenth of that,
and is the next one's.
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
from holdfast.database.pool import Connection, Database, DatabaseSettings, open_database

TEMPLATE: Final = f"holdfast_template_{os.getpid()}"
SHARED_SERVER: Final = "HOLDFAST_TEST_SERVER"
REUSED_BYTES_MAX: Final = 4_194_304  # what rows leave behind: a larger one costs more to read

_ENDED = """
SELECT coalesce(bool_and(pg_terminate_backend(pid, 5000)), TRUE)
FROM pg_stat_activity
WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()
"""
# Whatever changes the schema, or a setting of the database, writes or deletes a row of these; to
# analyse and to tidy up change rows in their place. PostgreSQL's own things are below 16384.
_SCHEMA = """
SELECT count(*), max(xmin::text::bigint)
FROM (
    SELECT xmin FROM pg_class WHERE oid >= 16384
    UNION ALL SELECT xmin FROM pg_attribute WHERE attrelid >= 16384
    UNION ALL SELECT xmin FROM pg_attrdef
    UNION ALL SELECT xmin FROM pg_constraint
    UNION ALL SELECT xmin FROM pg_index
    UNION ALL SELECT xmin FROM pg_trigger
    UNION ALL SELECT xmin FROM pg_proc WHERE oid >= 16384
    UNION ALL SELECT xmin FROM pg_type WHERE oid >= 16384
    UNION ALL SELECT xmin FROM pg_enum
    UNION ALL SELECT xmin FROM pg_namespace
    UNION ALL SELECT xmin FROM schema_migration
    UNION ALL SELECT xmin FROM pg_db_role_setting
    WHERE setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())
) AS written
"""
_WRITTEN = """
SELECT oid::regclass::text, pg_relation_size(oid)
FROM pg_class
WHERE
    relkind = 'r'
    AND relnamespace = ANY(ARRAY['public', 'test_provider']::regnamespace[])
    AND relname <> 'schema_migration'
    AND pg_relation_size(oid) > 0
ORDER BY array_position(ARRAY['ticket', 'order_item'], relname::text)
"""
_COUNT_ANEW = "SELECT setval(seqrelid, seqstart, FALSE) FROM pg_sequence"


async def empty(connection: Connection) -> int:
    """Delete every row and count from one again; how many bytes the rows leave behind."""
    written = list(await connection.fetch(_WRITTEN))
    deletions = [f"DELETE FROM {table}" for table, _ in written]
    await connection.execute(";".join([*deletions, _COUNT_ANEW]))
    return sum(size for _, size in written)


class FreshDatabases:
    """Hands out migrated databases of one server. Made per test run; `close` it at the end."""

    def __init__(self, server: EmbeddedServer) -> None:
        self.server = server
        self._numbers = count(1)
        self._schema: list[int] = []
        self._emptied: list[str] = []

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
            self._schema = await _schema(link)

    @asynccontextmanager
    async def fresh(self, template: str = TEMPLATE) -> AsyncGenerator[str]:
        """The name of a database that is as new: migrated, without rows (or `template0`: without
        anything). Nobody has it after the end."""
        migrated = template == TEMPLATE
        name = self._emptied.pop() if migrated and self._emptied else await self._create(template)
        kept = False
        try:
            yield name
            kept = migrated and await self._is_as_new(name)
        finally:
            if kept:
                self._emptied.append(name)
            else:
                await self._drop(name)

    @asynccontextmanager
    async def open(self, settings: DatabaseSettings | None = None) -> AsyncGenerator[Database]:
        """The same, opened; closed at the end."""
        async with self.fresh() as name:
            database = await open_database(self.url(name), settings)
            try:
                yield database
            finally:
                await database.close()

    async def _create(self, template: str) -> str:
        name = f"test_{os.getpid()}_{next(self._numbers)}"
        async with self._at("holdfast") as link:
            await link.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY wal_log")
        return name

    async def _is_as_new(self, name: str) -> bool:
        """Empty it, once everybody in it is gone; False where it isn't what it was."""
        async with self._at(name) as link:
            ended = await link.fetchval(_ENDED)
            same = ended and await _schema(link) == self._schema
            return same and await empty(link) <= REUSED_BYTES_MAX

    async def _drop(self, name: str) -> None:
        async with self._at("holdfast") as link:
            await link.execute(f"DROP DATABASE {name} WITH (FORCE)")

    @asynccontextmanager
    async def _at(self, name: str) -> AsyncGenerator[OwnConnection]:
        link = await connect(self.address(name), "holdfast tests")
        try:
            yield link
        finally:
            await disconnect(link, 1.0)


async def _schema(connection: Connection) -> list[int]:
    return list(await connection.fetchrow(_SCHEMA) or ())


def start_server(data: Path) -> EmbeddedServer:
    """The embedded server in this folder; `close` stops it."""
    programs = os.environ.get("HOLDFAST_POSTGRES_BIN")
    return start_embedded_blocking(data, bin_directory=Path(programs) if programs else None)
