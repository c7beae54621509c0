"""The tickets of an order, as its buyer and the gate see them."""

import pytest

from holdfast.database.pool import Database
from holdfast.desk.commands import Choice, Refund
from holdfast.ids import event_of_barcode
from holdfast.tickets.ticket_list import find_ticket, read_evening, ticket_list
from tests.cast import STANDING_AREA, seats
from tests.house import Process, open_house

pytestmark = pytest.mark.anyio


async def test_every_ticket_says_its_place_in_words(database: Database) -> None:
    worker = Process(database)
    house = await open_house(database)
    choice = Choice(seats=((1, None), (0, "child")), areas=((STANDING_AREA, 1, None),))
    order = await worker.buy(house, choice)
    async with database.pool.acquire() as connection:
        lines = await ticket_list(connection, order.order_id)
        one = await find_ticket(connection, lines[1].ticket_id)
    assert [line.place for line in lines] == [
        "Stalls, row A, seat 2",
        "Stalls, row A, seat 1",
        "Standing",
    ]
    assert [line.item_id for line in lines] == [item.item_id for item in order.items]
    assert {event_of_barcode(line.barcode) for line in lines} == {house.event_id}
    assert len({line.barcode for line in lines}) == 3
    assert one == lines[1]
    assert lines[2].row is None
    assert lines[2].seat_number is None
    await worker.office.close()


async def test_a_refunded_ticket_stays_in_the_list_and_is_not_valid(database: Database) -> None:
    worker = Process(database)
    house = await open_house(database)
    order = await worker.buy(house, seats(0, 1))
    refund = Refund(order_id=order.order_id, item_ids=(order.items[1].item_id,))
    await worker.office.submit(house.event_id, refund)
    async with database.pool.acquire() as connection:
        lines = await ticket_list(connection, order.order_id)
    assert [line.is_valid for line in lines] == [True, False]
    await worker.office.close()


async def test_what_is_not_there_is_not_found(database: Database) -> None:
    house = await open_house(database)
    stem = "1_aaaaaaaaaaaaaaaaaaaaaaaaaa"
    async with database.pool.acquire() as connection:
        for order_id in ("", "o_", f"o_{stem}", "o_zzzzzzz_a"):
            assert await ticket_list(connection, order_id) == []
        for ticket_id in ("", f"o_{stem}", f"t_{stem}_0", f"t_{stem}_x"):
            assert await find_ticket(connection, ticket_id) is None
        assert await read_evening(connection, 99) is None
        evening = await read_evening(connection, house.event_id)
    assert evening is not None
    assert (evening.venue_name, evening.time_zone) == ("The Grand", "Europe/Vienna")
    assert evening.start_time.utcoffset() is not None
