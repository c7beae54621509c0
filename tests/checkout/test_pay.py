"""Paying: nobody is charged twice, and nobody is charged without a ticket or the money back."""

import asyncio
from collections.abc import AsyncGenerator

import pytest
from structlog.testing import capture_logs

from holdfast import config
from holdfast.checkout import charging, pay
from holdfast.checkout.answer import Outcome, PaymentAnswer
from holdfast.checkout.test_ledger import ChargeStatus
from holdfast.database.pool import Database
from holdfast.desk.commands import ChangeStatus, Command, Settle
from holdfast.desk.order import Buyer, EventStatus, Order, OrderStatus, PaymentStatus
from holdfast.desk.queue import Granted, busy
from holdfast.refusals import Refusal
from tests.cast import ADA, ADA_BUYS, BEN, CLEO, seats, standing
from tests.checkout.counter import Counter, counter, link_lost, never
from tests.house import House, open_house

pytestmark = pytest.mark.anyio


@pytest.fixture
async def at(database: Database) -> AsyncGenerator[Counter]:
    async with counter(database) as at:
        yield at


@pytest.fixture
async def house(database: Database) -> House:
    return await open_house(database)


async def pays(
    at: Counter, order: Order, token: str | None = "tok_ok", session_id: str | None = ADA
) -> PaymentAnswer:
    return await at.checkout.pay(order.order_id, session_id, token, ADA_BUYS)


async def refused(
    at: Counter, order: Order, token: str | None = "tok_ok", session_id: str | None = ADA
) -> str:
    with pytest.raises(Refusal) as refusal:
        await pays(at, order, token, session_id)
    return refusal.value.code


@pytest.mark.parametrize(
    ("token", "outcome", "decline_reason"),
    [
        ("tok_ok", Outcome.CONFIRMED, None),
        ("tok_ok:another card", Outcome.CONFIRMED, None),
        ("tok_slow", Outcome.CONFIRMED, None),
        ("tok_timeout_after_charge", Outcome.CONFIRMED, None),
        ("tok_error_after_charge", Outcome.CONFIRMED, None),
        ("tok_declined", Outcome.DECLINED, "card_declined"),
        ("tok_insufficient_funds", Outcome.DECLINED, "insufficient_funds"),
        ("tok_3ds", Outcome.NEXT_ACTION, None),
    ],
)
async def test_every_token_ends_as_it_says_and_again_the_same(
    at: Counter, house: House, token: str, outcome: Outcome, decline_reason: str | None
) -> None:
    order = await at.worker.hold(house, seats(0, 1))
    first = await pays(at, order, token)
    again = await pays(at, order, token)
    for answer in (first, again):
        assert answer.outcome is outcome
        assert answer.payment is not None
        assert answer.payment.decline_reason == decline_reason
        assert len(answer.tickets) == (2 if outcome is Outcome.CONFIRMED else 0)
    assert first.payment is not None
    assert again.payment is not None
    assert first.payment.payment_id == again.payment.payment_id
    assert [ticket.barcode for ticket in first.tickets] == [t.barcode for t in again.tickets]
    assert len(await at.charges()) == 1
    assert (first.replayed, again.replayed) == (False, True)


async def test_the_provider_is_asked_with_no_connection_on_loan(at: Counter, house: House) -> None:
    for number, token in enumerate(("tok_ok", "tok_timeout_after_charge", "tok_3ds")):
        await pays(at, await at.worker.hold(house, seats(number)), token)
    assert at.provider.asked.count("charge") == 3
    assert set(at.provider.lent) == {0}


async def test_a_card_is_asked_for_where_there_is_something_to_pay_and_only_there(
    at: Counter, house: House
) -> None:
    order = await at.worker.hold(house, seats(0))
    assert await refused(at, order, None) == "payment_token_required"
    free_house = await open_house(at.database, order_fee_amount=0)
    free = await at.worker.hold(free_house, standing(2, "free"))
    assert await refused(at, free, "tok_ok") == "payment_token_unexpected"
    first, again = await pays(at, free, None), await pays(at, free, None)
    assert (first.outcome, again.outcome) == (Outcome.CONFIRMED, Outcome.CONFIRMED)
    assert first.payment is None
    assert [t.barcode for t in first.tickets] == [t.barcode for t in again.tickets]
    assert len(first.tickets) == 2
    assert at.provider.asked == []


async def test_an_unknown_token_is_refused_last_and_leaves_nothing_behind(
    at: Counter, house: House
) -> None:
    order = await at.worker.hold(house, seats(0))
    assert await refused(at, order, "tok_stolen", BEN) == "not_found"
    for token in ("tok_stolen", "", ":", "TOK_OK", "tok_okay"):
        assert await refused(at, order, token) == "unknown_payment_token"
    assert await refused(at, order, "x" * 256) == "invalid_request"
    assert await at.payments(order) == []
    await pays(at, order)
    assert await refused(at, order, "tok_stolen") == "order_not_pending"


async def test_another_buyers_order_does_not_exist(at: Counter, house: House) -> None:
    order = await at.worker.hold(house, seats(0))
    assert await refused(at, order, session_id=BEN) == "not_found"
    with pytest.raises(Refusal) as refusal:
        await at.checkout.pay("o_nothing", ADA, "tok_ok", ADA_BUYS)
    assert refusal.value.code == "not_found"
    by_link = await pays(at, order, session_id=None)
    assert by_link.outcome is Outcome.CONFIRMED


