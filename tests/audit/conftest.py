"""A sound sale, played once and copied for every test that wants to spoil it."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from holdfast.database.pool import Database, open_database
from tests.audit.sale import ShiftedClock, sell
from tests.postgres import FreshDatabases


@pytest.fixture(scope="module")
async def sale(databases: FreshDatabases) -> AsyncIterator[str]:
    """The name of a database in which the sale of tests/audit/sale.py was played."""
    async with databases.fresh() as name:
        database = await open_database(databases.url(name))
        await sell(database)
        await database.close()
        yield name


@pytest.fixture
async def sold(databases: FreshDatabases, sale: str) -> AsyncIterator[Database]:
    """A copy of the sale, to be spoilt."""
    async with databases.fresh(sale) as name:
        database = await open_database(databases.url(name))
        try:
            yield database
        finally:
            await database.close()


@pytest.fixture
def clock() -> ShiftedClock:
    """The clock by which the sale ended."""
    clock = ShiftedClock()
    clock.ahead += timedelta(seconds=1_000)
    return clock
