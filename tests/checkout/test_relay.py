"""The relay: what the desk wrote down is done at the provider, once, whatever breaks."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import timedelta

import pytest

from holdfast import config
from holdfast.audit.run import audit
from holdfast.breaker import Breaker
from holdfast.checkout.provider import ProviderRefused
from holdfast.checkout.test_ledger import ChargeStatus
from holdfast.database.pool import Database
from holdfast.desk.commands import ChangeStatus
from holdfast.desk.order import EventStatus, Order, Payment, PaymentStatus
from holdfast.outbox import Relay, Taken, relay, rows
from holdfast.outbox.relay import backoff_seconds
from holdfast.refusals import Refusal
from tests.cast import ADA_BUYS, seats
from tests.checkout.counter import Counter, claim_passes_over, counter, link_lost
from tests.house import House, open_house

pytestmark = pytest.mark.anyio

ERRANDS = (
    "SELECT kind::text, state::text, attempts, last_error FROM outbox WHERE kind <> 'NEWS' "
    "ORDER BY created_at, kind"
)
STATES = """
SELECT kind::text, state::text, count(*)
FROM outbox
GROUP BY outbox.kind, outbox.state
ORDER BY outbox.kind, outbox.state
"""


@pytest.fixture
async def at(database: Database) -> AsyncGenerator[Counter]:
    async with counter(database) as at:
        yield at


@pytest.fixture
async def house(database: Database) -> House:
    return await open_house(database)


async def buy(at: Counter, house: House, *seat_ids: int) -> tuple[Order, Payment]:
    order = await at.buy(house, seats(*seat_ids))
    (payment,) = await at.payments(order)
    return order, payment


async def status(at: Counter, order: Order) -> tuple[PaymentStatus, ChargeStatus]:
    (payment,) = await at.payments(order)
    booking = await at.booking(payment)
    assert booking is not None
    return payment.status, booking.status


async def test_a_sale_is_captured(at: Counter, house: House) -> None:
    order, _ = await buy(at, house, 0, 1)
    assert await status(at, order) == (PaymentStatus.CAPTURING, ChargeStatus.AUTHORIZED)
    await at.relay.carry_out_due()
    assert await status(at, order) == (PaymentStatus.SUCCEEDED, ChargeStatus.CAPTURED)
    assert await at.fetch(ERRANDS) == [("CAPTURE", "DONE", 1, None)]
    await at.relay.carry_out_due()
    assert at.provider.asked.count("capture") == 1, "what is done is done"


async def test_the_relay_is_woken_by_a_sale_and_does_not_wait_for_its_next_look(
    at: Counter, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "OUTBOX_PASS_SECONDS", 60.0)
    running = asyncio.create_task(at.relay.run())
    try:
        await asyncio.sleep(0.05)
        order, _ = await buy(at, house, 0)
        async with asyncio.timeout(5):
            while (await at.payments(order))[0].status is not PaymentStatus.SUCCEEDED:
                await asyncio.sleep(0.01)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_a_refund_waits_for_the_capture_and_is_paid_back_in_parts(
    at: Counter, house: House
) -> None:
    order, payment = await buy(at, house, 0, 1)
    at.provider.before["capture"] = link_lost
    await at.settlement.refund(order.order_id, (order.items[0].item_id,))
    await at.relay.carry_out_due()
    assert "refund" not in at.provider.asked
    assert await at.fetch(ERRANDS) == [
        ("CAPTURE", "WAITING", 1, "the link was lost"),
        ("REFUND", "WAITING", 0, "waits for the capture"),
    ]
    at.provider.before.clear()
    await at.until_quiet()
    booking = await at.booking(payment)
    assert booking is not None
    assert booking.refunded_amount == order.items[0].total
    after = await at.settlement.refund(order.order_id)
    assert after.order is not None
    await at.until_quiet()
    booking = await at.booking(payment)
    assert booking is not None
    assert booking.refunded_amount == booking.amount == after.order.refunded_amount
    assert (await at.payments(order))[0].refunded_amount == booking.refunded_amount


async def test_what_was_done_and_not_ticked_off_is_done_again_and_is_once(
    at: Counter, house: House
) -> None:
    order, payment = await buy(at, house, 0)
    at.provider.after["capture"] = link_lost
    await at.relay.carry_out_due()
    assert await status(at, order) == (PaymentStatus.CAPTURING, ChargeStatus.CAPTURED)
    at.provider.after.clear()
    await at.until_quiet()
    assert await status(at, order) == (PaymentStatus.SUCCEEDED, ChargeStatus.CAPTURED)
    await at.settlement.refund(order.order_id)
    at.provider.after["refund"] = link_lost
    for _ in range(3):
        await at.make_errands_due()
        await at.relay.carry_out_due()
    at.provider.after.clear()
    await at.until_quiet()
    assert at.provider.asked.count("refund") == 4
    booking = await at.booking(payment)
    assert booking is not None
    assert booking.refunded_amount == payment.amount, "paid back once"
    assert await at.fetch("SELECT count(*) FROM test_provider.refund") == [(1,)]


async def test_an_errand_whose_relay_died_falls_due_again(at: Counter, house: House) -> None:
    order, _ = await buy(at, house, 0)
    at.provider.before["capture"] = asyncio.Event().wait  # type: ignore[assignment]
    dying = asyncio.create_task(at.relay.carry_out_due())
    while "capture" not in at.provider.asked:
        await asyncio.sleep(0.005)
    dying.cancel()
    await asyncio.gather(dying, return_exceptions=True)
    at.provider.before.clear()
    await at.relay.carry_out_due()
    assert (await status(at, order))[0] is PaymentStatus.CAPTURING, "still another's"
    await at.run(
        "UPDATE outbox SET due_at = due_at - make_interval(secs => $1)", config.OUTBOX_CLAIM_SECONDS
    )
    await at.relay.carry_out_due()
    assert (await status(at, order))[0] is PaymentStatus.SUCCEEDED


async def test_what_fails_is_tried_less_and_less_often_and_parked_at_the_end(
    at: Counter, house: House
) -> None:
    order, _ = await buy(at, house, 0)
    at.providers.first._breaker = Breaker(1_000, 10)  # tried as if others were answered between
    at.provider.before["capture"] = link_lost
    await at.relay.carry_out_due()
    await at.relay.carry_out_due()
    assert at.provider.asked.count("capture") == 1, "not due again yet"
    for _ in range(config.OUTBOX_ATTEMPTS_MAX + 3):
        await at.make_errands_due()
        await at.relay.carry_out_due()
    tries = config.OUTBOX_ATTEMPTS_MAX
    assert await at.fetch(ERRANDS) == [("CAPTURE", "PARKED", tries, "the link was lost")]
    assert at.provider.asked.count("capture") == tries
    at.provider.before.clear()
    async with at.database.pool.acquire() as connection:
        now = await at.clock.now(connection)
        (parked,) = await rows.parked_errands(connection, None, (0, ""), 10)
        again = (connection, house.event_id, [parked.outbox_id], now)
        assert await rows.take_up_again(*again) == 1
        assert await rows.take_up_again(*again) == 0
    await at.relay.carry_out_due()
    assert await status(at, order) == (PaymentStatus.SUCCEEDED, ChargeStatus.CAPTURED)


async def test_a_definite_no_is_parked_at_once(at: Counter, house: House) -> None:
    async def no() -> None:
        raise ProviderRefused("the authorisation has run out")

    await buy(at, house, 0)
    at.provider.before["capture"] = no
    await at.relay.carry_out_due()
    assert await at.fetch(ERRANDS) == [("CAPTURE", "PARKED", 1, "the authorisation has run out")]


def test_the_tries_are_spread_over_about_a_day() -> None:
    waits = [backoff_seconds(n) for n in range(1, config.OUTBOX_ATTEMPTS_MAX)]
    assert waits[:4] == [1, 2, 4, 8]
    assert 0.7 < sum(waits) / 86_400 < 1.3
    assert max(waits) == config.OUTBOX_BACKOFF_SECONDS_MAX


async def test_two_relays_do_each_errand_once(at: Counter, house: House) -> None:
    for seat_id in range(6):
        await at.buy(house, seats(seat_id), f"buyer-{seat_id}")
    relays = [Relay(at.database, at.clock, at.providers) for _ in range(4)]
    await asyncio.gather(*[relay.carry_out_due() for relay in relays])
    assert at.provider.asked.count("capture") == 6
    assert await at.fetch(STATES) == [("CAPTURE", "DONE", 6), ("NEWS", "DONE", 6)]


async def test_an_errand_that_another_relay_is_taking_is_passed_over(
    at: Counter, house: House
) -> None:
    await at.buy(house, seats(0))
    async with at.database.pool.acquire() as connection:
        now = await at.clock.now(connection)
    until = now + timedelta(seconds=90)
    claim = (rows.CLAIM_ERRANDS, house.event_id, now, until, 10, "CAPTURE")
    await claim_passes_over(at.database, *claim)


async def test_one_errand_that_fails_does_not_stop_the_others(
    at: Counter, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    for seat_id in range(4):
        await at.buy(house, seats(seat_id), f"buyer-{seat_id}")
    done, first = at.relay._done, []

    async def fails_once(errand: Taken) -> None:
        if not first and errand.kind == "CAPTURE":
            first.append(errand)
            raise RuntimeError("the disk is full")
        await done(errand)

    monkeypatch.setattr(at.relay, "_done", fails_once)
    await at.relay.carry_out_due()
    money = [row for row in await at.fetch(STATES) if row[0] == "CAPTURE"]
    assert money == [("CAPTURE", "WAITING", 1), ("CAPTURE", "DONE", 3)]


async def test_only_what_is_paid_can_be_refunded(at: Counter, house: House) -> None:
    order = await at.worker.hold(house, seats(0))
    for order_id, code in ((order.order_id, "order_not_refundable"), ("o_none", "not_found")):
        with pytest.raises(Refusal) as refusal:
            await at.settlement.refund(order_id)
        assert refusal.value.code == code


async def test_a_void_that_lost_to_a_capture_is_refunded_whole(at: Counter, house: House) -> None:
    order = await at.worker.hold(house, seats(0))
    _, payment = await at.begin(order)
    charge = await at.test_provider.charge(payment, "tok_ok", ADA_BUYS)
    await at.office.submit(house.event_id, ChangeStatus(status=EventStatus.CANCELLED))
    await at.settlement.settle(house.event_id, payment, charge)
    await at.test_provider.capture(payment, "by hand", order.created_at)
    await at.until_quiet()
    after = (await at.payments(order))[0]
    assert (after.status, after.left) == (PaymentStatus.SUCCEEDED, 0)
    booking = await at.booking(payment)
    assert booking is not None
    assert booking.refunded_amount == booking.amount
    assert await at.fetch(ERRANDS) == [
        ("VOID", "DONE", 1, f"{payment.payment_id} was collected before it could be voided"),
        ("REFUND", "DONE", 1, None),
    ]
    assert await audit(at.database, at.clock) == []


async def test_of_two_refunds_of_the_same_money_one_is_made(at: Counter, house: House) -> None:
    order, payment = await buy(at, house, 0)
    await at.relay.carry_out_due()
    await at.ledger.refund("made at the provider's pages", payment.payment_id, payment.amount)
    await at.settlement.refund(order.order_id)
    await at.until_quiet()
    errands = await at.fetch(ERRANDS)
    assert [row[:2] for row in errands] == [("CAPTURE", "DONE"), ("REFUND", "DONE")]
    assert "nothing is left to pay back" in str(errands[1][3])
    booking = await at.booking(payment)
    assert booking is not None
    assert booking.refunded_amount == booking.amount
    found = {finding.check for finding in await audit(at.database, at.clock)}
    assert found == {"refund_not_asked"}, "until we are told of the other one"
    await at.settlement.note_returns(payment.payment_id)
    (finding,) = await audit(at.database, at.clock)
    assert (finding.check, finding.row["kind"]) == ("incident_unseen", "OUTSIDE_REFUND")
