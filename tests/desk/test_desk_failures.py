"""What the desk does when something breaks: every failure it promises to survive, on a real
server."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest

from holdfast.config import HOLD_WAIT_SECONDS_MAX
from holdfast.database.pool import Connection, Database
from holdfast.desk.commands import Hold, Release
from holdfast.desk.order import OrderStatus
from holdfast.ids import OrderId, new_order_id
from holdfast.refusals import Refusal
from tests.cast import ADA, BEN, CLEO, seats
from tests.house import Process, open_house, process
from tests.postgres import FreshDatabases
from tests.proxy import CutAt, proxy

pytestmark = pytest.mark.anyio

SEATS_HELD = "SELECT count(*) FROM seat WHERE event_id = $1 AND status = 'HELD'"
ORDERS = "SELECT count(*) FROM orders WHERE event_id = $1"
VERSION = "SELECT version FROM desk WHERE event_id = $1"


async def value(database: Database, query: str, *values: object) -> object:
    async with database.pool.acquire() as connection:
        return await connection.fetchval(query, *values)


async def run(database: Database, statement: str, *values: object) -> None:
    async with database.pool.acquire() as connection:
        await connection.execute(statement, *values)


@pytest.mark.parametrize("cut_at", [CutAt.AFTER_COMMIT, CutAt.BEFORE_COMMIT])
async def test_a_commit_whose_answer_was_lost_is_looked_up_and_done_once(
    databases: FreshDatabases, cut_at: CutAt
) -> None:
    async with (
        databases.fresh() as name,
        proxy(databases.address(name)) as cable,
        process(databases.url(name)) as near,
        process(cable.url) as far,
    ):
        house = await open_house(near.database)
        await far.hold(house, seats(0, 1))
        cable.cut_at = cut_at
        order = await far.hold(house, seats(2, 3), BEN)
        assert cable.cuts == 1, "the cable was pulled in the middle of the hold"
        assert order.status is OrderStatus.PENDING
        assert await value(near.database, SEATS_HELD, house.event_id) == 4
        assert await value(near.database, ORDERS, house.event_id) == 2
        assert await value(near.database, VERSION, house.event_id) == 2
        assert [p.version for p in far.published] == [1, 2]
        await far.hold(house, seats(4), CLEO)


async def test_a_seat_moved_behind_the_desk_is_noticed_and_the_truth_is_read_again(
    database: Database,
) -> None:
    worker = Process(database)
    house = await open_house(database)
    await worker.hold(house, seats(0))
    await run(
        database,
        "UPDATE seat SET status = 'BLOCKED' WHERE event_id = $1 AND seat_id = 5",
        house.event_id,
    )
    await run(
        database,
        "UPDATE section SET available_count = available_count - 1"
        " WHERE event_id = $1 AND section_id = 1",
        house.event_id,
    )
    with pytest.raises(Refusal) as refused:
        await worker.hold(house, seats(5), BEN)
    assert refused.value.code == "seat_unavailable"
    assert await worker.hold(house, seats(6), BEN)
    await worker.office.close()


async def test_sales_close_when_the_database_disagrees_twice(database: Database) -> None:
    worker = Process(database)
    house = await open_house(database)
    await worker.hold(house, seats(0))
    await run(
        database,
        "UPDATE section SET available_count = 1 WHERE event_id = $1 AND section_id = 1",
        house.event_id,
    )
    for session_id in (BEN, CLEO):
        with pytest.raises(Refusal) as refused:
            await worker.hold(house, seats(1), session_id)
        assert refused.value.code == "sale_closed"
    closed = await value(
        database, "SELECT closed_reason FROM desk WHERE event_id = $1", house.event_id
    )
    assert "other rows than were decided" in str(closed)
    assert await value(database, SEATS_HELD, house.event_id) == 1
    await worker.office.close()


async def test_one_poisoned_command_spoils_nobody_else(database: Database) -> None:
    worker = Process(database)
    house = await open_house(database)
    poison = Hold(order_id=OrderId("o_1_" + "\x00" * 26), session_id=BEN, choice=seats(9))
    good = [worker.hold(house, seats(seat), f"buyer {seat}") for seat in range(8)]
    bad = worker.office.submit(house.event_id, poison)
    *orders, error = await asyncio.gather(*good, bad, return_exceptions=True)
    assert all(getattr(order, "status", None) is OrderStatus.PENDING for order in orders)
    assert isinstance(error, Exception)
    assert not isinstance(error, Refusal)
    assert await value(database, SEATS_HELD, house.event_id) == 8
    await worker.office.close()


async def test_a_desk_that_is_locked_by_somebody_else_keeps_its_commands_until_it_is_free(
    database: Database,
) -> None:
    worker = Process(database)
    house = await open_house(database)
    await worker.hold(house, seats(0))
    async with database.dedicated() as other:
        await other.execute("BEGIN")
        await other.execute("SELECT * FROM desk WHERE event_id = $1 FOR UPDATE", house.event_id)
        release = asyncio.ensure_future(
            worker.office.submit(
                house.event_id, Release(order_id=new_order_id(house.event_id), session_id=ADA)
            )
        )
        order = asyncio.ensure_future(worker.hold(house, seats(1), BEN))
        await asyncio.sleep(HOLD_WAIT_SECONDS_MAX + 0.3)  # lets the lock time out at least once
        assert not order.done()
        await other.execute("ROLLBACK")
    with pytest.raises(Refusal) as stale:
        await order
    assert stale.value.code == "busy", "a hold that waited longer than a buyer is answered busy"
    with pytest.raises(Refusal) as missing:
        await release
    assert missing.value.code == "not_found", "money waits for its turn"
    assert await worker.hold(house, seats(1), BEN)
    await worker.office.close()


async def test_a_request_that_hangs_up_in_the_queue_holds_nothing(database: Database) -> None:
    worker = Process(database)
    house = await open_house(database)
    gone = asyncio.ensure_future(worker.hold(house, seats(0, 1)))
    await asyncio.sleep(0)
    gone.cancel()
    order = await worker.hold(house, seats(0, 1), BEN)
    assert order.session_id == BEN
    await worker.office.close()


async def test_a_request_that_hangs_up_after_it_was_taken_is_decided_whole(
    database: Database,
) -> None:
    worker = Process(database)
    house = await open_house(database)
    await worker.hold(house, seats(9), CLEO)
    async with database.dedicated() as other:
        await other.execute("BEGIN")
        # The seat row is locked, not the desk: the batch is taken, decided, and stuck in its write.
        await other.execute(
            "SELECT * FROM seat WHERE event_id = $1 AND seat_id = 0 FOR UPDATE", house.event_id
        )
        gone = asyncio.ensure_future(worker.hold(house, seats(0, 1)))
        await until(database, "holdfast desk", "Lock")
        gone.cancel()
        await other.execute("ROLLBACK")
    with pytest.raises(Refusal) as refused:
        await worker.hold(house, seats(0, 1), BEN)
    assert refused.value.code == "seat_unavailable"
    assert await value(database, SEATS_HELD, house.event_id) == 3
    await worker.office.close()


async def test_a_full_queue_answers_busy_and_never_refuses_money(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = Process(database)
    house = await open_house(database)
    order = await worker.hold(house, seats(0))
    monkeypatch.setattr("holdfast.desk.queue.QUEUE_HOLDS_MAX", 3)
    holds = [worker.hold(house, seats(seat), f"buyer {seat}") for seat in range(1, 9)]
    money = worker.office.submit(house.event_id, Release(order_id=order.order_id, session_id=ADA))
    *answers, released = await asyncio.gather(*holds, money, return_exceptions=True)
    codes = [answer.code for answer in answers if isinstance(answer, Refusal)]
    assert codes == ["busy"] * 5
    assert not isinstance(released, BaseException)
    await worker.office.close()


async def test_two_processes_sell_one_event_and_each_knows_what_the_other_sold(
    databases: FreshDatabases,
) -> None:
    async with databases.fresh() as name:
        url = databases.url(name)
        async with process(url) as one, process(url) as two:
            house = await open_house(one.database)
            sold = await one.buy(house, seats(0, 1))
            with pytest.raises(Refusal) as refused:
                await two.hold(house, seats(1, 2), BEN)
            assert refused.value.extra["seat_ids"] == [1]
            held = await two.hold(house, seats(2, 3), BEN)
            await one.office.submit(house.event_id, Release(order_id=held.order_id, session_id=BEN))
            again = await two.hold(house, seats(2, 3), CLEO)
            assert sold.status is OrderStatus.CONFIRMED
            assert again.session_id == CLEO


async def until(database: Database, application: str, waiting_for: str, sessions: int = 1) -> None:
    """Wait until so many sessions of that name wait for that; at most five seconds."""
    for _ in range(500):
        waiting = await value(
            database,
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE application_name = $1 AND wait_event_type = $2"
            " AND datname = current_database()",
            application,
            waiting_for,
        )
        if int(str(waiting)) >= sessions:
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"nobody came to wait for {waiting_for}")


async def test_a_batch_that_is_stuck_gives_its_lock_back(database: Database) -> None:
    worker = Process(database)
    house = await open_house(database)
    async with database.dedicated() as other:
        await other.execute("BEGIN")
        await other.execute("SELECT * FROM section WHERE event_id = $1 FOR UPDATE", house.event_id)
        order = asyncio.ensure_future(worker.hold(house, seats(0)))
        await until(database, "holdfast desk", "Lock")
        await asyncio.sleep(1.2)  # the desk's lock_timeout is a second
        await other.execute("ROLLBACK")
    assert (await order).status is OrderStatus.PENDING
    await worker.office.close()


async def test_a_busy_desk_keeps_its_connection_unless_somebody_waits_for_one(
    databases: FreshDatabases, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with databases.fresh() as name, process(databases.url(name)) as worker:
        pool = worker.database.desk_pool
        lendings = Counter[str]()
        acquire = pool.acquire

        def counted() -> AbstractAsyncContextManager[Connection]:
            lendings["of the desk"] += 1
            return acquire()

        monkeypatch.setattr(pool, "acquire", counted)
        monkeypatch.setattr("holdfast.desk.queue.BATCH_COMMANDS_MAX", 2)
        house = await open_house(worker.database)

        async def sell_ten(first: int) -> int:
            """How many times the desk was lent a connection for five batches."""
            lendings.clear()
            places = range(first, first + 10)
            await asyncio.gather(*[worker.hold(house, seats(s), f"buyer {s}") for s in places])
            return lendings["of the desk"]

        assert await sell_ten(0) == 1
        monkeypatch.setattr(type(pool), "spare", False)
        assert await sell_ten(10) == 5


async def test_a_refused_batch_is_not_tried_again_when_its_connection_cannot_be_given_back(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker, other = Process(database), Process(database)
    house = await open_house(database)
    order = await other.hold(house, seats(0), BEN)
    pool = database.desk_pool
    acquire = pool.acquire
    given_back = asyncio.Event()

    @asynccontextmanager
    async def cut_at_the_end() -> AsyncGenerator[Connection]:
        monkeypatch.setattr(pool, "acquire", acquire)
        async with acquire() as connection:
            yield connection
        release = Release(order_id=order.order_id, session_id=BEN)
        await other.office.submit(house.event_id, release)
        given_back.set()
        raise ConnectionResetError("it was lost on its way back")

    monkeypatch.setattr(pool, "acquire", cut_at_the_end)
    with pytest.raises(Refusal) as refused:
        await worker.hold(house, seats(0))
    assert refused.value.code == "seat_unavailable"
    await given_back.wait()
    await worker.office.close()
    assert await value(database, SEATS_HELD, house.event_id) == 0
    await other.office.close()
