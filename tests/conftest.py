"""What every test may ask for: the event loop, the session's server, a database of its own."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from holdfast.database.pool import Database
from tests.postgres import SHARED_SERVER, FreshDatabases, start_server

# Beside other tests an example may take a hundred times as long as alone, and none is the worse.
settings.register_profile("holdfast", deadline=None)
settings.load_profile("holdfast")


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
    """Browser tests come last: the browser's driver keeps an event loop in this thread from its
    first test on, and no other test could start its own.
    """
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)
