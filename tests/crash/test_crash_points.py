"""A sample of all crash points; `make crash` visits every one.

Every control is the same harness on a program with one guard taken out, which it must find.
"""

from collections.abc import AsyncIterator

import pytest

from tests.crash.controls import CONTROLS
from tests.crash.run import Forker, Wanted, crash, forkers
from tests.postgres import FreshDatabases
from tests.race.rounds import SEEDS

pytestmark = [pytest.mark.anyio, pytest.mark.fault, pytest.mark.timeout(300)]

VISITS = 10

WHERE = {
    "charge before it is written down": Wanted(("pay",), "clock.py"),
    "tick off before it is done": Wanted(("capture",), "move"),
    "answer before the commit": Wanted(("hold",), "_end"),
}
"""The scenario that each control spoils, and points at which it shows."""


@pytest.fixture(scope="module")
async def forking(
    databases: FreshDatabases, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[list[Forker]]:
    async with forkers(databases, 2, tmp_path_factory.mktemp("crash") / "crash.log") as forking:
        yield forking


@pytest.mark.parametrize("seed", SEEDS)
async def test_a_process_killed_at_any_point_leaves_nothing_wrong(
    forking: list[Forker], seed: int, capsys: pytest.CaptureFixture[str]
) -> None:
    report = await crash(forking, Wanted(sample=VISITS, seed=seed))
    with capsys.disabled():
        print(f"\n{report.table()}", end="")
    assert report.faults == []
    assert report.well, (report.missed, report.once)


@pytest.mark.parametrize("control", CONTROLS)
async def test_without_a_guard_a_kill_leaves_something_wrong(
    forking: list[Forker], control: str
) -> None:
    report = await crash(forking, WHERE[control]._replace(first=True, control=control))
    assert report.faults, f"the harness has teeth: {report.table()}, {report.missed}"
