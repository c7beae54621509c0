"""What every test may ask for: the event loop, the session's server, a database of its own."""

import asyncio
import os
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from holdfast.database.pool import Database
from tests.postgres import SHARED_SERVER, FreshDatabases, start_server

# Beside other tests an example may take a hundred times as long as alone, and none is the worse.
settings.register_profile("holdfast", deadline=None)
settings.load_profile("holdfast")

LONGEST = (
    "race/test_interleavings", "api/test_schema", "race/test_recorded_history", "fault/test_kill",
    "benchmarks/test_live", "fault/test_cancellation", "race/test_process_races", "race/test_soak",
    "cli/test_serve", "database/test_pool", "race/test_nemesis", "crash/test_crash_points",
    "benchmarks/test_bench", "database/test_embedded_faults", "database/test_embedded",
    "replicas/test_failover", "replicas/test_reading", "race/test_money_races",
    "race/test_deadline_races", "live/test_redis", "live/test_live_maps", "live/test_servers",
    "webhooks/test_organiser", "webhooks/test_calls", "sim/test_sale", "checkout/test_pay",
    "checkout/test_interrupted", "desk/test_guards", "stripe/test_stripe",
    "browser/test_gallery", "browser/test_refusals_and_states", "browser/test_stripe",
    "browser/test_choosing", "browser/test_buying", "browser/test_embedding",
)  # fmt: skip
"""Files that take long, about in the order of their seconds; the others come after them."""


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FreshDatabases]:
    """One server for the whole run, with a migrated template."""
    shared = os.environ.get(SHARED_SERVER)
    server = start_server(Path(shared) if shared else tmp_path_factory.mktemp("server"))
    databases = FreshDatabases(server)
    asyncio.run(databases.make_template())
    yield databases
    server.close()


@pytest.fixture
async def database(databases: FreshDatabases) -> AsyncIterator[Database]:
    """A fresh migrated database, open; each test has its own."""
    async with databases.open() as database:
        yield database


@pytest.fixture
async def database_url(databases: FreshDatabases) -> AsyncIterator[str]:
    """The address of a fresh migrated database, for what opens its own."""
    async with databases.fresh() as name:
        yield databases.url(name)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files come first, so that those at the end are short and no process waits for
    another. Browser tests come last all the same: the browser's driver keeps an event loop in this
    thread from its first test on, and no other test could start its own.
    """
    _tell_apart(items)
    place = {file: number for number, file in enumerate(LONGEST)}

    def order(item: pytest.Item) -> tuple[bool, int]:
        file = Path(item.location[0]).as_posix().removeprefix("tests/").removesuffix(".py")
        return item.get_closest_marker("browser") is not None, place.get(file, len(place))

    items.sort(key=order)


def _tell_apart(items: list[pytest.Item]) -> None:
    """Give a number to tests of one name: Schemathesis makes one of every route, and xdist would
    run the first of them alone and say nothing of the others.
    """
    seen: Counter[str] = Counter()
    for item in items:
        seen[item.nodeid] += 1
        if seen[item.nodeid] > 1:
            item._id = item.id.with_params(str(seen[item.nodeid]))  # type: ignore[attr-defined]
    assert len({item.nodeid for item in items}) == len(items), "no test hides another"