async def test_after_a_declined_card_another_one_may_pay(at: Counter, house: House) -> None:
    order = await at.worker.hold(house, seats(0))
    assert (await pays(at, order, "tok_declined")).outcome is Outcome.DECLINED
    assert (await pays(at, order, "tok_declined")).outcome is Outcome.DECLINED
    assert (await pays(at, order, "tok_ok")).outcome is Outcome.CONFIRMED
    late = await pays(at, order, "tok_declined")
    assert late.outcome is Outcome.DECLINED, "the same card is answered the same"
    assert late.order.status is OrderStatus.CONFIRMED
    assert await refused(at, order, "tok_ok:2") == "order_not_pending"
    assert sorted((await at.charges()).values()) == ["AUTHORIZED", "DECLINED"]


@pytest.mark.parametrize("token", ["tok_ok", "tok_slow", "tok_timeout_after_charge"])
async def test_twenty_equal_requests_at_once_are_one_charge(
    at: Counter, house: House, token: str
) -> None:
    order = await at.worker.hold(house, seats(0, 1))
    async with counter(at.database) as other:
        answers = await asyncio.gather(
            *[pays(where, order, token) for where in (at, other) for _ in range(10)]
        )
    assert {answer.outcome for answer in answers} == {Outcome.CONFIRMED}
    assert len({tuple(t.barcode for t in answer.tickets) for answer in answers}) == 1
    assert len(await at.payments(order)) == len(await at.charges()) == 1


async def test_two_cards_at_once_are_one_charge(at: Counter, house: House) -> None:
    order = await at.worker.hold(house, seats(0))
    answers = await asyncio.gather(
        *[pays(at, order, f"tok_slow:{n}") for n in range(5)], return_exceptions=True
    )
    confirmed = [a for a in answers if isinstance(a, PaymentAnswer)]
    codes = [a.code for a in answers if isinstance(a, Refusal)]
    assert [a.outcome for a in confirmed] == [Outcome.CONFIRMED]
    assert codes == ["payment_in_progress"] * 4
    assert len(await at.charges()) == 1


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


# 3-D Secure.


async def test_three_d_secure_is_completed_at_the_bank_and_then_settled(
    at: Counter, house: House
) -> None:
    order = await at.worker.hold(house, seats(0))
    asked = await pays(at, order, "tok_3ds")
    assert asked.payment is not None
    payment_id = asked.payment.payment_id
    assert asked.payment.next_action == {
        "type": "three_d_secure",
        "method": "POST",
        "url": f"/api/v1/payments/test/{payment_id}/complete",
    }
    assert (await at.checkout.follow(payment_id)).outcome is Outcome.NEXT_ACTION
    await at.test_provider.complete(payment_id)
    await at.test_provider.complete(payment_id)
    done = await at.checkout.follow(payment_id)
    assert (done.outcome, len(done.tickets)) == (Outcome.CONFIRMED, 1)
    assert done.payment is not None
    assert done.payment.next_action is None
    again = await pays(at, order, "tok_3ds")
    assert again.tickets == done.tickets


async def test_three_d_secure_that_the_bank_denies_is_declined(at: Counter, house: House) -> None:
    order = await at.worker.hold(house, seats(0))
    asked = await pays(at, order, "tok_3ds")
    assert asked.payment is not None
    await at.test_provider.complete(asked.payment.payment_id, approve=False)
    denied = await at.checkout.follow(asked.payment.payment_id)
    assert denied.outcome is Outcome.DECLINED
    assert denied.payment is not None
    assert denied.payment.decline_reason == "authentication_failed"
    assert (await pays(at, order, "tok_ok")).outcome is Outcome.CONFIRMED


async def test_following_what_is_no_payment_is_not_found(at: Counter, house: House) -> None:
    stem = "1_aaaaaaaaaaaaaaaaaaaaaaaaaa"
    for payment_id in ("", "p_", f"p_{stem}_1", f"t_{stem}_1"):
        with pytest.raises(Refusal) as refusal:
            await at.checkout.follow(payment_id)
        assert refusal.value.code == "not_found"


# What is kept of a card.


async def test_a_token_is_neither_stored_nor_logged(at: Counter, house: House) -> None:
    with capture_logs() as logs:
        for number, kind in enumerate(("tok_ok", "tok_error_after_charge", "tok_declined")):
            order = await at.worker.hold(house, seats(number), CLEO)
            await pays(at, order, f"{kind}:4242-4242", CLEO)
    names = await at.fetch(
        "SELECT oid::regclass::text FROM pg_class WHERE relkind = 'r' AND relnamespace = ANY("
        "ARRAY['public', 'test_provider']::regnamespace[])"
    )
    tables = [await at.fetch(f"SELECT t::text FROM {name} AS t") for (name,) in names]
    assert str(tables).count("card_declined") == 2, "the search looks at payments and charges"
    assert "4242-4242" not in str(tables)
    assert "4242-4242" not in str(logs)


async def test_the_same_card_cannot_be_recognised_in_two_orders(at: Counter, house: House) -> None:
    first, second = await at.worker.hold(house, seats(0)), await at.worker.hold(house, seats(1))
    for order in (first, second):
        await pays(at, order, "tok_ok:same")
    (one,), (two,) = await at.payments(first), await at.payments(second)
    assert one.token_fingerprint != two.token_fingerprint


async def test_the_buyer_is_kept_tidied(at: Counter, house: House) -> None:
    order = await at.worker.hold(house, seats(0))
    buyer = Buyer(" Ada Lovelace ", " ada@example.org ", phone="", locale="de_AT")
    await at.checkout.pay(order.order_id, ADA, "tok_ok", buyer)
    kept = (await at.order(order)).buyer
    assert kept == Buyer("Ada Lovelace", "ada@example.org", None, "de-AT")
