"""Servers under race, shared by the tests of a module, each with an event of its own.

`guarded` is the product on two processes. `unguarded` is its control: the same with every guard
taken out of the statements. In both, beginning to pay does not extend a hold, so that a race
against the deadline need not wait for five minutes.
"""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.postgres import FreshDatabases
from tests.race.guards import DESK, GATE, Guard
from tests.race.server import Server, racing
from tests.race.serving import Part

INTERLEAVINGS = "interleavings"
"""The property in which a test says how many it walked."""


@pytest.fixture(scope="module")
async def guarded(
    databases: FreshDatabases, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Server]:
    async with _two_processes(databases, tmp_path_factory, ()) as server:
        yield server


@pytest.fixture(scope="module")
async def unguarded(
    databases: FreshDatabases, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Server]:
    async with _two_processes(databases, tmp_path_factory, (*DESK, *GATE)) as server:
        yield server


@asynccontextmanager
async def _two_processes(
    databases: FreshDatabases, tmp_path_factory: pytest.TempPathFactory, out: tuple[Guard, ...]
) -> AsyncGenerator[Server]:
    part = Part(guards_out=out, hold_cap_seconds=0)
    log = tmp_path_factory.mktemp("race") / "server.log"
    async with (
        databases.fresh() as name,
        racing(databases.url(name), log, (part, part)) as server,
    ):
        yield server


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what was walked, in whichever process that was."""
    walked: dict[str, int] = {
        report.nodeid.partition("[")[2].rstrip("]"): number
        for report in terminalreporter.getreports("passed")
        for name, number in report.user_properties
        if name == INTERLEAVINGS and isinstance(number, int)
    }
    if walked:
        terminalreporter.section("interleavings")
        for pair, number in walked.items():
            terminalreporter.write_line(f"{number:6,}  {pair}")
        terminalreporter.write_line(
            f"{sum(walked.values()):6,}  interleavings of {len(walked)} pairs, nothing broken"
        )
