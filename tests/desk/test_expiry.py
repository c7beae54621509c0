"""No hold outlives its time: expired seats are free at once, and tidied up soon."""

import asyncio

import pytest

from holdfast.database.clock import Clock
from holdfast.database.pool import Database
from holdfast.desk import desk as desk_module
from holdfast.desk.commands import ChangeStatus, Release
from holdfast.desk.order import EventStatus, OrderStatus
from holdfast.desk.reading import read_orders
from holdfast.desk.sweeper import LEAVE_TO_DESK_SECONDS, Sweeper
from tests.cast import ADA, BEN, seats
from tests.desk.test_opening import told_of_each_wait
from tests.house import House, Process, open_house

pytestmark = pytest.mark.anyio

TIDY_SECONDS_MAX = 2.0


async def status_of(database: Database, house: House, order_id: str) -> str:
    async with database.pool.acquire() as connection:
        found = await read_orders(connection, house.event_id, [order_id])
    order = found[order_id]
    return f"{order.status} {order.cancel_reason}"


async def until_status(
    database: Database, house: House, order_id: str, status: str, seconds: float
) -> None:
    async with asyncio.timeout(seconds):
        while await status_of(database, house, order_id) != status:
            await asyncio.sleep(0.02)


async def test_an_expired_seat_can_be_held_at_once_whether_or_not_it_was_swept(
    database: Database,
) -> None:
    worker, other = Process(database), Process(database)
    house = await open_house(database, hold_seconds=1)
    order = await worker.hold(house, seats(0, 1))
    await worker.office.close()  # nobody is left who would tidy up
    async with database.pool.acquire() as connection:
        while await Clock().now(connection) < order.expires_at:
            await asyncio.sleep(0.01)
    again = await other.hold(house, seats(1, 2), BEN)
    assert again.status is OrderStatus.PENDING
    assert await status_of(database, house, order.order_id) == "CANCELLED EXPIRED"
    await other.office.close()


async def test_a_desk_that_is_awake_tidies_up_by_itself(database: Database) -> None:
    worker = Process(database)
    house = await open_house(database, hold_seconds=1)
    order = await worker.hold(house, seats(0, 1))
    await until_status(database, house, order.order_id, "CANCELLED EXPIRED", 1 + TIDY_SECONDS_MAX)
    await worker.office.close()


async def test_the_sweeper_tidies_up_at_an_idle_desk(database: Database) -> None:
    first, second = Process(database), Process(database)
    house = await open_house(database, hold_seconds=1)
    order = await first.hold(house, seats(0, 1))
    await first.office.close()
    sweeper = asyncio.create_task(Sweeper(database, Clock(), second.office).run())
    try:
        await until_status(
            database, house, order.order_id, "CANCELLED EXPIRED", 1 + TIDY_SECONDS_MAX
        )
    finally:
        sweeper.cancel()
        await asyncio.gather(sweeper, return_exceptions=True)
    await second.office.close()


async def test_cancelling_an_event_ends_its_holds_and_refunds_its_orders(
    database: Database,
) -> None:
    worker = Process(database)
    house = await open_house(database)
    paid = await worker.buy(house, seats(0, 1))
    held = await worker.hold(house, seats(2), BEN)
    await worker.office.submit(house.event_id, ChangeStatus(status=EventStatus.CANCELLED))
    async with database.dedicated() as connection:
        await Sweeper(database, Clock(), worker.office).sweep(connection)
    assert await status_of(database, house, held.order_id) == "CANCELLED EVENT_CANCELLED"
    assert await status_of(database, house, paid.order_id) == "REFUNDED None"
    async with database.pool.acquire() as connection:
        amount = await connection.fetchval(
            "SELECT sum(amount)::bigint FROM outbox WHERE event_id = $1 AND kind = 'REFUND'",
            house.event_id,
        )
    assert amount == paid.total_amount
    await worker.office.close()


async def test_an_event_is_sold_out_in_the_commit_that_sells_its_last_seat(
    database: Database,
) -> None:
    worker = Process(database)
    house = await open_house(database, order_limit=36)
    everything = seats(*range(36))
    order = await worker.buy(house, everything)
    assert worker.published[-1].public.event_status is EventStatus.SOLD_OUT
    async with database.pool.acquire() as connection:
        status = await connection.fetchval(
            "SELECT status::text FROM event WHERE event_id = $1", house.event_id
        )
    assert status == "SOLD_OUT"
    assert order.session_id == ADA
    await worker.office.close()


async def test_a_desk_that_is_never_idle_tidies_up_between_its_batches(database: Database) -> None:
    """No sweeper is about, and the desk never waits for long enough to be woken by a deadline."""
    worker = Process(database)
    house = await open_house(database, hold_seconds=1)
    order = await worker.hold(house, seats(0, 1))

    async def keep_busy() -> None:
        while True:
            held = await worker.hold(house, seats(5), BEN)
            release = Release(order_id=held.order_id, session_id=BEN)
            await worker.office.submit(house.event_id, release)

    busy = asyncio.create_task(keep_busy())
    try:
        await until_status(
            database, house, order.order_id, "CANCELLED EXPIRED", 1 + TIDY_SECONDS_MAX
        )
    finally:
        busy.cancel()
        await asyncio.gather(busy, return_exceptions=True)
    await worker.office.close()


async def test_the_sweeper_and_the_desk_ask_for_one_piece_together(database: Database) -> None:
    """A second one in the same batch would keep everybody else in it waiting for twice as long."""
    worker = Process(database)
    house = await open_house(database, hold_seconds=1)
    orders = [await worker.hold(house, seats(n)) for n in range(2)]
    await asyncio.sleep(0.9)
    desk = worker.office.desk(house.event_id)
    asked = [desk.tidy(), desk.tidy()]
    together = await asyncio.gather(worker.office.tidy(house.event_id), *asked)
    assert asked[0] is asked[1]
    assert {granted.version for granted in together} == {together[0].version}
    async with database.dedicated() as connection:
        await asyncio.sleep(0.2 + LEAVE_TO_DESK_SECONDS)
        await Sweeper(database, Clock(), worker.office).sweep(connection)
    for order in orders:
        assert await status_of(database, house, order.order_id) == "CANCELLED EXPIRED"
    await worker.office.close()


async def test_the_sweeper_goes_by_the_database_where_a_desk_sleeps_too_long(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after the machine slept: the desk's own clock stood still, the database's did not."""
    monkeypatch.setattr(desk_module, "TIDY_AFTER_SECONDS", 3_600.0)
    worker = Process(database)
    house = await open_house(database, hold_seconds=1)
    order = await worker.hold(house, seats(0, 1))
    await asyncio.sleep(1.0 + LEAVE_TO_DESK_SECONDS)
    assert await status_of(database, house, order.order_id) == "PENDING None"
    async with database.dedicated() as connection:
        await Sweeper(database, Clock(), worker.office).sweep(connection)
    assert await status_of(database, house, order.order_id) == "CANCELLED EXPIRED"
    await worker.office.close()


async def test_a_closed_desk_does_not_ask_again_and_again_to_tidy_up(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = Process(database)
    house = await open_house(database, hold_seconds=1)
    await worker.hold(house, seats(0, 1))
    async with database.pool.acquire() as connection:
        await connection.execute("UPDATE desk SET status = 'CLOSED', closed_reason = 'an alarm'")
    await asyncio.sleep(1.0)
    waits = told_of_each_wait(monkeypatch)
    await asyncio.sleep(1.0)
    assert 2 <= len(waits) <= 40, "ten times a second, twice each"
    await worker.office.close()
