"""Paying that is interrupted: by a crash, a hang-up, a stop, a silent provider, a lost seat."""

import asyncio
from collections.abc import AsyncGenerator

import pytest

from holdfast import config
from holdfast.checkout import charging, pay
from holdfast.checkout.answer import Outcome, PaymentAnswer
from holdfast.checkout.test_ledger import ChargeStatus
from holdfast.database.pool import Database
from holdfast.desk.commands import ChangeStatus, Command, Settle
from holdfast.desk.order import EventStatus, Order, OrderStatus, PaymentStatus
from holdfast.desk.queue import Granted, busy
from holdfast.refusals import Refusal
from tests.cast import ADA_BUYS, BEN, seats
from tests.checkout.counter import Counter, counter, link_lost, never, pays, refused
from tests.house import House, open_house

pytestmark = pytest.mark.anyio


@pytest.fixture
async def at(database: Database) -> AsyncGenerator[Counter]:
    async with counter(database) as at:
        yield at


@pytest.fixture
async def house(database: Database) -> House:
    return await open_house(database)


# A crash between the phases.


async def test_after_a_crash_before_the_charge_the_same_request_goes_on(
    at: Counter, house: House
) -> None:
    order = await at.worker.hold(house, seats(0))
    _, payment = await at.begin(order)
    answer = await pays(at, order)
    assert answer.outcome is Outcome.CONFIRMED
    assert list(await at.charges()) == [payment.payment_id]


async def test_after_a_crash_behind_the_charge_the_same_request_does_not_charge_again(
    at: Counter, house: House
) -> None:
    order = await at.worker.hold(house, seats(0))
    _, payment = await at.begin(order)
    await at.test_provider.charge(payment, "tok_ok", ADA_BUYS)
    assert (await pays(at, order)).outcome is Outcome.CONFIRMED
    assert len(await at.charges()) == len(await at.payments(order)) == 1


async def test_an_attempt_from_before_a_crash_is_not_charged_once_its_seats_are_lost(
    at: Counter, house: House
) -> None:
    order = await at.worker.hold(house, seats(0))
    await at.begin(order)
    await lose(at, house, order)
    assert await refused(at, order) == "order_expired"
    assert "charge" not in at.provider.asked
    assert list((await at.charges()).values()) == [ChargeStatus.DECLINED]


async def test_a_buyer_who_hangs_up_still_gets_the_tickets(at: Counter, house: House) -> None:
    order = await at.worker.hold(house, seats(0))
    charged, go_on = asyncio.Event(), asyncio.Event()

    async def wait() -> None:
        charged.set()
        await go_on.wait()

    at.provider.after["charge"] = wait
    request = asyncio.create_task(pays(at, order))
    await charged.wait()
    request.cancel()
    with pytest.raises(asyncio.CancelledError):
        await request
    assert at.checkout.in_flight == 1
    go_on.set()
    await at.checkout.close()
    assert (await at.order(order)).status is OrderStatus.CONFIRMED


async def test_a_stop_waits_for_what_was_begun_and_takes_nothing_new(
    at: Counter, house: House
) -> None:
    order, late = await at.worker.hold(house, seats(0)), await at.worker.hold(house, seats(1))
    request = asyncio.create_task(pays(at, order, "tok_slow"))
    while not at.provider.asked:
        await asyncio.sleep(0.005)
    closing = asyncio.create_task(at.checkout.close())
    await asyncio.sleep(0)
    assert await refused(at, late) == "busy"
    await closing
    assert (await request).outcome is Outcome.CONFIRMED


async def test_a_stop_does_not_wait_for_ever_and_loses_nothing(
    at: Counter, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pay, "CHECKOUT_CLOSE_SECONDS_MAX", 0.1)
    order = await at.worker.hold(house, seats(0))
    at.provider.after["charge"] = never
    request = asyncio.create_task(pays(at, order))
    while not await at.charges():
        await asyncio.sleep(0.005)
    await at.checkout.close()
    with pytest.raises(Refusal) as refusal:
        await request
    assert refusal.value.code == "outcome_unknown"
    del at.provider.after["charge"]
    await at.until_quiet()
    assert (await at.order(order)).status is OrderStatus.CONFIRMED


# A provider that does not answer.


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(charging, "LOOKUP_PAUSE_SECONDS", 0.01)


@pytest.mark.usefixtures("quick")
async def test_a_charge_that_never_arrived_is_sent_again_under_its_key(
    at: Counter, house: House
) -> None:
    order = await at.worker.hold(house, seats(0))

    async def once() -> None:
        del at.provider.before["charge"]
        await link_lost()

    at.provider.before["charge"] = once
    assert (await pays(at, order)).outcome is Outcome.CONFIRMED
    assert at.provider.asked == ["charge", "lookup", "charge"]
    assert len(await at.charges()) == 1


@pytest.mark.usefixtures("quick")
async def test_unknown_is_never_failed_and_is_settled_later(at: Counter, house: House) -> None:
    order = await at.worker.hold(house, seats(0))
    at.provider.after["charge"] = at.provider.before["lookup"] = link_lost
    answer = await pays(at, order)
    assert answer.outcome is Outcome.PROCESSING
    assert at.provider.asked == ["charge"] + ["lookup"] * config.PROVIDER_LOOKUPS_MAX
    assert await refused(at, order, "tok_ok:2") == "payment_in_progress"
    at.provider.before.clear()
    at.provider.after.clear()
    await at.until_quiet()
    assert (await at.order(order)).status is OrderStatus.CONFIRMED
    again = await pays(at, order)
    assert (again.outcome, len(again.tickets)) == (Outcome.CONFIRMED, 1)


