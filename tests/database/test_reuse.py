"""A test is given the database of one before it, but never anything that one did."""

import pytest

from holdfast.database.errors import LinkTrouble
from holdfast.database.link import connect
from tests.house import open_house, process
from tests.postgres import FreshDatabases

pytestmark = pytest.mark.anyio

CHANGES = (
    "DROP INDEX ticket_one_valid",
    "ALTER TABLE event ALTER COLUMN color DROP NOT NULL",
    "ALTER TABLE event ALTER COLUMN color SET DEFAULT '#000000'",
    "ALTER TABLE seat DROP CONSTRAINT seat_shape",
    "ALTER TYPE seat_status ADD VALUE 'LOST'",
    "CREATE TABLE other (number integer)",
    "CREATE SCHEMA other",
    "CREATE FUNCTION one() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
    "UPDATE schema_migration SET name = name",
    "ALTER DATABASE {name} SET synchronous_commit = off",
)


async def test_a_database_that_was_used_is_as_new_and_nobody_is_in_it(
    databases: FreshDatabases,
) -> None:
    async with databases.fresh() as name, process(databases.url(name)) as worker:
        first = await open_house(worker.database)
        left = await connect(databases.address(name), "left behind")
    async with databases.fresh() as again, process(databases.url(again)) as worker:
        assert again == name
        assert (await open_house(worker.database)).event_id == first.event_id == 1
    with pytest.raises(LinkTrouble):
        await left.execute("SELECT 1")


@pytest.mark.parametrize("change", CHANGES)
async def test_a_database_that_was_changed_is_nobody_elses(
    databases: FreshDatabases, change: str
) -> None:
    async with databases.fresh() as name:
        link = await connect(databases.address(name), "tests")
        await link.execute(change.format(name=name))
        await link.close()
    async with databases.fresh() as other:
        assert other != name
