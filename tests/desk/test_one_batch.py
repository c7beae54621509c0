"""What may meet in one batch: many buyers, one commit, each row written once.

The commands of a test are put into the queue together, so that one turn of the desk takes them all.
A version says which batch answered; that all of them are the same shows that nothing had to be cut
in two, and the audit that the batch left everything sound.
"""

import asyncio
from collections.abc import AsyncIterator

import pytest

from holdfast.audit import audit
from holdfast.database.clock import Clock
from holdfast.database.pool import Database
from holdfast.desk.commands import (
    BlockSeats,
    Command,
    ExpireDue,
    Hold,
    RemoveItem,
    Swap,
    UnblockSeats,
)
from holdfast.desk.order import Order, OrderStatus, Payment, PaymentStatus
from holdfast.desk.queue import Granted
from holdfast.desk.reading import read_orders
from holdfast.desk.writing import FEW_ROWS_MAX
from holdfast.ids import new_order_id, payment_id
from holdfast.refusals import Refusal
from tests.cast import (
    ADA,
    BEN,
    CARD,
    CLEO,
    OTHER_CARD,
    a_payment,
    a_refund,
    a_release,
    a_settle,
    authorized,
    declined,
    seats,
)
from tests.house import House, Process, open_house

pytestmark = pytest.mark.anyio


class Counter:
    """A house on sale and the process that sells it."""

    def __init__(self, database: Database, house: House) -> None:
        self.database = database
        self.house = house
        self.process = Process(database)

    async def one_batch(self, *commands: Command) -> list[Granted | BaseException]:
        """Answers in the order of the commands. They were decided together."""
        desk = self.process.office.desk(self.house.event_id)
        answers = [desk.submit(command) for command in commands]
        answered = await asyncio.gather(*answers, return_exceptions=True)
        versions = {answer.version for answer in answered if isinstance(answer, Granted)}
        assert len(versions) == 1, f"more than one batch: {answered}"
        return answered

    def a_hold(self, session_id: str, *seat_ids: int) -> Hold:
        order_id = new_order_id(self.house.event_id)
        return Hold(order_id=order_id, session_id=session_id, choice=seats(*seat_ids))

    async def begun(self, session_id: str, *seat_ids: int) -> tuple[Order, Payment]:
        """An order of which a payment is under way."""
        order = await self.process.hold(self.house, seats(*seat_ids), session_id)
        begun = await self.process.begin_payment(self.house, order, CARD)
        assert begun.payment is not None
        return order, begun.payment


@pytest.fixture
async def counter(database: Database) -> AsyncIterator[Counter]:
    counter = Counter(database, await open_house(database))
    yield counter
    await counter.process.office.close()
    assert await audit(database, Clock()) == []


def order_of(answer: Granted | BaseException) -> Order:
    assert isinstance(answer, Granted), answer
    assert answer.order is not None
    return answer.order


async def test_a_seat_goes_from_hand_to_hand(counter: Counter) -> None:
    """Released by Ada, held by Ben, wanted by Cleo: money and releases come first."""
    held = await counter.process.hold(counter.house, seats(0, 1), ADA)
    ben, cleo, ada = await counter.one_batch(
        counter.a_hold(BEN, 0), counter.a_hold(CLEO, 0, 1), a_release(held)
    )
    assert order_of(ada).status is OrderStatus.CANCELLED
    assert order_of(ben).status is OrderStatus.PENDING
    assert isinstance(cleo, Refusal)
    assert cleo.extra == {"seat_ids": [0]}


@pytest.mark.parametrize("buyers", [1, FEW_ROWS_MAX, FEW_ROWS_MAX + 1])
async def test_new_rows_are_written_alike_however_many(counter: Counter, buyers: int) -> None:
    """A few go in by another statement than many."""
    holds = [counter.a_hold(f"s_{n}", 2 * n, 2 * n + 1) for n in range(buyers)]
    held = {o.order_id: o for o in map(order_of, await counter.one_batch(*holds))}
    async with counter.database.pool.acquire() as connection:
        assert await read_orders(connection, counter.house.event_id, list(held)) == held


