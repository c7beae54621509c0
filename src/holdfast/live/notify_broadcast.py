"""The broadcast by PostgreSQL: NOTIFY and LISTEN, on connections of their own.

Nothing here is ever in a desk's transaction: a NOTIFY there would make the commits of all events
queue up behind each other.
"""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import Final

from holdfast.config import NOTICE_ANSWER_SECONDS_MAX
from holdfast.database.listen import Listener
from holdfast.database.pool import Database
from holdfast.live.broadcast import BroadcastName, OnGap, OnText, Say

CHANNEL: Final = "holdfast_live"

_NOTIFY = "SELECT pg_notify($1, payload) FROM unnest($2::text[]) AS payload"


class NotifyBroadcast:
    """Reaches every process on the same database."""

    name: BroadcastName = "notify"

    def __init__(self, database: Database) -> None:
        self._database = database

    async def listen(self, on_text: OnText, on_gap: OnGap) -> Listener:
        """As Broadcast.listen. Raises DatabaseError where the database doesn't answer."""
        return await self._database.listen([CHANNEL], lambda _, text: on_text(text), on_gap)

    @asynccontextmanager
    async def speaking(self) -> AsyncGenerator[Say]:
        """As Broadcast.speaking."""
        async with self._database.dedicated("holdfast notify") as connection:
            # A notice is a hint: no disk and no standby has to have it before the next is sent.
            await connection.execute("SET synchronous_commit = off")

            async def say(texts: Sequence[str]) -> None:
                timeout = NOTICE_ANSWER_SECONDS_MAX
                await connection.execute(_NOTIFY, CHANNEL, list(texts), timeout=timeout)

            yield say
