"""A bounded number of connections that are alike, lent one at a time.

Whoever asks gets one, or a typed error in bounded time. They keep nothing between two users.
"""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any, Final, cast

import asyncpg
from asyncpg.pool import Pool as DriverPool

from holdfast.database.connection import Connection
from holdfast.database.errors import DatabaseBusy, Trouble, classify
from holdfast.database.link import (
    CONNECT_SECONDS_MAX,
    UNREACHABLE,
    Address,
    Link,
    connect_link,
    unreachable,
)

CLOSE_SECONDS_MAX: Final = 2.0  # then links are dropped: a stop has five seconds in all


class Pool:
    """A bounded number of connections that are alike."""

    def __init__(self, pool: DriverPool, acquire_seconds_max: float) -> None:
        self._pool = pool
        self._lent = 0
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
        self._lent += 1
        try:
            yield connection
        except BaseException as error:
            if classify(error) is Trouble.LINK_LOST:
                with suppress(asyncpg.InterfaceError):  # the pool may have dropped it already
                    connection.terminate()
            raise
        finally:
            self._lent -= 1
            await self._pool.release(lent, timeout=CLOSE_SECONDS_MAX)

    @property
    def spare(self) -> bool:
        """Whether somebody who asks now need not wait for another to give one back."""
        return self._lent < self._pool.get_max_size()

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


async def open_pool(
    address: Address, size_max: int, acquire_seconds_max: float, arguments: Mapping[str, Any]
) -> Pool:
    """A pool that connects when it is asked; `arguments` are the driver's."""
    pool = await asyncpg.create_pool(
        **address,
        **arguments,
        min_size=0,
        max_size=size_max,
        timeout=CONNECT_SECONDS_MAX,
        connection_class=Link,
        connect=connect_link,
    )
    return Pool(pool, acquire_seconds_max)
