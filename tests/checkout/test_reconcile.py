"""What was left unsettled is brought in line with the provider, and never charged."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import timedelta

import pytest

from holdfast.checkout import reconcile
from holdfast.checkout.answer import Outcome
from holdfast.checkout.reconcile import Reconciler
from holdfast.checkout.test_ledger import ChargeStatus
from holdfast.database.pool import Database
from holdfast.desk.commands import ExpireDue
from holdfast.desk.order import Order, OrderStatus, Payment, PaymentStatus
from tests.cast import ADA, ADA_BUYS, BEN, seats
from tests.checkout.counter import Counter, LaterClock, claim_passes_over, counter, link_lost
from tests.house import House, open_house

pytestmark = pytest.mark.anyio


@pytest.fixture
async def at(database: Database) -> AsyncGenerator[Counter]:
    async with counter(database) as at:
        yield at


@pytest.fixture
async def house(database: Database) -> House:
    return await open_house(database)


async def begun(at: Counter, house: House, *seat_ids: int) -> tuple[Order, Payment]:
    """An attempt whose process died before the provider was asked."""
    return await at.begin(await at.worker.hold(house, seats(*seat_ids)))


async def payment_of(at: Counter, order: Order) -> Payment:
    return (await at.payments(order))[-1]


async def test_a_payment_that_was_charged_before_the_crash_is_settled(
    at: Counter, house: House
) -> None:
    order, payment = await begun(at, house, 0, 1)
    await at.test_provider.charge(payment, "tok_ok", ADA_BUYS)
    assert await at.reconciler.reconcile() == 0, "its own request may still be at work"
    await at.make_payments_old()
    assert await at.reconciler.reconcile() == 1
    assert (await at.order(order)).status is OrderStatus.CONFIRMED
    assert at.provider.asked == ["lookup"]


async def test_what_never_reached_the_provider_is_given_up_and_the_card_may_be_used_again(
    at: Counter, house: House
) -> None:
    order, payment = await begun(at, house, 0)
    await at.make_payments_old()
    await at.reconciler.reconcile()
    assert (await payment_of(at, order)).status is PaymentStatus.FAILED
    assert "charge" not in at.provider.asked
    late = await at.test_provider.charge(payment, "tok_ok", ADA_BUYS)
    assert late.status is PaymentStatus.FAILED, "a charge still on its way takes no money"
    answer = await at.checkout.pay(order.order_id, ADA, "tok_ok", ADA_BUYS)
    assert answer.outcome is Outcome.CONFIRMED
    assert sorted((await at.charges()).values()) == ["AUTHORIZED", "DECLINED"]


async def test_a_provider_that_does_not_answer_leaves_everything_as_it_is(
    at: Counter, house: House
) -> None:
    order, payment = await begun(at, house, 0)
    await at.test_provider.charge(payment, "tok_ok", ADA_BUYS)
    at.provider.before["lookup"] = link_lost
    await at.make_payments_old()
    await at.reconciler.reconcile()
    assert (await payment_of(at, order)).status is PaymentStatus.CREATED
    at.provider.before.clear()
    assert await at.reconciler.reconcile() == 0, "not at once again"
    await at.make_payments_old()
    await at.reconciler.reconcile()
    assert (await at.order(order)).status is OrderStatus.CONFIRMED


async def test_a_buyer_at_the_bank_is_left_alone_until_time_runs_out(
    at: Counter, house: House
) -> None:
    order = await at.worker.hold(house, seats(0))
    await at.checkout.pay(order.order_id, ADA, "tok_3ds", ADA_BUYS)
    await at.make_payments_old()
    await at.reconciler.reconcile()
    assert (await payment_of(at, order)).status is PaymentStatus.PROCESSING
    assert "abandon" not in at.provider.asked
    async with counter(at.database, LaterClock(3_600)) as later:
        await later.office.submit(house.event_id, ExpireDue(limit=10))
        await later.reconciler.reconcile()
        assert (await payment_of(later, order)).status is PaymentStatus.FAILED
        assert list((await later.charges()).values()) == [ChargeStatus.VOIDED]
        await later.test_provider.complete((await payment_of(later, order)).payment_id)
        assert list((await later.charges()).values()) == [ChargeStatus.VOIDED], "too late"
        await later.worker.hold(house, seats(0), BEN)


async def test_a_payment_that_came_in_after_the_seats_were_sold_again_goes_back(
    at: Counter, house: House
) -> None:
    order, payment = await begun(at, house, 0)
    await at.test_provider.charge(payment, "tok_ok", ADA_BUYS)
    async with counter(at.database, LaterClock(3_600)) as later:
        await later.office.submit(house.event_id, ExpireDue(limit=10))
        await later.buy(house, seats(0), BEN)
        await later.reconciler.reconcile()
        assert (await payment_of(later, order)).status is PaymentStatus.VOIDING
        await later.relay.carry_out_due()
    assert (await payment_of(at, order)).status is PaymentStatus.VOIDED
    assert (await at.charges())[payment.payment_id] is ChargeStatus.VOIDED


async def test_many_reconcilers_look_each_payment_up_once(at: Counter, house: House) -> None:
    for seat_id in range(6):
        order = await at.worker.hold(house, seats(seat_id), f"buyer-{seat_id}")
        _, payment = await at.begin(order)
        await at.test_provider.charge(payment, "tok_ok", ADA_BUYS)
    await at.make_payments_old()
    others = [Reconciler(at.database, at.clock, at.settlement) for _ in range(4)]
    taken = await asyncio.gather(*[other.reconcile() for other in others])
    assert sum(taken) == 6
    assert at.provider.asked == ["lookup"] * 6
    confirmed = await at.fetch("SELECT count(*) FROM orders WHERE status = 'CONFIRMED'")
    assert confirmed == [(6,)]


async def test_a_payment_that_another_reconciler_is_taking_is_passed_over(
    at: Counter, house: House
) -> None:
    await begun(at, house, 0)
    async with at.database.pool.acquire() as connection:
        now = await at.clock.now(connection)
    await at.make_payments_old()
    since = now - timedelta(seconds=30)
    await claim_passes_over(at.database, reconcile.CLAIM_PAYMENTS, house.event_id, now, since, 10)


async def test_a_payment_of_a_provider_that_is_no_longer_set_up_is_left_for_a_person(
    at: Counter, house: House
) -> None:
    order, _ = await begun(at, house, 0)
    await at.run("UPDATE payment SET provider = 'gone'")
    await at.make_payments_old()
    await at.reconciler.reconcile()
    assert (await payment_of(at, order)).status is PaymentStatus.CREATED
