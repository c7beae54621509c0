"""The time by which tokens are checked: the database's, read now and then and carried on between.

A token that ends after 30 days need not ask the database at every request. Nothing that moves a
seat uses this: the desk reads the clock itself, under its lock.
"""

import asyncio
import time
from datetime import UTC, datetime, timedelta

import structlog

from holdfast.config import TIME_REFRESH_SECONDS
from holdfast.database.clock import Clock
from holdfast.database.errors import Trouble, classify
from holdfast.database.pool import Database

log = structlog.get_logger(__name__)


class RecentTime:
    """Read once at the start, then by `run` until that is cancelled."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._at = datetime.fromtimestamp(0, UTC)
        self._read_at = time.monotonic()

    def now(self) -> datetime:
        """The time, right to about the length of one statement."""
        return self._at + timedelta(seconds=time.monotonic() - self._read_at)

    async def read(self) -> None:
        """Ask the database. Raises what the database raises."""
        async with self._database.pool.acquire() as connection:
            now = await self._clock.now(connection)
        self._at, self._read_at = now, time.monotonic()

    async def run(self) -> None:
        """Read it again every half minute; while the database is away, go on without."""
        while True:
            await asyncio.sleep(TIME_REFRESH_SECONDS)
            try:
                await self.read()
            except Exception as error:
                if classify(error) is Trouble.BUG:
                    raise
                log.warning("time.not_read", error=repr(error))
