"""The replicas of the primary: which of them may be read from, and how old what they show may be.

Age is an upper bound and trusts no clock but this process's: how far the primary's log was is
written down with the time, and a replica that has replayed as far is no older than that. A replica
that is paused, cut off, dead or promoted is left out, and comes back, by itself. Nothing here
writes, and the primary is asked the same little however many people browse.
"""

import asyncio
import time
from collections import deque
from collections.abc import Sequence
from typing import Any, Final, Literal

import structlog
from msgspec import Struct

from holdfast.config import (
    REPLICA_AGE_SECONDS_MAX,
    REPLICA_LOOK_SECONDS,
    REPLICA_LOOK_SECONDS_MAX,
    REPLICA_REPLAY_SECONDS,
    REPLICA_SAMPLES_MAX,
)
from holdfast.database.connection import OwnConnection, Record
from holdfast.database.lending import Pool
from holdfast.database.link import Address, connect, disconnect

_PRIMARY = """
SELECT
    (pg_current_wal_lsn() - '0/0'::pg_lsn)::bigint AS written,
    (SELECT system_identifier FROM pg_control_system()) AS system
"""
_REPLICA = """
SELECT
    pg_is_in_recovery() AS is_replica,
    (pg_last_wal_replay_lsn() - '0/0'::pg_lsn)::bigint AS replayed,
    (SELECT system_identifier FROM pg_control_system()) AS system
"""
CLOSE_SECONDS_MAX: Final = 0.5

ReplicaStatus = Literal["ok", "behind", "unreachable", "promoted", "foreign"]
"""behind: older than REPLICA_AGE_SECONDS_MAX. promoted: a primary by now. foreign: of another."""

log = structlog.get_logger(__name__)


class ReplicaHealth(Struct, frozen=True):
    """One replica, in the order of HOLDFAST_REPLICA_URL. `age_seconds` null: nobody knows."""

    status: ReplicaStatus
    age_seconds: float | None


class Line:
    """A connection that is asked over and over, and made anew when it was lost."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._link: OwnConnection | None = None

    async def ask(self, query: str) -> Record:
        """The one row. Raises what the driver raises, or TimeoutError; then the line is cut."""
        try:
            async with asyncio.timeout(REPLICA_LOOK_SECONDS_MAX):
                if self._link is None:
                    self._link = await connect(self._address, "holdfast replica look")
                row = await self._link.fetchrow(query)
        except BaseException:
            if self._link is not None:
                self._link.terminate()
                self._link = None
            raise
        assert row is not None, "a question without a table has one row"
        return row

    async def close(self) -> None:
        link, self._link = self._link, None
        if link is not None:
            await disconnect(link, CLOSE_SECONDS_MAX)


class Replica:
    """One replica: connections to read on, and what the last look found."""

    def __init__(self, address: Address, pool: Pool) -> None:
        self.pool: Final = pool
        self.line: Final = Line(address)
        self._status: ReplicaStatus = "unreachable"
        self._current_at: float | None = None

    @property
    def age(self) -> float | None:
        """Seconds; what it shows is no older. None where nobody knows."""
        return None if self._current_at is None else time.monotonic() - self._current_at

    @property
    def status(self) -> ReplicaStatus:
        age = self.age
        if self._status == "ok" and (age is None or age > REPLICA_AGE_SECONDS_MAX):
            return "behind"
        return self._status

    @property
    def health(self) -> ReplicaHealth:
        age = self.age
        return ReplicaHealth(self.status, None if age is None else round(age, 2))

    def found(self, status: ReplicaStatus, current_at: float | None = None) -> None:
        """What a look, or a reading that failed, says. `current_at`: it shows everything that was
        committed before; None where nobody knows."""
        if status != self._status:
            log.info("replica.status", before=self._status, after=status)
        self._status = status
        self._current_at = current_at


class Replicas:
    """The replicas of one process. `run` looks at them until it is cancelled."""

    def __init__(self, primary: Address, replicas: Sequence[Replica]) -> None:
        self._primary = Line(primary)
        self._replicas = tuple(replicas)
        self._samples: deque[tuple[float, int]] = deque(maxlen=REPLICA_SAMPLES_MAX)
        self._system: object = None
        self._primary_silent = False
        self._turn = 0

    @property
    def named(self) -> bool:
        """Whether there are any, usable or not."""
        return bool(self._replicas)

    @property
    def in_use(self) -> bool:
        """Whether any is read from just now."""
        return bool(self._readable)

    @property
    def _readable(self) -> list[Replica]:
        """Those that are not too old; while the primary is silent, late is better than nothing."""
        wanted = ("ok", "behind") if self._primary_silent else ("ok",)
        return [replica for replica in self._replicas if replica.status in wanted]

    @property
    def health(self) -> list[ReplicaHealth]:
        """All of them, in the order of the setting."""
        return [replica.health for replica in self._replicas]

    @property
    def age(self) -> float | None:
        """Of the oldest that is read from, in seconds; None where none is."""
        ages = [replica.age for replica in self._readable]
        return max((age for age in ages if age is not None), default=None)

    def usable(self) -> list[Replica]:
        """Those to read from, each of them first in turn."""
        usable = self._readable
        self._turn += 1
        first = self._turn % len(usable) if usable else 0
        return usable[first:] + usable[:first]

    def late(self) -> list[Replica]:
        """Those that answer but are too old, for who finds the primary away before `look` does."""
        return [replica for replica in self._replicas if replica.status == "behind"]

    async def run(self) -> None:
        """Look at all of them, twice a second."""
        while True:
            await self.look()
            await asyncio.sleep(REPLICA_LOOK_SECONDS)

    async def look(self) -> None:
        """Look once. Never raises for what a server does."""
        if not self._replicas:
            return
        at = time.monotonic()
        try:
            row = await self._primary.ask(_PRIMARY)
        except Exception as error:
            log.warning("replica.primary_silent", error=repr(error))
            self._primary_silent = True
        else:
            self._samples.append((at, row["written"]))
            self._system = row["system"]
            self._primary_silent = False
            await asyncio.sleep(REPLICA_REPLAY_SECONDS)
        await asyncio.gather(*[self._look_at(replica) for replica in self._replicas])

    async def _look_at(self, replica: Replica) -> None:
        try:
            row = await replica.line.ask(_REPLICA)
        except Exception as error:
            log.warning("replica.silent", error=repr(error))
            replica.found("unreachable")
            return
        if self._system is not None and row["system"] != self._system:
            replica.found("foreign")
        elif not row["is_replica"]:
            replica.found("promoted")
        else:
            replica.found("ok", self._current_at(row["replayed"]))

    def _current_at(self, replayed: Any) -> float | None:
        """The last time at which the primary's log was no further than this."""
        if replayed is None:
            return None
        return next((at for at, written in reversed(self._samples) if written <= replayed), None)

    async def close(self) -> None:
        """Close every connection."""
        lines = [self._primary, *[replica.line for replica in self._replicas]]
        await asyncio.gather(*[line.close() for line in lines])
        await asyncio.gather(*[replica.pool.close() for replica in self._replicas])
