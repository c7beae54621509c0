"""No hold outlives its time: expired seats are free at once, and tidied up soon."""

import asyncio

import pytest

from holdfast.database.clock import Clock
from holdfast.database.pool import Database
from holdfast.desk.commands import ChangeStatus
from holdfast.desk.order import EventStatus, OrderStatus
from holdfast.desk.reading import read_orders
from holdfast.desk.sweeper import Sweeper
from tests.cast import ADA, BEN, seats
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
