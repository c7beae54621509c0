"""One database for all tests of a file, emptied before each: most of them take longer to get a
database of their own than to run."""

from collections.abc import AsyncGenerator

import pytest

from holdfast.database.pool import Database
from tests.postgres import FreshDatabases, empty


@pytest.fixture(scope="module")
async def shared_database(databases: FreshDatabases) -> AsyncGenerator[Database]:
    async with databases.open() as database:
        yield database


@pytest.fixture
async def database(shared_database: Database) -> Database:
    async with shared_database.pool.acquire() as connection:
        await empty(connection)
    return shared_database
