"""Every guard between a desk's memory and the database, alone: nothing else stands behind it here.

In a sale several guards stand behind one another, so that a sale goes well when one is missing, and
nobody would notice. What is tried here fails as soon as its one guard is gone.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import uuid4

import pytest

from holdfast.database.clock import Clock
from holdfast.database.pool import Connection, Database
from holdfast.desk import write
from holdfast.desk.new_terms import change_terms
from holdfast.desk.order import Order, Payment, Ticket
from holdfast.desk.reading import read_payments, read_tickets
from holdfast.refusals import Refusal
from tests.cast import ADA, BEN, CLEO, one_more_with_a_key, seats
from tests.desk.test_desk_failures import until, value
from tests.house import House, Process, open_house

pytestmark = pytest.mark.anyio


class Sold(NamedTuple):
    """A house in which Ada holds seat 0 and Ben has bought seat 2, seen in one transaction."""

    link: Connection
    event_id: int
    held: Order
    bought: Order
    payment: Payment
    ticket: Ticket
    now: datetime


@pytest.fixture
async def sold(database: Database) -> AsyncIterator[Sold]:
    worker = Process(database)
    house = await open_house(database)
    held = await worker.hold(house, seats(0))
    bought = await worker.buy(house, seats(2), BEN)
    await worker.office.close()
    async with database.pool.acquire() as link:
        event_id, order_id = house.event_id, bought.order_id
        (payment,) = (await read_payments(link, event_id, [order_id]))[order_id]
        (ticket,) = (await read_tickets(link, event_id, [order_id]))[order_id]
        now = await Clock().now(link)
        await link.execute("BEGIN")
        yield Sold(link, event_id, held, bought, payment, ticket, now)
        await link.execute("ROLLBACK")


async def touched(sold: Sold, statement: str, *values: object) -> int:
    """How many rows the statement touches; it is undone."""
    await sold.link.execute("SAVEPOINT before")
    tag = await sold.link.execute(statement, sold.event_id, *values)
    await sold.link.execute("ROLLBACK TO before")
    return int(tag.rsplit(" ", 1)[1])


def by_keys(key: object, *values: object) -> tuple[object, ...]:
    """The key of one row, and its values by this key."""
    return [key], *[json.dumps({str(key): value}) for value in values]


async def test_only_a_free_seat_is_held(sold: Sold) -> None:
    async def hold(seat_id: int) -> int:
        values = by_keys(seat_id, sold.held.order_id, ADA)
        return await touched(sold, write.HOLD_SEATS, *values, sold.now)

    assert await hold(4) == 1
    assert await hold(0) == 0, "it is held"
    assert await hold(2) == 0, "it is sold"


async def test_a_seat_is_sold_to_the_order_that_holds_it(sold: Sold) -> None:
    async def sell(seat_id: int, order: Order) -> int:
        return await touched(sold, write.SELL_SEATS, *by_keys(seat_id, order.order_id))

    assert await sell(0, sold.held) == 1
    assert await sell(0, sold.bought) == 0, "another's"
    assert await sell(2, sold.bought) == 0, "sold already"


async def test_a_seat_is_kept_for_the_order_that_holds_it(sold: Sold) -> None:
    async def keep(seat_id: int, order: Order) -> int:
        values = by_keys(seat_id, order.order_id, sold.now.isoformat())
        return await touched(sold, write.KEEP_SEATS, *values)

    assert await keep(0, sold.held) == 1
    assert await keep(0, sold.bought) == 0, "another's"
    assert await keep(2, sold.bought) == 0, "sold already"


async def test_a_seat_is_freed_for_the_order_that_holds_it(sold: Sold) -> None:
    async def free(seat_id: int, order: Order) -> int:
        return await touched(sold, write.FREE_SEATS, *by_keys(seat_id, order.order_id))

    assert await free(0, sold.held) == 1
    assert await free(0, sold.bought) == 0, "another's"
    assert await free(2, sold.bought) == 0, "sold"


async def test_only_a_pending_order_ends_as_a_hold_does(sold: Sold) -> None:
    async def end(order: Order) -> int:
        return await touched(sold, write.END_ORDERS, *by_keys(order.order_id, "EXPIRED"))

    assert await end(sold.held) == 1
    assert await end(sold.bought) == 0, "it is paid"


async def test_only_active_items_end_with_their_hold(sold: Sold) -> None:
    async def end() -> int:
        return await touched(sold, write.END_ITEMS, [sold.held.order_id], "EXPIRED")

    assert await end() == 1
    await sold.link.execute("UPDATE order_item SET state = 'RELEASED'")
    assert await end() == 0, "it was dropped from the order before"


async def test_only_a_pending_order_that_is_not_being_paid_begins_to_be(sold: Sold) -> None:
    async def begin(order: Order) -> int:
        return await touched(sold, write.BEGIN_PAYMENTS, *by_keys(order.order_id, {}))

    assert await begin(sold.held) == 1
    assert await begin(sold.bought) == 0, "paid already"
    await sold.link.execute("UPDATE orders SET paying = TRUE WHERE status = 'PENDING'")
    assert await begin(sold.held) == 0, "another attempt is under way"


async def test_only_a_pending_order_that_is_being_paid_is_confirmed(sold: Sold) -> None:
    async def confirm(order: Order) -> int:
        return await touched(sold, write.CONFIRM_ORDERS, [order.order_id])

    assert await confirm(sold.held) == 0, "nobody pays it"
    await sold.link.execute("UPDATE orders SET paying = TRUE")
    assert await confirm(sold.held) == 1
    assert await confirm(sold.bought) == 0, "confirmed already"


async def test_only_what_an_attempt_has_reserved_is_collected(sold: Sold) -> None:
    async def collect() -> int:
        p = sold.payment
        which = by_keys(p.order_id, p.payment_id, "reference")
        return await touched(sold, write.COLLECT_PAYMENTS, *which, sold.now)

    assert await collect() == 0, "it is being collected"
    await sold.link.execute("UPDATE payment SET status = 'CREATED'")
    assert await collect() == 1
    await sold.link.execute("UPDATE payment SET refunded_amount = 1")
    assert await collect() == 0, "some of it was refunded"


async def test_a_seat_moves_from_where_it_was_found(sold: Sold) -> None:
    async def free(status: str, order: Order) -> int:
        found = [0], [status], [order.order_id]
        return await touched(sold, write.MOVE_SEATS, *found, ["AVAILABLE"], [None], [None], [None])

    assert await free("HELD", sold.held) == 1
    assert await free("HELD", sold.bought) == 0, "another's"
    assert await free("SOLD", sold.held) == 0, "not sold"


async def test_a_counter_moves_from_where_it_was_found(sold: Sold) -> None:
    free = await sold.link.fetchval(
        "SELECT available_count FROM section WHERE event_id = $1 AND section_id = 1", sold.event_id
    )
    assert await touched(sold, write.COUNT_SECTIONS, *by_keys(1, free, free - 1)) == 1
    assert await touched(sold, write.COUNT_SECTIONS, *by_keys(1, free + 1, free)) == 0


async def test_an_item_is_changed_as_it_was_found(sold: Sold) -> None:
    item = [sold.held.order_id], [sold.held.items[0].item_id]
    assert await touched(sold, write.UPDATE_ITEMS, *item, ["ACTIVE"], ["RELEASED"]) == 1
    assert await touched(sold, write.UPDATE_ITEMS, *item, ["EXPIRED"], ["ACTIVE"]) == 0


async def test_an_order_is_changed_as_it_was_found(sold: Sold) -> None:
    async def change(status: str, refunded_amount: int) -> int:
        o = sold.bought
        found = [o.order_id], [status], [refunded_amount]
        after = (
            ["REFUNDED"], [None], [o.total_amount], [o.total_amount], [0], [1], [False], [None],
            [o.expires_at],
        )  # fmt: skip
        return await touched(sold, write.UPDATE_ORDERS, *found, *after)

    assert await change("CONFIRMED", 0) == 1
    assert await change("PENDING", 0) == 0
    assert await change("CONFIRMED", 100) == 0, "some of it was refunded meanwhile"


async def test_a_payment_is_changed_as_it_was_found(sold: Sold) -> None:
    async def change(status: str, refunded_amount: int) -> int:
        p = sold.payment
        found = [p.order_id], [p.payment_id], [status], [refunded_amount]
        after = (
            [p.status], [p.amount], [p.currency], [p.amount], [0], [None], [None], [None],
            [sold.now],
        )  # fmt: skip
        return await touched(sold, write.UPDATE_PAYMENTS, *found, *after)

    assert await change("CAPTURING", 0) == 1
    assert await change("SUCCEEDED", 0) == 0, "the relay was quicker"
    assert await change("CAPTURING", 100) == 0, "some of it was refunded meanwhile"


async def test_a_ticket_is_voided_as_it_was_found(sold: Sold) -> None:
    async def void(scanned_at: datetime | None) -> int:
        t = sold.ticket
        return await touched(sold, write.VOID_TICKETS, [t.order_id], [t.ticket_id], [scanned_at])

    assert await void(None) == 1
    assert await void(sold.now) == 0, "let out meanwhile"
    await sold.link.execute("UPDATE ticket SET scanned_at = $1", sold.now)
    assert await void(None) == 0, "the gate was quicker"
    await sold.link.execute("UPDATE ticket SET scanned_at = NULL, is_valid = FALSE")
    assert await void(None) == 0, "void already"


async def test_event_and_desk_go_on_from_where_they_were_found(sold: Sold) -> None:
    async def advance(version: int) -> int:
        return await touched(sold, write.ADVANCE_DESK, version, version + 1, sold.now, uuid4())

    version = await sold.link.fetchval(
        "SELECT version FROM desk WHERE event_id = $1", sold.event_id
    )
    assert await advance(version) == 1
    assert await advance(version - 1) == 0, "another desk has sold since"
    assert await touched(sold, write.CHANGE_EVENT_STATUS, "ON_SALE", "SOLD_OUT") == 1
    assert await touched(sold, write.CHANGE_EVENT_STATUS, "SOLD_OUT", "ON_SALE") == 0


# What a desk looks at under its lock.


async def run(database: Database, *statements: str) -> None:
    async with database.pool.acquire() as connection:
        for statement in statements:
            await connection.execute(statement)


async def refused(holding: "asyncio.Future[Order]") -> Refusal:
    with pytest.raises(Refusal) as refusal:
        await holding
    return refusal.value


def seconds_held(order: Order) -> float:
    return (order.expires_at - order.created_at).total_seconds()


@pytest.fixture
async def house(database: Database) -> House:
    return await open_house(database)


@pytest.fixture
async def workers(database: Database) -> AsyncIterator[Sequence[Process]]:
    workers = [Process(database), Process(database)]
    yield workers
    await asyncio.gather(*[worker.office.close() for worker in workers])


async def test_a_desk_that_was_closed_sells_nothing(
    database: Database, house: House, workers: Sequence[Process]
) -> None:
    await workers[0].hold(house, seats(0))
    await run(database, "UPDATE desk SET status = 'CLOSED', closed_reason = 'Somebody looks.'")
    for worker in workers:
        refusal = await refused(asyncio.ensure_future(worker.hold(house, seats(1), BEN)))
        assert refusal.code == "sale_closed"


async def test_memory_of_another_epoch_is_worth_nothing(
    database: Database, house: House, workers: Sequence[Process]
) -> None:
    worker = workers[0]
    assert seconds_held(await worker.hold(house, seats(0))) == 600
    await run(database, "UPDATE event SET hold_seconds = 60", "UPDATE desk SET epoch = epoch + 1")
    assert seconds_held(await worker.hold(house, seats(1), BEN)) == 60


async def test_new_terms_are_those_of_every_process(
    database: Database, house: House, workers: Sequence[Process]
) -> None:
    async def shorter(connection: Connection, now: datetime) -> None:
        await connection.execute("UPDATE event SET hold_seconds = 60")

    for seat_id, worker in enumerate(workers):
        assert seconds_held(await worker.hold(house, seats(seat_id), f"buyer {seat_id}")) == 600
    await change_terms(database, Clock(), house.event_id, shorter, fixed=False)
    for seat_id, worker in enumerate(workers, 4):
        assert seconds_held(await worker.hold(house, seats(seat_id), f"buyer {seat_id}")) == 60


async def test_a_gap_in_the_journal_is_noticed_and_everything_is_read_anew(
    database: Database, house: House, workers: Sequence[Process]
) -> None:
    one, two = workers
    await two.hold(house, seats(0))
    await one.hold(house, seats(1), BEN)
    await one.hold(house, seats(2), CLEO)
    await run(database, "DELETE FROM seat_change WHERE version = 2")
    refusal = await refused(asyncio.ensure_future(two.hold(house, seats(1, 2, 3))))
    assert refusal.extra["seat_ids"] == [1, 2]
    assert await two.hold(house, seats(3))


async def test_the_time_is_read_once_the_desk_is_had(
    database: Database, house: House, workers: Sequence[Process]
) -> None:
    worker = workers[0]
    async with database.dedicated() as other:
        await other.execute("BEGIN")
        await other.execute("SELECT FROM desk WHERE event_id = $1 FOR UPDATE", house.event_id)
        holding = asyncio.ensure_future(worker.hold(house, seats(0)))
        await until(database, "holdfast desk", "Lock")
        had_at = await Clock().now(other)
        await other.execute("ROLLBACK")
    assert (await holding).created_at > had_at


async def test_time_never_runs_backwards_at_a_desk(
    database: Database, house: House, workers: Sequence[Process]
) -> None:
    await run(database, "UPDATE desk SET last_at = last_at + interval '1 hour'")
    ahead = await value(database, "SELECT last_at FROM desk WHERE event_id = $1", house.event_id)
    assert (await workers[0].hold(house, seats(0))).created_at == ahead
    later = await value(database, "SELECT last_at FROM desk WHERE event_id = $1", house.event_id)
    assert later == ahead


async def test_an_edit_with_a_key_is_remembered_in_its_own_commit(
    database: Database, house: House, workers: Sequence[Process]
) -> None:
    one, two = workers
    order = await one.hold(house, seats(0))
    edit = one_more_with_a_key(order, seats(1))
    desk = one.office.desk(house.event_id)
    together = await asyncio.gather(desk.submit(edit), desk.submit(edit))
    again = await two.office.submit(house.event_id, edit)
    assert [granted.replayed for granted in (*together, again)] == [False, True, True]
    assert again.order is not None
    assert len(again.order.active) == 2
    same = "SELECT i.xmin = o.xmin FROM idempotency AS i JOIN orders AS o ON o.event_id = $1"
    assert await value(database, same, house.event_id)


# A COMMIT that the server refuses: a check that is made at the very end of the transaction.


async def refuse_commits(database: Database, sqlstate: str) -> None:
    await run(
        database,
        f"""CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'not today' USING ERRCODE = '{sqlstate}'; END $$""",
        "CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON orders DEFERRABLE INITIALLY DEFERRED "
        "FOR EACH ROW EXECUTE FUNCTION refuse()",
    )


async def test_nobody_is_told_of_what_was_not_committed(
    database: Database, house: House, workers: Sequence[Process]
) -> None:
    worker = workers[0]
    await refuse_commits(database, "23514")
    answers = await asyncio.gather(
        *[worker.hold(house, seats(seat), f"buyer {seat}") for seat in range(3)],
        return_exceptions=True,
    )
    assert [answer for answer in answers if isinstance(answer, Order)] == []
    assert worker.published == []


async def test_a_commit_that_fails_again_and_again_is_not_tried_for_ever(
    database: Database, house: House, workers: Sequence[Process]
) -> None:
    worker = workers[0]
    await refuse_commits(database, "40001")  # a serialization failure, which may pass
    try:
        async with asyncio.timeout(5):
            refusal = await refused(asyncio.ensure_future(worker.hold(house, seats(0))))
    finally:
        await run(database, "DROP TRIGGER refuse ON orders")
    assert refusal.code == "busy"
    assert await worker.hold(house, seats(0))
