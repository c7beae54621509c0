"""The audit speaks of one instant: it is right while sales go on, and nobody waits for it."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from itertools import count

import pytest

from holdfast.audit import Finding, audit
from holdfast.audit.run import audit_within
from holdfast.database.clock import Clock
from holdfast.database.pool import Database
from holdfast.refusals import Refusal
from tests.cast import a_refund, a_release, seats
from tests.house import House, Process, open_house

pytestmark = pytest.mark.anyio

AUDITS = 5
AUDITS_MAX = 40
BUYERS = 8


async def buy_for_ever(process: Process, house: House, first_seat: int) -> None:
    """One buyer: holds, gives back, buys, and wants the money back; then all over again."""
    for number in count():
        session_id = f"buyer {first_seat} {number}"
        wanted = seats(first_seat, first_seat + 1)
        try:
            order = await process.hold(house, wanted, session_id)
            await process.office.submit(house.event_id, a_release(order))
            order = await process.buy(house, wanted, session_id)
            await process.office.submit(house.event_id, a_refund(order))
        except Refusal as refusal:
            if refusal.code != "seat_unavailable":
                raise


@asynccontextmanager
async def a_busy_sale(database: Database) -> AsyncGenerator[None]:
    """Two processes sell to everybody until the end; nobody may have stopped by then."""
    house = await open_house(database)
    processes = [Process(database), Process(database)]
    buyers = [
        asyncio.create_task(buy_for_ever(processes[buyer % 2], house, buyer))
        for buyer in range(BUYERS)
    ]
    try:
        yield
        assert not any(buyer.done() for buyer in buyers), "everybody was buying all the time"
    finally:
        for buyer in buyers:
            buyer.cancel()
        await asyncio.gather(*buyers, return_exceptions=True)
        for process in processes:
            await process.office.close()


async def version(database: Database) -> int:
    async with database.pool.acquire() as connection:
        return await connection.fetchval("SELECT version FROM desk")


async def test_an_audit_during_a_sale_finds_nothing(database: Database) -> None:
    async with a_busy_sale(database):
        versions: list[int] = []
        for _ in range(AUDITS_MAX):
            assert await audit(database, Clock()) == []
            versions.append(await version(database))
            if len(versions) >= AUDITS and versions[-1] > versions[0] > 0:
                break
            if versions == [0]:
                versions.clear()  # nobody has bought yet
        assert versions[-1] > versions[0] > 0


async def test_questions_about_different_instants_contradict_each_other(
    database: Database,
) -> None:
    """The control: the same questions, each with a snapshot of its own."""
    found: list[Finding] = []
    async with a_busy_sale(database):
        for _ in range(AUDITS_MAX):
            async with database.pool.acquire() as connection, connection.transaction():
                found += await audit_within(connection, Clock())
            if found:
                break
    assert found
