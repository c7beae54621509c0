"""The obvious design, which the bench compares with: it must be right, and right by its locks."""

import asyncio

import pytest

from benchmarks.instant_provider import TOKEN, InstantProvider
from benchmarks.row_lock import LOCK_SEATS, RowLockOffice
from benchmarks.row_lock_payment import RowLockCheckout
from holdfast.audit import audit
from holdfast.checkout.answer import Outcome
from holdfast.database.clock import Clock
from holdfast.database.pool import Database
from holdfast.desk.commands import Choice, Hold
from holdfast.desk.queue import Granted
from holdfast.ids import EventId, new_order_id
from holdfast.refusals import Refusal
from tests.cast import ADA, ADA_BUYS, BEN
from tests.house import House, open_house

pytestmark = pytest.mark.anyio

BUYERS = 4
UNLOCKED = LOCK_SEATS.replace("FOR UPDATE", "")

_LOCK_SECTIONS = "SELECT FROM section WHERE event_id = $1 FOR UPDATE"
_WAITING = """
SELECT count(*)
FROM pg_stat_activity
WHERE datname = current_database() AND wait_event_type = 'Lock'
"""


def hold_of(house: House, seats: tuple[int, ...], session_id: str = ADA) -> Hold:
    choice = Choice(seats=tuple((seat, None) for seat in seats))
    return Hold(order_id=new_order_id(house.event_id), session_id=session_id, choice=choice)


async def test_a_hold_is_paid_and_the_books_are_sound(database: Database) -> None:
    house = await open_house(database)
    provider = InstantProvider()
    granted = await RowLockOffice(database).submit(house.event_id, hold_of(house, (3, 4)))
    assert granted.order is not None
    paid = await RowLockCheckout(database, provider).pay(
        granted.order.order_id, ADA, TOKEN, ADA_BUYS
    )
    assert paid.outcome is Outcome.CONFIRMED
    assert [ticket.seat_id for ticket in paid.tickets] == [3, 4]
    assert await faults(database, provider) == []


async def test_what_is_taken_is_refused_and_nothing_is_left_behind(database: Database) -> None:
    house = await open_house(database)
    office = RowLockOffice(database)
    await office.submit(house.event_id, hold_of(house, (1,)))
    with pytest.raises(Refusal) as refused:
        await office.submit(house.event_id, hold_of(house, (0, 1), BEN))
    assert (refused.value.code, refused.value.extra) == ("seat_unavailable", {"seat_ids": [1]})
    assert await faults(database) == []


async def test_of_many_who_want_one_seat_one_gets_it(database: Database) -> None:
    granted = await race(database, LOCK_SEATS)
    assert granted == 1
    assert await faults(database) == []


async def test_without_the_lock_everybody_gets_it(database: Database) -> None:
    assert UNLOCKED != LOCK_SEATS
    assert await race(database, UNLOCKED) == BUYERS
    assert await faults(database) != []


async def race(database: Database, lock_seats: str) -> int:
    """Everybody asks for the same seat; nobody can commit before all of them wait for a lock."""
    house = await open_house(database)
    office = RowLockOffice(database, lock_seats)
    await warm(office, house.event_id)
    async with database.dedicated() as blocker, database.dedicated() as watcher:
        async with blocker.transaction():
            await blocker.execute(_LOCK_SECTIONS, house.event_id)
            asked = [
                asyncio.create_task(office.submit(house.event_id, hold_of(house, (7,))))
                for _ in range(BUYERS)
            ]
            async with asyncio.timeout(10):
                while await watcher.fetchval(_WAITING) < BUYERS:
                    await asyncio.sleep(0.01)
        answers = await asyncio.gather(*asked, return_exceptions=True)
    return sum(isinstance(answer, Granted) for answer in answers)


async def warm(office: RowLockOffice, event_id: EventId) -> None:
    """Let it read the terms of the event, which is not part of the race."""
    absent = Hold(
        order_id=new_order_id(event_id), session_id=ADA, choice=Choice(seats=((9_999, None),))
    )
    with pytest.raises(Refusal):
        await office.submit(event_id, absent)


async def faults(database: Database, provider: InstantProvider | None = None) -> list[str]:
    """What doctor finds, but for the journal, which this design doesn't keep."""
    if provider is not None:
        async with database.pool.acquire() as connection:
            await provider.write_down(connection, await Clock().now(connection))
    found = await audit(database, Clock())
    return [f.check for f in found if not f.check.startswith(("journal_", "desk_version"))]
