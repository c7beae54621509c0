"""The database that the settings name, migrated: what every command and server begins with."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager

from holdfast.config import (
    DESK_CONNECTIONS_MAX,
    EMBEDDED_WATCH_SECONDS,
    POOL_CONNECTIONS_MAX,
    Settings,
)
from holdfast.database.embedded import EmbeddedServer, start_embedded
from holdfast.database.migrate import migrate
from holdfast.database.pool import Database, DatabaseSettings, open_database
from holdfast.loops import running_loops

Progress = Callable[[str], None]


@asynccontextmanager
async def open_store(
    settings: Settings, progress: Progress | None = None
) -> AsyncGenerator[Database]:
    """The database of the settings, migrated; the embedded one is started where none is named.

    Raises EmbeddedError, DatabaseUnreachable or WrongDatabase with a sentence.
    """
    async with AsyncExitStack() as stack:
        source: str | EmbeddedServer = settings.database_url
        if not settings.database_url:
            source = await start_embedded(
                settings.data, bin_directory=settings.postgres_bin, progress=progress
            )
            stack.callback(source.close)
        limits = DatabaseSettings(
            connections_max=POOL_CONNECTIONS_MAX,
            desk_connections_max=DESK_CONNECTIONS_MAX,
            behind_pgbouncer=bool(settings.direct_url),
        )
        database = await open_database(
            source,
            limits,
            direct_url=settings.direct_url or None,
            replica_urls=settings.replica_urls,
        )
        stack.push_async_callback(database.close)
        async with database.dedicated("holdfast migration") as connection:
            await migrate(connection)
        if isinstance(source, EmbeddedServer):
            watch = await stack.enter_async_context(running_loops())
            watch("embedded server", lambda: _watch_embedded(source))
        yield database


async def _watch_embedded(server: EmbeddedServer) -> None:
    """Start the supervisor of the embedded server again if somebody killed it."""
    while True:
        await asyncio.sleep(EMBEDDED_WATCH_SECONDS)
        await server.ensure_running()
