"""A sound sale, played once; each test spoils it within a transaction that is rolled back."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from holdfast.database.pool import Connection, Database
from tests.audit.sale import ShiftedClock, sell
from tests.postgres import FreshDatabases


@pytest.fixture(scope="module")
async def sale(databases: FreshDatabases) -> AsyncIterator[Database]:
    """A database in which the sale of sale.py was played."""
    async with databases.open() as database:
        await sell(database)
        yield database


@pytest.fixture
async def sold(sale: Database) -> AsyncIterator[Connection]:
    """A connection in a transaction; whatever is done there is undone at the end."""
    async with sale.pool.acquire() as connection:
        await connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
        yield connection
        await connection.execute("ROLLBACK")


@pytest.fixture
def clock() -> ShiftedClock:
    """The clock by which the sale ended."""
    clock = ShiftedClock()
    clock.ahead += timedelta(seconds=1_000)
    return clock
