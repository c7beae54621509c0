"""The only reader of time. Everything else takes `now` as an argument.

Tests pass another clock; the product has one, and no switch to shift it.
"""

from datetime import datetime
from typing import Final

from holdfast.database.connection import Connection
from holdfast.database.statements import load

NOW: Final = load("database/clock.sql")


class Clock:
    """The database's clock: all processes see the same one."""

    async def now(self, connection: Connection) -> datetime:
        """The time, aware, in UTC, with microseconds; taken when the statement runs."""
        return self.shown(await connection.fetchval(NOW))

    def shown(self, now: datetime) -> datetime:
        """What this clock shows where the database's shows `now`, by the same statement."""
        return now
