"""Stripe from the outside: pay, decline, 3-D Secure, capture, void, refund, lost answers."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from holdfast.audit.run import audit
from holdfast.checkout.answer import Outcome
from holdfast.desk.commands import ChangeStatus
from holdfast.desk.order import EventStatus, OrderStatus, PaymentStatus
from tests.cast import ADA_BUYS
from tests.checkout.counter import pays, refused
from tests.stripe.till import ASKS, DECLINED, Till

pytestmark = pytest.mark.anyio


async def test_a_card_is_reserved_and_captured_once_the_seats_are_sold(till: Till) -> None:
    order = await till.hold(0, 1)
    answer = await pays(till, order, await till.card())
    assert (answer.outcome, len(answer.tickets)) == (Outcome.CONFIRMED, 2)
    (payment,) = await till.payments(order)
    intent = await till.intent(payment)
    assert (intent["status"], intent["amount"]) == ("requires_capture", order.total_amount)
    await till.until_quiet()
    assert (await till.intent(payment))["status"] == "succeeded"
    assert (await till.payments(order))[0].status is PaymentStatus.SUCCEEDED
    assert await audit(till.database, till.clock) == []


async def test_a_confirmation_token_of_the_checkout_page_pays_as_well(till: Till) -> None:
    order = await till.hold(0)
    answer = await pays(till, order, f"ctoken_{await till.card()}")
    assert answer.outcome is Outcome.CONFIRMED


async def test_a_declined_card_costs_nothing_and_the_next_gets_an_intent_of_its_own(
    till: Till,
) -> None:
    order = await till.hold(0)
    answer = await pays(till, order, await till.card(DECLINED))
    assert answer.outcome is Outcome.DECLINED
    assert answer.payment is not None
    assert answer.payment.decline_reason == "card_declined"
    assert (await pays(till, order, await till.card())).outcome is Outcome.CONFIRMED
    first, second = await till.payments(order)
    assert first.provider_reference != second.provider_reference
    assert (await till.intent(first))["status"] == "canceled", "no page can try it again"


async def test_a_token_that_stripe_does_not_know_is_a_decline(till: Till) -> None:
    order = await till.hold(0)
    answer = await pays(till, order, "pm_nobody_has_this")
    assert answer.outcome is Outcome.DECLINED
    assert {i["status"] for i in await till.intents()} == {"canceled"}


@pytest.mark.parametrize("success", [True, False])
async def test_3d_secure_waits_for_the_buyer_and_the_same_request_goes_on(
    till: Till, success: bool
) -> None:
    order, card = await till.hold(0), await till.card(ASKS)
    answer = await pays(till, order, card)
    assert answer.outcome is Outcome.NEXT_ACTION
    assert answer.payment is not None
    assert answer.payment.next_action is not None
    assert answer.payment.next_action["client_secret"].startswith("pi_")
    await till.bank(answer.payment, success)
    again = await pays(till, order, card)
    assert again.outcome is (Outcome.CONFIRMED if success else Outcome.DECLINED)
    assert len(await till.intents()) == 1


@pytest.mark.parametrize("approved", [False, True])
async def test_who_turns_back_at_the_bank_is_charged_once_whatever_the_bank_has_heard(
    till: Till, approved: bool
) -> None:
    order = await till.hold(0)
    answer = await pays(till, order, await till.card(ASKS))
    assert answer.payment is not None
    if approved:
        await till.bank(answer.payment)
        assert await refused(till, order, await till.card()) == "order_not_pending"
    else:
        assert (await pays(till, order, await till.card())).outcome is Outcome.CONFIRMED
        assert (await till.intent(answer.payment))["status"] == "canceled"
    await till.until_quiet()
    assert (await till.order(order)).status is OrderStatus.CONFIRMED
    assert [i["status"] for i in await till.intents()].count("succeeded") == 1
    assert await audit(till.database, till.clock) == []


async def test_a_bank_that_answers_after_the_hold_has_ended_finds_its_seats_or_the_money_stays(
    till: Till,
) -> None:
    order, card = await till.hold(0), await till.card(ASKS)
    answer = await pays(till, order, card)
    assert answer.payment is not None
    await till.run("UPDATE orders SET expires_at = created_at, hold_cap_at = created_at")
    await till.run("UPDATE seat SET held_until = o.created_at FROM orders AS o WHERE "
                   "seat.order_id = o.order_id")  # fmt: skip
    await till.run("UPDATE desk SET epoch = epoch + 1")
    await till.bank(answer.payment)
    await till.until_quiet()
    assert (await till.order(order)).status is OrderStatus.CONFIRMED
    assert (await till.intent(answer.payment))["status"] == "succeeded"


async def test_a_sale_that_lost_its_event_is_voided(till: Till) -> None:
    order, card = await till.hold(0), await till.card(ASKS)
    answer = await pays(till, order, card)
    assert answer.payment is not None
    await till.bank(answer.payment)
    await till.office.submit(till.house.event_id, ChangeStatus(status=EventStatus.CANCELLED))
    await till.until_quiet()
    (payment,) = await till.payments(order)
    assert payment.status is PaymentStatus.VOIDED
    assert (await till.intent(payment))["status"] == "canceled"


async def test_a_method_that_takes_the_money_at_once_buys_the_seats_and_is_captured_by_nobody(
    till: Till,
) -> None:
    order = await till.hold(0)
    till.front.collects = True
    assert (await pays(till, order, await till.card())).outcome is Outcome.CONFIRMED
    await till.until_quiet()
    (payment,) = await till.payments(order)
    assert (payment.status, payment.left) == (PaymentStatus.SUCCEEDED, payment.amount)
    assert await till.fetch("SELECT kind::text FROM outbox WHERE kind = 'CAPTURE'") == []
    assert await audit(till.database, till.clock) == []


async def test_money_taken_at_once_for_a_sale_that_is_lost_is_refunded_whole(till: Till) -> None:
    order, card = await till.hold(0), await till.card(ASKS)
    answer = await pays(till, order, card)
    assert answer.payment is not None
    await till.bank(answer.payment)
    path = f"/v1/payment_intents/{answer.payment.provider_reference}/capture"
    await till.front.ask("POST", path, b"")
    await till.office.submit(till.house.event_id, ChangeStatus(status=EventStatus.CANCELLED))
    await till.until_quiet()
    (payment,) = await till.payments(order)
    assert (payment.status, payment.left) == (PaymentStatus.SUCCEEDED, 0)
    assert await till.paid_back(payment) == payment.amount
    assert await till.fetch("SELECT ticket_id FROM ticket") == []


async def test_another_amount_than_agreed_buys_no_ticket_and_goes_back(till: Till) -> None:
    order = await till.hold(0)
    till.front.short = 100
    answer = await pays(till, order, await till.card())
    assert answer.outcome is Outcome.DECLINED
    till.front.short = 0
    await till.until_quiet()
    (payment,) = await till.payments(order)
    assert payment.status is PaymentStatus.VOIDED
    assert (await till.intent(payment))["status"] == "canceled"
    assert await till.fetch("SELECT kind::text FROM incident") == [("WRONG_AMOUNT",)]
    assert (await till.order(order)).status is OrderStatus.PENDING


async def test_a_void_that_lost_to_a_capture_by_hand_is_refunded(till: Till) -> None:
    order, card = await till.hold(0), await till.card(ASKS)
    answer = await pays(till, order, card)
    assert answer.payment is not None
    await till.bank(answer.payment)
    await till.office.submit(till.house.event_id, ChangeStatus(status=EventStatus.CANCELLED))
    await till.settlement.follow(answer.payment.payment_id)
    path = f"/v1/payment_intents/{answer.payment.provider_reference}/capture"
    await till.front.ask("POST", path, b"")
    await till.until_quiet()
    (payment,) = await till.payments(order)
    assert (payment.status, payment.left) == (PaymentStatus.SUCCEEDED, 0)
    assert await till.paid_back(payment) == payment.amount


async def test_refunds_are_paid_in_parts_and_never_more_than_is_left(till: Till) -> None:
    order = await till.hold(0, 1)
    await pays(till, order, await till.card())
    await till.until_quiet()
    (payment,) = await till.payments(order)
    await till.settlement.refund(order.order_id, (order.items[0].item_id,))
    await till.until_quiet()
    assert await till.paid_back(payment) == order.items[0].total
    body = f"payment_intent={payment.provider_reference}&amount=1000"
    await till.front.ask("POST", "/v1/refunds", body.encode())
    await till.settlement.refund(order.order_id)
    await till.until_quiet()
    assert await till.paid_back(payment) == payment.amount
    assert await till.fetch("SELECT DISTINCT state::text FROM outbox") == [("DONE",)]


@pytest.mark.parametrize("lost", ["payment_intents", "confirm", "capture", "refunds"])
async def test_an_answer_that_is_lost_moves_the_money_once(till: Till, lost: str) -> None:
    order, card = await till.hold(0), await till.card()
    till.front.lose[lost] = 1
    assert (await pays(till, order, card)).outcome is Outcome.CONFIRMED
    await till.until_quiet()
    await till.settlement.refund(order.order_id)
    await till.until_quiet()
    assert till.front.lose[lost] == 0
    (payment,) = await till.payments(order)
    assert (payment.status, payment.left) == (PaymentStatus.SUCCEEDED, 0)
    assert await till.paid_back(payment) == payment.amount
    touched = [i for i in await till.intents() if i["latest_charge"]]
    assert len(touched) == 1


async def test_an_intent_that_was_never_confirmed_is_closed_and_the_card_may_be_used_again(
    till: Till,
) -> None:
    order, card = await till.hold(0), await till.card()
    _, payment = await till.begin(order, card, "stripe")
    await till.until_quiet()
    (given_up,) = await till.payments(order)
    assert given_up.status is PaymentStatus.FAILED
    assert {i["status"] for i in await till.intents()} == {"canceled"}
    late = await till.stripe.charge(payment, card, ADA_BUYS)
    assert late.status is PaymentStatus.FAILED, "what was still on its way finds it closed"
    assert (await pays(till, order, card)).outcome is Outcome.CONFIRMED


async def test_after_a_day_nothing_is_sent_again_but_looked_up(till: Till) -> None:
    order, card = await till.hold(0), await till.card()
    await pays(till, order, card)
    await till.until_quiet()
    (payment,) = await till.payments(order)
    await till.settlement.refund(order.order_id)
    await till.until_quiet()
    asked_at = payment.created_at
    till.now += timedelta(hours=24)
    key = f"refund_{payment.payment_id}_0"
    till.front.seen.clear()
    await till.stripe.capture(payment, f"capture_{payment.payment_id}", asked_at)
    await till.stripe.refund(payment, payment.amount, key, asked_at)
    assert [call for call in till.front.seen if call.startswith("POST")] == []
    found = await till.stripe.lookup(replace(payment, provider_reference=None))
    assert found is not None
    assert found.provider_reference == payment.provider_reference
    assert [call for call in till.front.seen if call.startswith("POST")] == []
