"""The ways into the database: connections for requests, for the desk, and for listening.

`open_database` builds them from an address or an embedded server. Every way has its limits, and
whoever asks gets a connection or a typed error in bounded time. Pooled connections keep nothing
between two users: session settings, session locks and listeners belong on a `dedicated` one.
"""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any, Final, cast

import asyncpg
import msgspec
from asyncpg.pool import Pool as DriverPool

from holdfast.database.connection import Connection, OwnConnection, Record
from holdfast.database.embedded import EmbeddedServer
from holdfast.database.errors import DatabaseBusy, Trouble, classify
from holdfast.database.link import (
    CONNECT_SECONDS_MAX,
    LINK_SETTINGS,
    UNREACHABLE,
    Address,
    Link,
    connect,
    connect_link,
    disconnect,
    refuse_old_server,
    unreachable,
)
from holdfast.database.listen import Listener, OnGap, OnNotice

__all__ = ["Connection", "Database", "DatabaseSettings", "Pool", "Record", "open_database"]

CLOSE_SECONDS_MAX: Final = 2.0  # then links are dropped: a stop has five seconds in all

# A connection of the desk that is paused, unplugged or stuck gives the event's lock back. Its
# statements name their rows by key, and a plan made while a table was tiny must not scan it later.
DESK_SETTINGS: Final[Mapping[str, str]] = {
    "application_name": "holdfast desk",
    "statement_timeout": "5000",
    "lock_timeout": "1000",
    "idle_in_transaction_session_timeout": "2000",
    "enable_seqscan": "off",
    "jit": "off",
    **LINK_SETTINGS,
}


class DatabaseSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How many connections one process has, and how long it waits.

    `behind_pgbouncer` says that the address leads to a pooler in transaction mode: nothing is
    prepared by name and no setting is sent there, so `direct_url` of `open_database` must lead past
    it for the desk and for listening.
    """

    connections_max: int = 10
    desk_connections_max: int = 6
    acquire_seconds_max: float = 5.0
    statement_seconds_max: float = 10.0
    behind_pgbouncer: bool = False


class Pool:
    """A bounded number of connections that are alike."""

    def __init__(self, pool: DriverPool, acquire_seconds_max: float) -> None:
        self._pool = pool
        self._acquire_seconds_max = acquire_seconds_max

    @asynccontextmanager
    async def acquire(self, seconds_max: float | None = None) -> AsyncGenerator[Connection]:
        """Lend a connection for the length of an `async with`; an open transaction is rolled back.

        Raises DatabaseBusy where none became free in time, DatabaseUnreachable where the server
        doesn't answer. A connection whose link was lost is not lent again.
        """
        wait = self._acquire_seconds_max if seconds_max is None else seconds_max
        try:
            lent = cast(Any, await self._pool.acquire(timeout=wait))
        except TimeoutError as error:
            raise DatabaseBusy(
                f"No database connection became free within {wait:g} s. Try again in a moment."
            ) from error
        except UNREACHABLE as error:
            raise unreachable(error) from error
        connection = cast(Connection, lent)
        try:
            yield connection
        except BaseException as error:
            if classify(error) is Trouble.LINK_LOST:
                with suppress(asyncpg.InterfaceError):  # the pool may have dropped it already
                    connection.terminate()
            raise
        finally:
            await self._pool.release(lent, timeout=CLOSE_SECONDS_MAX)

    @property
    def size(self) -> int:
        """Connections open just now, lent or idle."""
        return self._pool.get_size()

    @property
    def idle(self) -> int:
        """Connections open and not lent."""
        return self._pool.get_idle_size()

    async def close(self, seconds_max: float = CLOSE_SECONDS_MAX) -> None:
        """Wait for what is lent, but no longer than this; then drop it."""
        try:
            await asyncio.wait_for(self._pool.close(), seconds_max)
        except TimeoutError:
            self._pool.terminate()


class Database:
    """The ways in of one process. Owned by whoever opened it, who closes it."""

    def __init__(self, pool: Pool, desk_pool: Pool, direct: Address) -> None:
        self.pool: Final = pool
        self.desk_pool: Final = desk_pool
        self._direct = direct
        self._listeners: list[Listener] = []

    @asynccontextmanager
    async def dedicated(self, application_name: str = "holdfast") -> AsyncGenerator[Connection]:
        """A connection of one's own, past any pooler, without a limit on statements."""
        link = await connect(self._direct, application_name)
        try:
            yield link
        finally:
            await disconnect(link, CLOSE_SECONDS_MAX)

    async def listen(self, channels: Sequence[str], on_notice: OnNotice, on_gap: OnGap) -> Listener:
        """Listen on a connection of its own; everything said after this returns is heard.

        `on_notice(channel, payload)` is called per notice; `on_gap()` when the link was lost and is
        back, since what was said in between was missed. Closed by its `close` or with the database.
        """

        async def connect_again() -> OwnConnection:
            return await connect(self._direct, "holdfast listen")

        listener = Listener(connect_again, channels, on_notice, on_gap)
        await listener.start()
        self._listeners.append(listener)
        return listener

    async def close(self) -> None:
        """Close everything, within a few seconds whatever is still lent."""
        for listener in self._listeners:
            await listener.close()
        await asyncio.gather(self.desk_pool.close(), self.pool.close())


async def open_database(
    source: str | EmbeddedServer,
    settings: DatabaseSettings | None = None,
    *,
    direct_url: str | None = None,
) -> Database:
    """Open the ways into a database: an address (postgresql://...) or an embedded server.

    `direct_url` leads past a pooler. Raises DatabaseUnreachable where nobody answers, WrongDatabase
    where the server is older than version 15.
    """
    settings = settings or DatabaseSettings()
    address = _address(source)
    direct = _address(direct_url) if direct_url else address
    link = await connect(direct, "holdfast")
    try:
        await refuse_old_server(link)
    finally:
        await disconnect(link, CLOSE_SECONDS_MAX)
    try:
        pool = await _open_pool(address, settings.connections_max, _request_arguments(settings))
        desk_pool = await _open_pool(direct, settings.desk_connections_max, _desk_arguments())
    except UNREACHABLE as error:
        raise unreachable(error) from error
    wait = settings.acquire_seconds_max
    return Database(Pool(pool, wait), Pool(desk_pool, wait), direct)


def _address(source: str | EmbeddedServer) -> Address:
    return {"dsn": source} if isinstance(source, str) else source.connect_arguments()


def _request_arguments(settings: DatabaseSettings) -> dict[str, Any]:
    """A pooler in transaction mode refuses settings, so there the limit is kept at our end."""
    if settings.behind_pgbouncer:
        return {"statement_cache_size": 0, "command_timeout": settings.statement_seconds_max}
    milliseconds = str(int(settings.statement_seconds_max * 1000))
    return {
        "server_settings": {
            "application_name": "holdfast",
            "statement_timeout": milliseconds,
            "idle_in_transaction_session_timeout": milliseconds,
            "jit": "off",
            **LINK_SETTINGS,
        }
    }


def _desk_arguments() -> dict[str, Any]:
    """The desk's statements are a fixed list, so what is prepared stays prepared."""
    return {"server_settings": dict(DESK_SETTINGS), "max_cached_statement_lifetime": 0}


async def _open_pool(address: Address, size_max: int, arguments: Mapping[str, Any]) -> DriverPool:
    return await asyncpg.create_pool(
        **address,
        **arguments,
        min_size=0,
        max_size=size_max,
        timeout=CONNECT_SECONDS_MAX,
        connection_class=Link,
        connect=connect_link,
    )
