"""Listening: nothing is missed without the owner being told."""

import asyncio
from collections.abc import AsyncGenerator

import asyncpg
import pytest

from holdfast.database.connection import OwnConnection
from holdfast.database.link import connect as connect_to
from holdfast.database.listen import Listener
from holdfast.database.pool import Database, open_database
from tests.postgres import FreshDatabases
from tests.proxy import Proxy, proxy


class Ear:
    """Remembers what it was told; `heard` and `gaps` can be waited for."""

    def __init__(self) -> None:
        self.heard: asyncio.Queue[tuple[str, str]] = asyncio.Queue()
        self.gaps: asyncio.Queue[None] = asyncio.Queue()

    def on_notice(self, channel: str, payload: str) -> None:
        self.heard.put_nowait((channel, payload))

    def on_gap(self) -> None:
        self.gaps.put_nowait(None)


async def say(database: Database, channel: str, payload: str) -> None:
    async with database.pool.acquire() as connection:
        await connection.execute("SELECT pg_notify($1, $2)", channel, payload)


@pytest.fixture
async def name(databases: FreshDatabases) -> AsyncGenerator[str]:
    async with databases.fresh() as name:
        yield name


@pytest.fixture
async def cable(databases: FreshDatabases, name: str) -> AsyncGenerator[Proxy]:
    async with proxy(databases.address(name)) as cable:
        yield cable


async def test_everything_said_is_heard_in_order(database: Database) -> None:
    ear = Ear()
    await database.listen(["one", "two"], ear.on_notice, ear.on_gap)
    expected = [("one", "first"), ("two", "second"), ("one", "x" * 7_999)]
    for channel, payload in expected:
        await say(database, channel, payload)
    await say(database, "three", "not for us")
    assert [await ear.heard.get() for _ in expected] == expected
    assert ear.gaps.empty()


async def test_a_lost_link_is_a_gap_and_after_it_everything_is_heard_again(
    databases: FreshDatabases, name: str, cable: Proxy
) -> None:
    here = await open_database(databases.url(name))
    there = await open_database(cable.url)
    ear = Ear()
    listener = await there.listen(["one"], ear.on_notice, ear.on_gap)
    for number in range(3):
        cable.reset()
        await asyncio.wait_for(ear.gaps.get(), 10)
        assert listener.is_connected
        await say(here, "one", str(number))
        assert await asyncio.wait_for(ear.heard.get(), 10) == ("one", str(number))
    assert ear.gaps.empty()
    await there.close()
    await here.close()


async def test_a_session_ended_while_listening_begins_again_is_tried_once_more(
    databases: FreshDatabases, name: str
) -> None:
    database = await open_database(databases.url(name))
    ear = Ear()
    links: list[OwnConnection] = []

    async def connect() -> OwnConnection:
        if (
            len(links) == 1
        ):  # as asyncpg says it where the server ends a session that is being asked
            links.append(links[0])
            raise asyncpg.InternalClientError("cannot switch to state 11; another operation (2)")
        links.append(await connect_to({"dsn": databases.url(name)}, "holdfast listen"))
        return links[-1]

    listener = Listener(connect, ["one"], ear.on_notice, ear.on_gap)
    await listener.start()
    links[0].terminate()
    await asyncio.wait_for(ear.gaps.get(), 10)
    await say(database, "one", "again")
    assert await asyncio.wait_for(ear.heard.get(), 10) == ("one", "again")
    await listener.close()
    await database.close()


async def test_a_closed_listener_is_silent(database: Database) -> None:
    ear = Ear()
    listener = await database.listen(["one"], ear.on_notice, ear.on_gap)
    await listener.close()
    await listener.close()
    async with database.pool.acquire() as connection:
        left = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'holdfast listen'"
        left += " AND datname = current_database()"
        while await connection.fetchval(left):
            await asyncio.sleep(0.01)
    assert ear.gaps.empty()
