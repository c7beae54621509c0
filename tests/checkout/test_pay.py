"""Paying: nobody is charged twice, and nobody is charged without a ticket or the money back."""

import asyncio
from collections.abc import AsyncGenerator

import pytest
from structlog.testing import capture_logs

from holdfast.audit.run import audit
from holdfast.checkout.answer import Outcome, PaymentAnswer
from holdfast.checkout.test_ledger import ChargeStatus
from holdfast.database.pool import Database
from holdfast.desk.order import Buyer, Order, OrderStatus, Payment, PaymentStatus
from holdfast.refusals import Refusal
from tests.cast import ADA, ADA_BUYS, BEN, CLEO, seats, standing
from tests.checkout.counter import Counter, counter, link_lost, pays, refused
from tests.house import House, open_house

pytestmark = pytest.mark.anyio


@pytest.fixture
async def at(database: Database) -> AsyncGenerator[Counter]:
    async with counter(database) as at:
        yield at


@pytest.fixture
async def house(database: Database) -> House:
    return await open_house(database)


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


# Turning back at the bank.


async def at_the_bank(at: Counter, house: House) -> tuple[Order, Payment]:
    order = await at.worker.hold(house, seats(0))
    asked = await pays(at, order, "tok_3ds")
    assert asked.payment is not None
    return order, asked.payment


async def test_who_turns_back_at_the_bank_pays_with_another_card(at: Counter, house: House) -> None:
    order, waiting = await at_the_bank(at, house)
    assert (await pays(at, order, "tok_ok")).outcome is Outcome.CONFIRMED
    first, second = await at.payments(order)
    assert (first.payment_id, first.status) == (waiting.payment_id, PaymentStatus.FAILED)
    assert first.decline_reason == "not_completed"
    charges = await at.charges()
    assert charges[waiting.payment_id] is ChargeStatus.VOIDED, "given up where the money is"
    assert (await pays(at, order, "tok_3ds")).outcome is Outcome.DECLINED, "and stays given up"
    await at.test_provider.complete(waiting.payment_id)
    await at.until_quiet()
    assert await at.charges() == charges | {second.payment_id: ChargeStatus.CAPTURED}
    assert await audit(at.database, at.clock) == []


async def test_a_bank_that_said_yes_before_its_buyer_turned_back_has_sold(
    at: Counter, house: House
) -> None:
    order, waiting = await at_the_bank(at, house)
    await at.test_provider.complete(waiting.payment_id)
    assert await refused(at, order, "tok_ok") == "order_not_pending"
    assert (await at.order(order)).status is OrderStatus.CONFIRMED
    assert len(await at.payments(order)) == len(await at.charges()) == 1


@pytest.mark.parametrize("trouble", ["before", "after"])
async def test_without_a_word_from_the_provider_nothing_is_charged_beside(
    at: Counter, house: House, trouble: str
) -> None:
    order, _ = await at_the_bank(at, house)
    getattr(at.provider, trouble)["abandon"] = link_lost
    assert await refused(at, order, "tok_ok") == "payment_in_progress"
    assert len(await at.charges()) == 1
    getattr(at.provider, trouble).clear()
    assert (await pays(at, order, "tok_ok")).outcome is Outcome.CONFIRMED


async def test_a_card_that_cannot_pay_gives_nothing_up(at: Counter, house: House) -> None:
    order, waiting = await at_the_bank(at, house)
    assert await refused(at, order, "no card at all") == "payment_in_progress"
    assert await refused(at, order, "tok_ok", BEN) == "not_found"
    assert await refused(at, order, None) == "payment_in_progress"
    assert (await at.payments(order)) == [waiting]
    assert "abandon" not in at.provider.asked


@pytest.mark.parametrize("yes", ["before it is closed", "once it is closed"])
async def test_turning_back_while_the_bank_says_yes_is_one_charge(
    at: Counter, house: House, yes: str
) -> None:
    order, waiting = await at_the_bank(at, house)

    async def approved() -> None:
        await at.test_provider.complete(waiting.payment_id)
        await at.checkout.follow(waiting.payment_id)

    when = at.provider.before if yes == "before it is closed" else at.provider.after
    when["abandon"] = approved
    async with counter(at.database) as other:
        answers = await asyncio.gather(
            pays(at, order, "tok_ok:1"), pays(other, order, "tok_ok:2"), return_exceptions=True
        )
    codes = sorted([a.code for a in answers if isinstance(a, Refusal)])
    outcomes = [a.outcome for a in answers if isinstance(a, PaymentAnswer)]
    assert len(codes) + len(outcomes) == 2, answers
    assert outcomes in ([], [Outcome.CONFIRMED])
    assert set(codes) <= {"order_not_pending", "payment_in_progress"}
    await at.until_quiet()
    assert (await at.order(order)).status is OrderStatus.CONFIRMED
    assert list((await at.charges()).values()).count(ChargeStatus.CAPTURED) == 1
    assert await audit(at.database, at.clock) == []


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
