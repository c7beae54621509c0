"""How a transaction of the desk begins: what it waits for, and that what it knows is not old."""

import asyncio
from collections.abc import Awaitable, Sequence

import pytest

from holdfast.database.flight import Answer, Call, Copy
from holdfast.database.link import Link
from holdfast.database.pool import Database
from holdfast.desk.order import OrderStatus
from tests.cast import BEN, one_more_with_a_key, seats
from tests.desk.test_desk_failures import until
from tests.house import Process, open_house

pytestmark = pytest.mark.anyio

KEYED = {"request_fingerprint": b"a request"}
TAKE_DESK = "SELECT FROM desk WHERE event_id = $1 FOR UPDATE"


def told_of_each_wait(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is asked of the database by any link from now on, wait by wait."""
    waits: list[str] = []
    execute, fly, execute_and_fly = Link.execute, Link.fly, Link.execute_and_fly

    async def told_execute(link: Link, statement: str, *values: object) -> str:
        waits.append(statement)
        return await execute(link, statement, *values)

    async def told_fly(link: Link, calls: Sequence[Call | Copy]) -> list[Answer]:
        waits.append(f"{len(calls)} statements")
        return await fly(link, calls)

    async def told_both(
        link: Link, statement: str, calls: Sequence[Call | Copy]
    ) -> Awaitable[list[Answer]]:
        landing = await execute_and_fly(link, statement, calls)
        waits[-1] += f", {len(calls)} statements"
        return landing

    monkeypatch.setattr(Link, "execute", told_execute)
    monkeypatch.setattr(Link, "fly", told_fly)
    monkeypatch.setattr(Link, "execute_and_fly", told_both)
    return waits


async def test_a_turn_waits_three_times_whatever_its_batch_has_to_know(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The orders of keyed requests and the payments to be settled come with the lock."""
    worker = Process(database)
    house = await open_house(database)
    paying = (await worker.begin_payment(house, await worker.hold(house, seats(0)))).payment
    assert paying is not None
    waits = told_of_each_wait(monkeypatch)
    await asyncio.gather(
        worker.hold(house, seats(1, 2), BEN, **KEYED), worker.settle(house, paying)
    )
    assert [wait.partition(",")[0] for wait in waits][::2] == ["BEGIN", "COMMIT"]
    assert len(waits) == 3
    assert waits[0] == "BEGIN, 4 statements"  # the lock, the time, orders, payments
    await worker.office.close()


async def test_a_busy_desk_waits_twice_and_the_lock_comes_with_the_commit_before(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = Process(database)
    house = await open_house(database)
    await worker.hold(house, seats(0))
    waits = told_of_each_wait(monkeypatch)
    first = asyncio.ensure_future(worker.hold(house, seats(1)))
    while not any("statements" in wait for wait in waits):
        await asyncio.sleep(0)
    await asyncio.gather(first, *[worker.hold(house, seats(n), BEN) for n in (2, 3, 4)])
    begun = [wait for wait in waits if wait.startswith(("BEGIN", "COMMIT"))]
    assert begun == ["BEGIN, 2 statements", "COMMIT AND CHAIN, 2 statements", "COMMIT"]
    assert len(waits) == 5
    await worker.office.close()


async def test_who_comes_while_the_lock_is_waited_for_is_known_as_well(
    database: Database,
) -> None:
    worker = Process(database)
    house = await open_house(database)
    payments = []
    for number in range(2):
        order = await worker.hold(house, seats(number), BEN)
        payments.append((await worker.begin_payment(house, order)).payment)
    async with database.dedicated() as other:
        await other.execute("BEGIN")
        await other.execute(TAKE_DESK, house.event_id)
        first = asyncio.ensure_future(worker.settle(house, payments[0]))
        await until(database, "holdfast desk", "Lock")
        second = asyncio.ensure_future(worker.settle(house, payments[1]))
        await asyncio.sleep(0.05)
        await other.execute("ROLLBACK")
    for granted in await asyncio.gather(first, second):
        assert granted.order is not None
        assert granted.order.status is OrderStatus.CONFIRMED
    assert worker.published[-1].version == 5, "they were settled in one batch"
    await worker.office.close()


async def test_what_another_process_grants_during_the_wait_is_known(database: Database) -> None:
    """Read before the lock is had, the key would be unknown to whoever comes second."""
    one, two = Process(database), Process(database)
    house = await open_house(database)
    order = await one.hold(house, seats(0))
    edit = one_more_with_a_key(order, seats(1))
    await two.hold(house, seats(5), BEN)  # it is awake, and asks for what waits at once
    async with database.dedicated() as other:
        await other.execute("BEGIN")
        await other.execute(TAKE_DESK, house.event_id)
        both = [
            asyncio.ensure_future(worker.office.submit(house.event_id, edit))
            for worker in (one, two)
        ]
        await until(database, "holdfast desk", "Lock", sessions=2)
        await other.execute("ROLLBACK")
    granted = await asyncio.gather(*both)
    assert sorted(answer.replayed for answer in granted) == [False, True]
    assert {len(answer.order.active) for answer in granted if answer.order} == {2}
    for worker in (one, two):
        await worker.office.close()
