"""Every pair of things that a server does, in every order of their statements.

The stage and the works are those of works.py. Two processes each do one work; the scheduler of
interleave.py walks every interleaving; after each the audit must be silent, and both must have been
answered, but not with the same seat. `make interleavings` walks all pairs, `make test` those in
TELLING.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from itertools import combinations_with_replacement

import pytest

from holdfast.audit import audit
from holdfast.database import pool as pool_module
from holdfast.database.clock import Clock
from holdfast.database.pool import Connection, Database
from holdfast.desk import desk as desk_module
from holdfast.desk.commands import Release
from holdfast.ids import new_order_id
from holdfast.refusals import Refusal
from tests.cast import ADA
from tests.house import Process
from tests.postgres import FreshDatabases
from tests.race.conftest import INTERLEAVINGS
from tests.race.guards import DESK, GATE, Guard, take_out
from tests.race.interleave import Actor, Path, follow, gated
from tests.race.works import AHEAD_SECONDS, WORKS, LateClock, Stage, at_odds, set_stage

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(1_800)]

RUNS_MAX = 5_000  # per pair; none comes near

TELLING = (
    ("hold", "hold_beside"),
    ("settle", "settle"),
    ("expire", "settle"),
    ("take_over", "edit"),
    ("refund", "admit"),
    ("hold", "block"),
    ("refund", "relay_money"),
)
PAIRS = (
    tuple(combinations_with_replacement(WORKS, 2))
    if os.environ.get("HOLDFAST_INTERLEAVINGS") == "all"
    else TELLING
)


@pytest.fixture
async def database(
    databases: FreshDatabases, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Database]:
    """A database whose desks do nothing by the clock: no wait is too long, nothing is tidied up.

    The scheduler takes its time, and a run must go the same way again.
    """
    patience = dict.fromkeys(
        ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout"), "60000"
    )
    monkeypatch.setattr(pool_module, "DESK_SETTINGS", {**pool_module.DESK_SETTINGS, **patience})
    monkeypatch.setattr(desk_module, "TIDY_AFTER_SECONDS", 3_600.0)
    async with databases.open() as database:
        yield database


async def warm_up(process: Process, stage: Stage) -> None:
    """Let the process's desk read the house, so that the walk is about the work alone."""
    order_id = new_order_id(stage.house.event_id)
    with pytest.raises(Refusal):
        await process.office.submit(
            stage.house.event_id, Release(order_id=order_id, session_id=ADA)
        )


async def walk(database: Database, names: tuple[str, str]) -> tuple[int, list[str]]:
    """Every interleaving of the two works; how many there were, and what was wrong after one."""
    prefix: list[int] | None = []
    runs = 0
    found: list[str] = []
    async with database.dedicated("watcher") as watcher:
        while prefix is not None and not found:
            runs += 1
            assert runs <= RUNS_MAX
            path = Path(prefix)
            found = await one_run(database, watcher, names, path)
            prefix = path.next_prefix()
    return runs, found


async def one_run(
    database: Database, watcher: Connection, names: tuple[str, str], path: Path
) -> list[str]:
    stage = await set_stage(database)
    actors = [Actor("first"), Actor("second")]
    processes: list[Process] = []
    works: list[Callable[[], Awaitable[object]]] = []
    for actor, name in zip(actors, names, strict=True):
        seen = gated(database, actor)
        clock = LateClock()
        process = Process(seen, clock)
        await warm_up(process, stage)
        clock.ahead_seconds = AHEAD_SECONDS.get(name, 0)
        actor.on_stage = True
        processes.append(process)
        works.append(lambda p=process, d=seen, n=name: WORKS[n](p, d, stage))
    await follow(path, watcher, actors, works)
    await asyncio.gather(*[process.office.close() for process in processes])
    for actor in actors:
        if actor.error is not None and not isinstance(actor.error, Refusal):
            return [f"{actor.name}: {actor.error!r}"]
    findings = await audit(database, Clock(), [stage.house.event_id])
    odd = at_odds(names, [actor.result for actor in actors])
    return odd + [str(finding) for finding in findings]


@pytest.mark.parametrize("names", PAIRS, ids=lambda names: " x ".join(names))
async def test_no_interleaving_breaks_an_invariant(
    database: Database, names: tuple[str, str], record_property: Callable[[str, object], None]
) -> None:
    runs, found = await walk(database, names)
    record_property(INTERLEAVINGS, runs)
    assert found == []
    assert runs > 1


@pytest.mark.parametrize(
    ("guards", "names"), [(DESK, ("hold", "hold_beside")), (GATE, ("refund", "admit"))]
)
async def test_without_its_guards_an_interleaving_breaks_one(
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
    guards: tuple[Guard, ...],
    names: tuple[str, str],
) -> None:
    """The control: the same walk with the guards taken out of the statements' text must fail."""
    take_out(guards, monkeypatch.setattr)
    _, found = await walk(database, names)
    assert found, "the walk has teeth"
