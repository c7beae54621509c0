"""Kill at every point: find the points of each scenario, visit each, and look at what is left.

A visit is: a process acts and is killed at the point; another is started after it and comes to
rest; then every answer must be true, both ledgers agree and `holdfast doctor` be silent. Where
somebody waited for an answer each point is visited twice: once nobody comes back, and once whoever
was not answered asks again at once.
"""

import asyncio
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from random import Random
from typing import Final, NamedTuple, TypeVar

import msgspec
from msgspec import Struct, field

from holdfast.database.pool import Database, open_database
from tests.crash.forker import Life, Order
from tests.crash.scenarios import SCENARIOS
from tests.crash.truths import faults_of
from tests.postgres import FreshDatabases
from tests.served import environment

CHECKOUT: Final = Path(__file__).resolve().parents[2]
TRIES_MAX: Final = 10  # a statement more or less is prepared where a connection was new
ONCE_MAX: Final = 10  # points that only the first numbering had, in a whole run
SCENARIOS_SAMPLED: Final = 3
Work = TypeVar("Work")
REFUNDING: Final = frozenset({"refund one", "refund all", "cancel the evening"})


class Visit(NamedTuple):
    """One point of a scenario; `again`: whoever was not answered asks again."""

    scenario: str
    point: str
    again: bool

    def __str__(self) -> str:
        return f"{self.scenario}: {self.point}{', asked again' if self.again else ''}"


class Report(Struct):
    """Points by scenario, how many visits were asked for and made, which points could not be
    reached, which of them the scenario had only once, and what was wrong where."""

    points: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    visits: dict[str, int] = field(default_factory=dict[str, int])
    asked: dict[str, int] = field(default_factory=dict[str, int])
    missed: list[str] = field(default_factory=list[str])
    once: list[str] = field(default_factory=list[str])
    faults: list[str] = field(default_factory=list[str])

    @property
    def well(self) -> bool:
        """Whether there was something, all of it was visited and nothing was wrong. A point that
        came by once and in none of the undisturbed runs since (one more pass of the relay) is none
        of the scenario."""
        visited = sum(self.visits.values())
        return visited > 0 and not (self.faults or self.missed) and len(self.once) <= ONCE_MAX

    def table(self) -> str:
        """A line for each scenario and one for all."""
        rows = [(n, len(self.points[n]), self.visits[n], self.asked[n]) for n in self.asked]
        rows.append(("in all", *[sum(row[place] for row in rows) for place in (1, 2, 3)]))
        return "\n".join(
            f"  {name:24} {points:5} points, {done:5} of {wanted:5} visits"
            for name, points, done, wanted in rows
        )


class Forker:
    """One process that forks, and the database on which its children live and die."""

    def __init__(self, process: Process, url: str, database: Database) -> None:
        self._process = process
        self._url = url
        self._database = database
        self.control: str | None = None

    async def discover(self, scenario: str) -> list[str]:
        """The points of a scenario, in the order in which they are passed, undisturbed."""
        life = await self._live(Order(self._url, scenario, control=self.control))
        assert life.points, f"{scenario}: {life.trouble or 'there is nothing to kill'}"
        # What it left undone is done, so that the next one finds nothing to do but its own.
        await self._live(Order(self._url, scenario, facts=life.facts, control=self.control))
        return life.points

    async def visit(self, visit: Visit) -> list[str] | None:
        """What was wrong afterwards; None where the point was not reached."""
        for _ in range(TRIES_MAX):
            first = await self._live(
                Order(self._url, visit.scenario, kill_at=visit.point, control=self.control)
            )
            if first.killed and first.facts is not None:
                return [f"{visit}: {fault}" for fault in await self._aftermath(visit, first)]
            if first.trouble:
                return [f"{visit}: before it was killed: {first.trouble}"]
            # What it did to the end is brought to its rest, lest the next one finds it undone.
            await self._live(Order(self._url, visit.scenario, facts=first.facts))
        return None

    async def _aftermath(self, visit: Visit, first: Life) -> list[str]:
        assert first.facts is not None, "it acted"
        after = await self._live(
            Order(
                self._url,
                visit.scenario,
                facts=first.facts,
                again=visit.again,
                control=self.control,
            )
        )
        if after.trouble or after.killed:
            return [f"after the restart: {after.trouble or 'it was killed'}"]
        told = first.told + after.told
        refunds = visit.scenario in REFUNDING
        return await faults_of(self._database, first.facts["event_id"], told, refunds=refunds)

    async def _live(self, order: Order) -> Life:
        assert self._process.stdin is not None, "it was asked for"
        assert self._process.stdout is not None, "it was asked for"
        self._process.stdin.write(msgspec.json.encode(order) + b"\n")
        line = await self._process.stdout.readline()
        assert line, "the process that forks has ended: see its log"
        return msgspec.json.decode(line, type=Life)


