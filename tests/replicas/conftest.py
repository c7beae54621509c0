"""A pair of real servers, made once for all these tests, and a box office that sells on it."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from holdfast.database.migrate import migrate
from holdfast.database.pool import Database, open_database
from tests.api.door import Door, open_door
from tests.standby import Pair, pair

ACCEPTED = {"HOLDFAST_ACCEPT_LOSS": "a failover may lose sales"}


@pytest.fixture(scope="package")
def servers() -> Iterator[Pair]:
    """A primary and an asynchronous standby of it, migrated. A test leaves it as it was found."""
    with pair() as made:
        asyncio.run(migrated(made.primary.url))
        yield made


async def migrated(url: str) -> None:
    database = await open_database(url)
    async with database.dedicated() as connection:
        await migrate(connection)
    await database.close()


@asynccontextmanager
async def opened(url: str, *replica_urls: str) -> AsyncIterator[Database]:
    """The ways in, with replicas."""
    database = await open_database(url, replica_urls=replica_urls)
    try:
        yield database
    finally:
        await database.close()


@asynccontextmanager
async def box_office(
    url: str, *replica_urls: str, folder: Path, **environment: str
) -> AsyncIterator[Door]:
    """The whole application on a primary and its replicas."""
    async with (
        opened(url, *replica_urls) as database,
        open_door(database, folder, **environment) as door,
    ):
        yield door
