"""One database for all tests of a file, emptied before each: most of them take longer to get a
database of their own than to run."""

from collections.abc import AsyncGenerator

import pytest

from holdfast.database.pool import Database
from tests.postgres import FreshDatabases

_TABLES = """
SELECT oid::regclass::text
FROM pg_class
WHERE
    relkind = 'r'
    AND relnamespace = ANY(ARRAY['public', 'test_provider']::regnamespace[])
    AND relname <> 'schema_migration'
ORDER BY array_position(ARRAY['ticket', 'order_item'], relname::text)
"""


@pytest.fixture(scope="module")
async def shared_database(databases: FreshDatabases) -> AsyncGenerator[Database]:
    async with databases.open() as database:
        yield database


@pytest.fixture
async def database(shared_database: Database) -> Database:
    async with shared_database.pool.acquire() as connection:
        tables = [row[0] for row in await connection.fetch(_TABLES)]
        async with connection.transaction():
            for table in tables:
                await connection.execute(f"DELETE FROM {table}")
    return shared_database
