"""What a measure works with: fresh databases, serving processes, load, and the audit at the end.

A run is: a copy of a house, servers on it, load from another process, then `doctor` over what is
left. Every run is bounded in time, and everything that it started has ended when it is over.
"""

import secrets
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from msgspec import Struct

from benchmarks.buyers import Market
from benchmarks.databases import Databases
from benchmarks.load import Load, run_load
from benchmarks.processes import family_cpu_seconds
from benchmarks.result import Run, run_of
from benchmarks.samples import Samples
from benchmarks.servers import ROW_LOCK_CONNECTIONS, Design, Server, serving
from holdfast.audit import audit
from holdfast.database.clock import Clock
from holdfast.database.pool import open_database

SEED: Final = 1
CREATED: Final = 201
SEATS_GONE: Final = 409
BUSY: Final = 503
WAKING_SEATS: Final = 2
WAKING_SECONDS_MAX: Final = 20.0
SESSIONS_AHEAD_PER_SECOND: Final = 8_000  # what the fastest run may need; more are made on the way

# What only the desk keeps: the obvious design has no journal to be checked.
_OF_THE_JOURNAL: Final = ("journal_", "desk_version")


_CAPTURES_LEFT: Final = "SELECT count(*) FROM outbox WHERE kind = 'CAPTURE' AND state = 'WAITING'"


class Unsound(Exception):  # noqa: N818 (it reads as what it says)
    """A run left the database in a state that breaks an invariant, or lost answers."""


class Pace(Struct, frozen=True):
    """How long and how often: seconds of warm-up and of measuring, and runs of which the median
    counts."""

    warm_seconds: float
    seconds: float
    rounds: int


class Stage(Struct):
    """A database, by its name, with a server on it."""

    name: str
    server: Server


class Bench:
    """Lent to every measure. `say` is told what runs just now."""

    def __init__(self, databases: Databases, pace: Pace, say: Callable[[str], None]) -> None:
        self.databases = databases
        self.pace = pace
        self.say = say
        self._secret = secrets.token_hex(24)

    @asynccontextmanager
    async def stage(
        self,
        template: str,
        design: Design = "desk",
        *,
        workers: int = 1,
        connections: int = ROW_LOCK_CONNECTIONS,
        profile: Path | None = None,
    ) -> AsyncGenerator[Stage]:
        """A fresh copy of a house with a server on it; audited after the server has stopped.

        Raises Unsound where an invariant is broken.
        """
        async with (
            self.databases.fresh(template) as name,
            self.stage_on(
                name, design, workers=workers, connections=connections, profile=profile
            ) as stage,
        ):
            yield stage

    @asynccontextmanager
    async def stage_on(
        self,
        name: str,
        design: Design = "desk",
        *,
        workers: int = 1,
        connections: int = ROW_LOCK_CONNECTIONS,
        profile: Path | None = None,
    ) -> AsyncGenerator[Stage]:
        """The same on a database as it is."""
        url = self.databases.url(name)
        async with serving(
            design,
            url,
            self._secret,
            workers=workers,
            connections=connections,
            profile=str(profile or ""),
        ) as server:
            yield Stage(name, server)
        await self._audit(design, url)

    async def load(
        self,
        stage: Stage,
        journey: str,
        clients: int,
        event_ids: Sequence[int],
        seat_count: int,
        *,
        first_seat: int = 0,
        warm_seconds: float | None = None,
        seconds: float | None = None,
        expect: Sequence[int] = (200, 201, 204),
    ) -> Samples:
        """Let buyers walk this journey; raises Unsound for answers that were not expected.

        503 always may come: overload is answered, and is not counted as work done.
        """
        warm = self.pace.warm_seconds if warm_seconds is None else warm_seconds
        length = self.pace.seconds if seconds is None else seconds
        wanted = int((warm + length) * SESSIONS_AHEAD_PER_SECOND)
        samples = await run_load(
            Load(
                stage.server.port,
                journey,
                clients,
                Market(self._secret, tuple(event_ids), seat_count, SEED, first_seat),
                warm,
                length,
                sessions=min(wanted, seat_count * len(event_ids)) if clients > 1 else 0,
            )
        )
        unexpected = samples.unexpected((*expect, BUSY))
        if unexpected or samples.lost_connections:
            raise Unsound(
                f"{journey}: answers that were not expected: {unexpected}, connections lost: "
                f"{samples.lost_connections}."
            )
        return samples

    async def timed(
        self,
        what: str,
        stage: Stage,
        journey: str,
        clients: int,
        event_ids: Sequence[int],
        seat_count: int,
        *,
        request: str | None = None,
        expect: Sequence[int] = (200, 201, 204),
    ) -> Run:
        """The same as a run, with what it cost the processors.

        Every event is bought from once before, so that no desk is cold; the last two seats of each
        are kept for that.
        """
        await self.load(
            stage,
            "first_holds",
            1,
            event_ids,
            WAKING_SEATS,
            first_seat=seat_count - WAKING_SEATS,
            warm_seconds=0,
            seconds=WAKING_SECONDS_MAX,
            # In a database that was used before, these seats are held still: the desk is awake.
            expect=(CREATED, SEATS_GONE),
        )
        seat_count -= WAKING_SEATS
        before = stage.server.cpu_seconds, self._database_cpu()
        samples = await self.load(stage, journey, clients, event_ids, seat_count, expect=expect)
        server_cpu = stage.server.cpu_seconds - before[0]
        database_cpu = self._database_cpu() - before[1]
        run = run_of(what, samples, server_cpu, database_cpu, request, expect)
        self.say(f"{what}: {run.per_second:,.0f}/s, p50 {run.p50_ms} ms, p99 {run.p99_ms} ms")
        return run

    async def captures_left(self, stage: Stage) -> int:
        """Payments that are settled and wait for the relay to collect them."""
        async with self.databases.link(stage.name) as link:
            return await link.fetchval(_CAPTURES_LEFT)

    def _database_cpu(self) -> float:
        return family_cpu_seconds(self.databases.server.status().postgres_pid)

    async def _audit(self, design: Design, url: str) -> None:
        database = await open_database(url)
        try:
            findings = await audit(database, Clock())
        finally:
            await database.close()
        if design == "row_lock":
            findings = [f for f in findings if not f.check.startswith(_OF_THE_JOURNAL)]
        if findings:
            told = "\n".join(str(finding) for finding in findings[:5])
            raise Unsound(f"The audit found {len(findings)} faults, among them:\n{told}")