@pytest.mark.usefixtures("quick")
async def test_a_provider_that_hangs_is_left_after_bounded_time(
    at: Counter, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(charging, "PAY_SECONDS_MAX", 0.2)
    order = await at.worker.hold(house, seats(0))
    at.provider.after["charge"] = never
    async with asyncio.timeout(2):
        assert (await pays(at, order)).outcome is Outcome.PROCESSING


async def test_a_bug_in_the_provider_is_unknown_and_not_failed(at: Counter, house: House) -> None:
    async def bug() -> None:
        raise KeyError("tok_ok was not expected")

    order = await at.worker.hold(house, seats(0))
    at.provider.after["charge"] = bug
    assert (await pays(at, order)).outcome is Outcome.CONFIRMED, "the look-up found it"


def test_the_reconciler_waits_until_the_request_has_given_up() -> None:
    assert config.PAY_SECONDS_MAX < config.RECONCILE_AFTER_SECONDS


async def test_a_desk_that_cannot_settle_now_is_no_failure(
    at: Counter, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = await at.worker.hold(house, seats(0))
    submit = at.office.submit

    async def no_settling(event_id: int, command: Command) -> Granted:
        if isinstance(command, Settle):
            raise busy()
        return await submit(event_id, command)

    with monkeypatch.context() as patch:
        patch.setattr(at.office, "submit", no_settling)
        assert (await pays(at, order)).outcome is Outcome.PROCESSING
    assert (await pays(at, order)).outcome is Outcome.CONFIRMED
    assert len(await at.charges()) == 1


async def test_too_many_payments_at_once_are_answered_busy_before_anything_happens(
    at: Counter, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pay, "PAYMENTS_IN_FLIGHT_MAX", 1)
    first, second = await at.worker.hold(house, seats(0)), await at.worker.hold(house, seats(1))
    running = asyncio.create_task(pays(at, first, "tok_slow"))
    await asyncio.sleep(0)
    assert await refused(at, second) == "busy"
    assert (await running).outcome is Outcome.CONFIRMED
    assert await at.payments(second) == []


# Too late.


async def lose(at: Counter, house: House, order: Order, to: str | None = BEN) -> None:
    """Let the hold run out; somebody else takes the seats, or nobody does."""
    await at.run(
        "UPDATE orders SET expires_at = created_at, hold_cap_at = created_at WHERE order_id = $1",
        order.order_id,
    )
    await at.run("UPDATE seat SET held_until = $2 WHERE order_id = $1", order.order_id,
                 order.created_at)  # fmt: skip
    # Another desk that reads the database anew stands where this one stands.
    await at.run("UPDATE desk SET epoch = epoch + 1")
    if to is not None:
        await at.worker.hold(house, seats(*[i.seat_id for i in order.active]), to)


async def pay_late(at: Counter, house: House, order: Order, to: str | None) -> PaymentAnswer:
    charged, go_on = asyncio.Event(), asyncio.Event()

    async def wait() -> None:
        charged.set()
        await go_on.wait()

    at.provider.after["charge"] = wait
    request = asyncio.create_task(pays(at, order))
    await charged.wait()
    await lose(at, house, order, to)
    go_on.set()
    return await request


async def test_paid_too_late_and_the_seats_are_gone_the_money_goes_back(
    at: Counter, house: House
) -> None:
    order = await at.worker.hold(house, seats(0, 1))
    with pytest.raises(Refusal) as refusal:
        await pay_late(at, house, order, BEN)
    assert refusal.value.code == "order_expired"
    assert "goes back by itself" in str(refusal.value.problem()["detail"])
    await at.until_quiet()
    (payment,) = await at.payments(order)
    assert payment.status is PaymentStatus.VOIDED
    assert list((await at.charges()).values()) == [ChargeStatus.VOIDED]
    at.provider.after.clear()
    assert await refused(at, order) == "order_expired", "and again the same"


async def test_paid_too_late_and_nobody_took_the_seats_they_are_sold(
    at: Counter, house: House
) -> None:
    order = await at.worker.hold(house, seats(0, 1))
    answer = await pay_late(at, house, order, None)
    assert (answer.outcome, len(answer.tickets)) == (Outcome.CONFIRMED, 2)


async def test_paid_while_the_event_was_cancelled_the_money_goes_back(
    at: Counter, house: House
) -> None:
    order = await at.worker.hold(house, seats(0))
    charged, go_on = asyncio.Event(), asyncio.Event()

    async def wait() -> None:
        charged.set()
        await go_on.wait()

    at.provider.after["charge"] = wait
    request = asyncio.create_task(pays(at, order))
    await charged.wait()
    await at.office.submit(house.event_id, ChangeStatus(status=EventStatus.CANCELLED))
    go_on.set()
    with pytest.raises(Refusal) as refusal:
        await request
    assert refusal.value.code == "event_cancelled"
    await at.until_quiet()
    assert list((await at.charges()).values()) == [ChargeStatus.VOIDED]