@asynccontextmanager
async def forkers(databases: FreshDatabases, count: int, log: Path) -> AsyncGenerator[list[Forker]]:
    """So many processes that fork, each with a database of its own."""
    async with AsyncExitStack() as stack:
        written = stack.enter_context(log.open("ab"))
        made: list[Forker] = []
        for _ in range(count):
            name = await stack.enter_async_context(databases.fresh())
            database = await open_database(databases.url(name))
            # PostgreSQL itself is not killed here, so nothing is lost by not waiting for the disk.
            async with database.pool.acquire() as connection:
                await connection.execute(f"ALTER DATABASE {name} SET synchronous_commit = off")
            stack.push_async_callback(database.close)
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "tests.crash.forker"),
                cwd=CHECKOUT,
                env=environment(),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=written,
                limit=2**24,
            )
            stack.push_async_callback(_end, process)
            made.append(Forker(process, databases.url(name), database))
        yield made


async def _end(process: Process) -> None:
    assert process.stdin is not None, "it was asked for"
    process.stdin.close()
    await process.wait()


class Wanted(NamedTuple):
    """What to visit: of these scenarios every point whose name has `part` in it; or a sample of
    them, drawn by its seed: some scenarios and so many visits. `first`: stop at the first wrong.
    `control`: with this guard taken out."""

    scenarios: tuple[str, ...] = tuple(SCENARIOS)
    part: str = ""
    sample: int | None = None
    seed: int = 1
    first: bool = False
    control: str | None = None


async def crash(forking: list[Forker], wanted: Wanted) -> Report:
    """Find the points and visit them."""
    chance = Random(wanted.seed)
    names = list(wanted.scenarios)
    if wanted.sample is not None:
        names = chance.sample(names, min(SCENARIOS_SAMPLED, len(names)))
    for at in forking:
        at.control = wanted.control
    report = Report()
    await _at_once(forking, names, lambda at, name: _discover(at, name, wanted.part, report))
    visits = [
        Visit(name, point, again)
        for name in names
        for point in report.points[name]
        for again in {False, SCENARIOS[name].asked}
    ]
    if wanted.sample is not None:
        visits = chance.sample(visits, min(wanted.sample, len(visits)))
    for name in names:
        report.asked[name] = sum(visit.scenario == name for visit in visits)
        report.visits[name] = 0

    async def go(at: Forker, visit: Visit) -> None:
        if wanted.first and report.faults:
            return
        faults = await at.visit(visit)
        if faults is None and visit.point in await at.discover(visit.scenario):
            report.missed.append(str(visit))
            return
        if faults is None:
            report.once.append(str(visit))
            report.asked[visit.scenario] -= 1
            return
        report.visits[visit.scenario] += 1
        report.faults += faults

    await _at_once(forking, visits, go)
    return report


async def _discover(at: Forker, name: str, part: str, report: Report) -> None:
    report.points[name] = [point for point in await at.discover(name) if part in point]


async def _at_once(
    forking: list[Forker], works: Iterable[Work], do: Callable[[Forker, Work], Awaitable[None]]
) -> None:
    """Every work once, by whoever is free."""
    rest = iter(works)

    async def serve(at: Forker) -> None:
        for work in rest:
            await do(at, work)

    await asyncio.gather(*[serve(at) for at in forking])
