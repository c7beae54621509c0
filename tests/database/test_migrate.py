"""Migrations: once each, in order, by one program at a time; never over an unknown database."""

import asyncio
import hashlib
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import cast

import pytest

from holdfast.database.connection import Connection, OwnConnection
from holdfast.database.dump import FILE, describe_schema
from holdfast.database.embedded import start_embedded
from holdfast.database.errors import WrongDatabase
from holdfast.database.link import connect, disconnect, refuse_old_server
from holdfast.database.migrate import Migration, migrate, read_migrations
from tests.postgres import FreshDatabases

DEBIAN_15 = Path("/usr/lib/postgresql/15/bin")


def migration(number: int, text: str, name: str = "step") -> Migration:
    return Migration(number, f"{number:04d}_{name}", text, hashlib.sha256(text.encode()).digest())


FIRST = migration(1, "CREATE TABLE first (number integer); INSERT INTO first VALUES (1);")
SECOND = migration(2, "INSERT INTO first VALUES (2);")


@pytest.fixture
async def empty(databases: FreshDatabases) -> AsyncGenerator[str]:
    async with databases.fresh("template0") as name:
        yield name


@pytest.fixture
async def link(databases: FreshDatabases, empty: str) -> AsyncGenerator[OwnConnection]:
    link = await connect(databases.address(empty), "tests")
    yield link
    await disconnect(link, 1.0)


async def test_each_migration_is_applied_once_and_in_order(link: OwnConnection) -> None:
    assert await migrate(link, [FIRST]) == ["0001_step"]
    assert await migrate(link, [FIRST, SECOND]) == ["0002_step"]
    assert await migrate(link, [FIRST, SECOND]) == []
    assert await link.fetchval("SELECT array_agg(number) FROM first") == [1, 2]


async def test_a_migration_that_fails_leaves_nothing_behind(link: OwnConnection) -> None:
    broken = migration(2, "INSERT INTO first VALUES (2); SELECT 1 / 0;")
    with pytest.raises(Exception, match="division by zero"):
        await migrate(link, [FIRST, broken])
    assert await link.fetchval("SELECT array_agg(number) FROM first") == [1]
    assert await migrate(link, [FIRST, SECOND]) == ["0002_step"]


async def test_a_migration_that_was_changed_is_refused(link: OwnConnection) -> None:
    await migrate(link, [FIRST])
    changed = migration(1, "CREATE TABLE other (number integer)")
    with pytest.raises(WrongDatabase, match="0001_step was changed after it was applied"):
        await migrate(link, [changed, SECOND])
    assert await link.fetchval("SELECT count(*) FROM schema_migration") == 1


async def test_a_database_that_is_newer_than_the_program_is_refused(link: OwnConnection) -> None:
    await migrate(link, [FIRST, SECOND])
    with pytest.raises(WrongDatabase, match=r"newer than this program: it has .* 0002_step"):
        await migrate(link, [FIRST])


async def test_a_server_that_is_too_old_is_refused(link: OwnConnection) -> None:
    class Old:
        """A connection to a server of version 14.9, as far as anybody asks."""

        async def fetchval(self, _query: str) -> str:
            return "140009"

    with pytest.raises(WrongDatabase, match=r"is PostgreSQL 14; Holdfast needs version 15 or"):
        await refuse_old_server(cast(Connection, Old()))
    await refuse_old_server(link)


async def test_programs_that_start_at_once_apply_it_once(
    databases: FreshDatabases, empty: str
) -> None:
    steps = [FIRST, *(migration(n, f"INSERT INTO first VALUES ({n})") for n in range(2, 6))]

    async def start() -> list[str]:
        link = await connect(databases.address(empty), "tests")
        try:
            return await migrate(link, steps)
        finally:
            await disconnect(link, 1.0)

    applied = await asyncio.gather(*(start() for _ in range(4)))
    assert sorted(name for names in applied for name in names) == [step.name for step in steps]


def test_the_files_are_numbered_without_a_gap(tmp_path: Path) -> None:
    assert [step.number for step in read_migrations()] == list(range(1, len(read_migrations()) + 1))
    (tmp_path / "0001_first.sql").write_text("SELECT 1")
    (tmp_path / "0003_third.sql").write_text("SELECT 3")
    with pytest.raises(WrongDatabase, match=r"0003_third.sql should be number 0002_name.sql"):
        read_migrations(tmp_path)


async def test_schema_sql_is_the_schema_after_all_migrations(link: OwnConnection) -> None:
    await migrate(link)
    assert await describe_schema(link) == FILE.read_text(), (
        "Run `python -m holdfast.database.dump` and commit schema.sql with the migration."
    )


async def test_schema_sql_makes_the_schema_that_it_describes(link: OwnConnection) -> None:
    await link.execute(FILE.read_text())
    assert await describe_schema(link) == FILE.read_text()


async def test_what_has_no_place_in_the_schema_is_refused(link: OwnConnection) -> None:
    await link.execute("CREATE VIEW looks AS SELECT 1 AS one")
    with pytest.raises(ValueError, match="no place in the schema for the relation looks"):
        await describe_schema(link)


async def test_every_table_and_enum_says_what_it_is_for(link: OwnConnection) -> None:
    await migrate(link)
    silent = await link.fetch("""
        SELECT c.oid::regclass::text FROM pg_class c
        WHERE c.relkind = 'r'
            AND c.relnamespace IN ('public'::regnamespace, 'test_provider'::regnamespace)
            AND obj_description(c.oid, 'pg_class') IS NULL
        UNION ALL
        SELECT t.oid::regtype::text FROM pg_type t
        WHERE t.typtype = 'e' AND obj_description(t.oid, 'pg_type') IS NULL
    """)
    assert [row[0] for row in silent] == []


@pytest.mark.skipif(not DEBIAN_15.exists(), reason="PostgreSQL 15 is not installed here")
async def test_postgresql_15_makes_the_same_schema(tmp_path: Path) -> None:
    server = await start_embedded(tmp_path, bin_directory=DEBIAN_15)
    link = await connect(server.connect_arguments(), "tests")
    assert str(await link.fetchval("SHOW server_version_num")).startswith("15")
    await migrate(link)
    assert await describe_schema(link) == FILE.read_text()
    await disconnect(link, 1.0)
    await server.stop()