async def test_a_declined_card_is_followed_by_another(counter: Counter) -> None:
    order, payment = await counter.begun(ADA, 0)
    first, second = await counter.one_batch(
        a_settle(payment, declined(payment)), a_payment(order, OTHER_CARD)
    )
    assert order_of(first).paying is False
    assert order_of(second).paying is True
    again = Payment(
        payment_id(order.order_id, 2), order.order_id, "paper", PaymentStatus.CREATED,
        payment.amount, payment.currency, OTHER_CARD, payment.created_at, payment.updated_at,
    )  # fmt: skip
    assert (
        order_of((await counter.one_batch(a_settle(again, authorized(again))))[0]).status
        is OrderStatus.CONFIRMED
    )


async def test_a_payment_is_begun_and_settled(counter: Counter) -> None:
    """Money first: the settling comes before its payment was written, and is asked again later."""
    order = await counter.process.hold(counter.house, seats(0), ADA)
    begun, _ = await counter.one_batch(a_payment(order), counter.a_hold(BEN, 5))
    assert isinstance(begun, Granted)
    assert begun.payment is not None
    settled = await counter.one_batch(
        a_settle(begun.payment, authorized(begun.payment)),
        a_settle(begun.payment, authorized(begun.payment)),
        a_settle(begun.payment, declined(begun.payment)),
    )
    assert {order_of(answer).status for answer in settled} == {OrderStatus.CONFIRMED}


async def test_a_sold_seat_is_refunded_and_held_again(counter: Counter) -> None:
    order = await counter.process.buy(counter.house, seats(0, 1), ADA)
    refunded, held, rest = await counter.one_batch(
        a_refund(order, order.items[0].item_id), counter.a_hold(BEN, 0), a_refund(order)
    )
    assert order_of(refunded).status is OrderStatus.CONFIRMED
    assert order_of(rest).status is OrderStatus.REFUNDED
    assert order_of(held).status is OrderStatus.PENDING


async def test_a_sale_is_refunded_in_the_batch_that_made_it(counter: Counter) -> None:
    order, payment = await counter.begun(ADA, 0, 1)
    sold, refunded = await counter.one_batch(
        a_settle(payment, authorized(payment)), a_refund(order, order.items[0].item_id)
    )
    assert order_of(sold).status is OrderStatus.CONFIRMED
    assert order_of(refunded).refunded_amount > 0


async def test_an_order_is_made_edited_and_ended(counter: Counter) -> None:
    hold = counter.a_hold(ADA, 0, 1, 2)
    about = {"order_id": hold.order_id, "session_id": ADA}
    first = f"i_{hold.order_id[2:]}_0"
    second = f"i_{hold.order_id[2:]}_1"
    answers = await counter.one_batch(
        hold,
        RemoveItem(**about, item_id=first),
        Swap(**about, item_ids=(second,), choice=seats(0, price_type="child")),
        counter.a_hold(BEN, 1),
        BlockSeats(seat_ids=(9,)),
        UnblockSeats(seat_ids=(9,)),
        ExpireDue(limit=10),
    )
    assert [item.seat_id for item in order_of(answers[2]).active] == [2, 0]
    assert order_of(answers[3]).status is OrderStatus.PENDING
    ended, again = await counter.one_batch(
        a_release(order_of(answers[2])), counter.a_hold(CLEO, 0, 2)
    )
    assert order_of(ended).status is OrderStatus.CANCELLED
    assert order_of(again).status is OrderStatus.PENDING


async def test_many_buyers_share_one_commit(counter: Counter) -> None:
    holds = [counter.a_hold(f"buyer {seat}", seat) for seat in range(28)]
    again = [counter.a_hold(f"late buyer {seat}", seat) for seat in range(28)]
    answers = await counter.one_batch(*holds, *again)
    assert all(isinstance(answer, Granted) for answer in answers[:28])
    refused = [answer for answer in answers[28:] if isinstance(answer, Refusal)]
    assert [refusal.extra["seat_ids"] for refusal in refused] == [[seat] for seat in range(28)]
