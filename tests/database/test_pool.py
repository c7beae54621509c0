"""The ways into the database, and their limits."""

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from holdfast.database.clock import Clock
from holdfast.database.errors import DatabaseBusy, DatabaseUnreachable, Trouble, classify
from holdfast.database.link import UNANSWERED_MS_MAX, connect_link
from holdfast.database.pool import Database, DatabaseSettings, open_database
from tests.postgres import FreshDatabases
from tests.proxy import Proxy, proxy


@pytest.fixture
async def cable(databases: FreshDatabases) -> AsyncGenerator[Proxy]:
    async with databases.fresh() as name, proxy(databases.address(name)) as cable:
        yield cable


async def test_each_pool_has_its_limits_on_the_server(database: Database) -> None:
    expected = {
        "statement_timeout": ("10s", "5s"),
        "lock_timeout": ("0", "1s"),
        "idle_in_transaction_session_timeout": ("10s", "2s"),
        "enable_seqscan": ("off", "off"),
        "plan_cache_mode": ("auto", "force_generic_plan"),
        "jit": ("off", "off"),
        "application_name": ("holdfast", "holdfast desk"),
    }
    async with database.pool.acquire() as general, database.desk_pool.acquire() as desk:
        found = {
            name: (await general.fetchval(f"SHOW {name}"), await desk.fetchval(f"SHOW {name}"))
            for name in expected
        }
    assert found == expected


async def test_over_tcp_our_end_watches_the_link(cable: Proxy) -> None:
    link = await connect_link(cable.url)
    found: socket.socket = getattr(link, "_transport").get_extra_info("socket")  # noqa: B009
    assert found.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
    assert found.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == UNANSWERED_MS_MAX
    await link.close()


@pytest.mark.fault
@pytest.mark.skipif(os.geteuid() != 0, reason="pulling a cable needs root")
def test_a_pulled_cable_frees_the_lock_and_is_noticed_by_clients(tmp_path: Path) -> None:
    command = ["unshare", "--net", sys.executable, str(Path(__file__).with_name("pulled_cable.py"))]
    for tool in ("unshare", "ip", "tc"):
        if shutil.which(tool) is None:
            pytest.skip(f"pulling a cable needs the program {tool}")
    ran = subprocess.run([*command, str(tmp_path)], capture_output=True, text=True)
    if "ermission denied" in ran.stderr or "not permitted" in ran.stderr:
        pytest.skip(f"networks of one's own are forbidden here: {ran.stderr[-200:]}")
    assert ran.returncode == 0, ran.stderr
    assert all(float(seconds) < 8 for seconds in ran.stdout.split()), ran.stdout


async def test_a_pool_that_is_lent_out_says_so_in_time(databases: FreshDatabases) -> None:
    async with databases.open(DatabaseSettings(connections_max=2)) as database:
        async with database.pool.acquire(), database.pool.acquire():
            began = time.monotonic()
            with pytest.raises(DatabaseBusy, match=r"within 0\.1 s"):
                async with database.pool.acquire(seconds_max=0.1):
                    pass
            assert time.monotonic() - began < 2
        async with database.pool.acquire() as connection:
            assert await connection.fetchval("SELECT 1") == 1


async def test_an_open_transaction_never_reaches_the_next_user(databases: FreshDatabases) -> None:
    async with databases.open(DatabaseSettings(connections_max=1)) as database:
        async with database.pool.acquire() as connection:
            await connection.execute("BEGIN")
            await connection.execute("CREATE TABLE half_done (number integer)")
        async with database.pool.acquire() as connection:
            assert await connection.fetchval("SELECT to_regclass('half_done')") is None
            assert not connection.is_in_transaction()


async def test_a_lost_link_is_replaced(cable: Proxy) -> None:
    database = await open_database(cable.url, DatabaseSettings(connections_max=1))
    with pytest.raises(Exception, match=r".") as caught:  # noqa: PT012 (the block is the claim)
        async with database.pool.acquire() as connection:
            cable.reset()
            await connection.fetchval("SELECT 1")
    assert classify(caught.value) is Trouble.LINK_LOST
    async with database.pool.acquire() as connection:
        assert await connection.fetchval("SELECT 1") == 1
    await database.close()


async def test_closing_takes_no_longer_than_it_may(cable: Proxy) -> None:
    database = await open_database(cable.url)
    async with database.pool.acquire() as connection:
        cable.hold()
        asking = asyncio.create_task(connection.fetchval("SELECT 1"))
        await asyncio.sleep(0)
        began = time.monotonic()
        await database.close()
        assert time.monotonic() - began < 4
        with pytest.raises(Exception, match=r"."):
            await asking


async def test_a_server_that_is_not_there_is_named_in_a_sentence_without_the_password() -> None:
    with pytest.raises(DatabaseUnreachable, match="Check that it runs and that") as caught:
        await open_database("postgresql://holdfast:s3cret@127.0.0.1:1/holdfast")
    assert "s3cret" not in str(caught.value)


async def test_behind_a_pooler_nothing_is_prepared_or_set(databases: FreshDatabases) -> None:
    settings = DatabaseSettings(behind_pgbouncer=True, statement_seconds_max=0.2)
    async with databases.fresh() as name:
        url = databases.url(name)
        database = await open_database(url, settings, direct_url=url)
        async with database.pool.acquire() as connection:
            await connection.fetchval("SELECT $1::integer", 1)
            assert await connection.fetchval("SHOW statement_timeout") == "0"
            names = await connection.fetch("SELECT name FROM pg_prepared_statements")
            assert [row["name"] for row in names if row["name"]] == []
        with pytest.raises(TimeoutError):
            async with database.pool.acquire() as connection:
                await connection.execute("SELECT pg_sleep(5)")
        await database.close()


async def test_the_clock_is_the_database_and_moves_within_a_transaction(
    database: Database,
) -> None:
    async with database.pool.acquire() as connection, connection.transaction():
        first = await Clock().now(connection)
        second = await Clock().now(connection)
    assert first.tzinfo == UTC
    assert first < second < first + timedelta(minutes=1)
    assert abs(second - datetime.now(UTC)) < timedelta(minutes=1)  # this machine's, in this test
