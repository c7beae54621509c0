"""A provider that hangs: buyers who hold don't notice, buyers who pay are told, nothing is lost."""

import asyncio
import time
from collections.abc import AsyncGenerator

import pytest

from holdfast.config import PROVIDER_FAILURES_MAX
from holdfast.database.pool import Database
from holdfast.desk.commands import Release
from holdfast.desk.order import Order, OrderStatus, PaymentStatus
from holdfast.venues.generate import generate_chart
from tests.cast import ADA, ADA_BUYS, seats
from tests.checkout.counter import Counter, counter, link_lost, never, pays, refused
from tests.house import House, open_house

pytestmark = [pytest.mark.anyio, pytest.mark.alone]

PAYMENTS = 200
HOLDS, ROUNDS = 100, 3
SLACK = 0.05  # seconds; a busy machine's own


@pytest.fixture
async def at(database: Database) -> AsyncGenerator[Counter]:
    async with counter(database) as at:
        yield at


async def p99_of_holds(at: Counter, house: House, seat_id: int) -> float:
    """In seconds; the best of some rounds, since what else the machine does only makes it worse."""
    return min([await _p99_of_round(at, house, seat_id) for _ in range(ROUNDS)])


async def _p99_of_round(at: Counter, house: House, seat_id: int) -> float:
    """The slowest but one of so many holds of one seat, each released again."""
    took: list[float] = []
    for _ in range(HOLDS):
        started = time.perf_counter()
        order = await at.worker.hold(house, seats(seat_id), ADA)
        took.append(time.perf_counter() - started)
        release = Release(order_id=order.order_id, session_id=ADA)
        await at.office.submit(house.event_id, release)
    return sorted(took)[-2]


async def test_two_hundred_payments_that_hang_cost_no_hold_and_no_connection(
    at: Counter, database: Database
) -> None:
    house = await open_house(database, generate_chart("theatre", PAYMENTS + 1, 1))
    waiting = [await at.worker.hold(house, seats(s), f"buyer-{s}") for s in range(PAYMENTS)]
    without = await p99_of_holds(at, house, PAYMENTS)
    at.provider.before["charge"] = never
    paying = [
        asyncio.create_task(at.checkout.pay(o.order_id, o.session_id, "tok_ok", ADA_BUYS))
        for o in waiting
    ]
    while at.provider.asked.count("charge") < PAYMENTS:
        await asyncio.sleep(0.01)
    pools = (database.pool, database.desk_pool)
    assert [pool.size - pool.idle for pool in pools] == [0, 0], "nobody waits with a connection"
    beside = await p99_of_holds(at, house, PAYMENTS)
    print(f"p99 of a hold: {without * 1000:.1f} ms without, {beside * 1000:.1f} ms beside")
    assert not any(task.done() for task in paying)
    for task in paying:
        task.cancel()
    await asyncio.gather(*paying, return_exceptions=True)
    await at.checkout.close()
    assert beside < without * 3 + SLACK


async def fail_often(at: Counter, house: House) -> list[Order]:
    """Let so many payments go unanswered that the provider is left alone."""
    before = len(at.provider.asked)
    at.provider.before["charge"] = at.provider.before["lookup"] = link_lost
    orders: list[Order] = []
    while not at.providers.first.rests:
        order = await at.worker.hold(house, seats(len(orders)), f"buyer-{len(orders)}")
        answer = await pays(at, order, session_id=order.session_id)
        assert answer.payment is not None
        assert answer.payment.status is PaymentStatus.CREATED, "nobody knows"
        orders.append(order)
    assert len(at.provider.asked) - before == PROVIDER_FAILURES_MAX
    return orders


async def test_a_provider_that_answers_nobody_is_left_alone_and_buyers_are_told_at_once(
    at: Counter, database: Database
) -> None:
    house = await open_house(database)
    unknown = await fail_often(at, house)
    late = await at.worker.hold(house, seats(20), ADA)
    asked = len(at.provider.asked)
    assert await refused(at, late) == "provider_unreachable"
    assert len(at.provider.asked) == asked, "it was not asked"
    assert await at.payments(late) == [], "nothing is written down"
    assert (await at.order(late)).status is OrderStatus.PENDING, "the seat stays held"
    again = await pays(at, unknown[0], session_id=unknown[0].session_id)
    assert again.payment is not None
    assert again.payment.status is PaymentStatus.CREATED, "what was begun is still not known"
    at.provider.before.clear()
    at.providers.first._breaker._opened_at = -1_000.0  # the rest is over
    assert (await pays(at, late)).order.status is OrderStatus.CONFIRMED
    assert at.providers.first.rests == 0
    await at.until_quiet()
    states = {(await at.payments(order))[0].status for order in unknown}
    assert states == {PaymentStatus.FAILED}, "the charges never arrived, and are closed"


async def test_what_waits_in_the_outbox_loses_no_attempt_while_the_provider_rests(
    at: Counter, database: Database
) -> None:
    house = await open_house(database)
    order = await at.buy(house, seats(10))
    await fail_often(at, house)
    for _ in range(3):
        await at.make_errands_due()
        await at.relay.carry_out_due()
    rows = await at.fetch("SELECT state::text, attempts FROM outbox WHERE kind = 'CAPTURE'")
    assert rows == [("WAITING", 0)]
    at.provider.before.clear()
    at.providers.first._breaker._opened_at = -1_000.0
    await at.until_quiet()
    assert (await at.payments(order))[0].status is PaymentStatus.SUCCEEDED
