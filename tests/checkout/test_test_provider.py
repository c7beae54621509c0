"""The test provider keeps its books as a real one does: each key once, no money from nowhere."""

import asyncio
from collections.abc import AsyncGenerator

import pytest
from msgspec.structs import replace

from holdfast.checkout.provider import (
    AlreadyCaptured,
    NothingLeft,
    ProviderRefused,
    ProviderUnknown,
    ask,
)
from holdfast.checkout.test_ledger import ChargeStatus
from holdfast.database.pool import Database
from holdfast.desk.order import ABANDONED, Payment, PaymentStatus
from holdfast.ids import PaymentId
from holdfast.refusals import Refusal
from tests.cast import ADA_BUYS, NOON, order_number
from tests.checkout.counter import Counter, counter, never

pytestmark = pytest.mark.anyio

PAYMENT = Payment(
    payment_id=PaymentId("p_1_aaaaaaaaaaaaaaaaaaaaaaaaaa_1"),
    order_id=order_number(1),
    provider="test",
    status=PaymentStatus.CREATED,
    amount=5_000,
    currency="EUR",
    token_fingerprint=b"",
    created_at=NOON,
    updated_at=NOON,
)


@pytest.fixture
async def at(database: Database) -> AsyncGenerator[Counter]:
    async with counter(database) as at:
        yield at


async def test_a_key_is_one_charge_whatever_is_sent_under_it(at: Counter) -> None:
    provider = at.test_provider
    charges = await asyncio.gather(
        *[provider.charge(PAYMENT, "tok_ok", ADA_BUYS) for _ in range(20)],
        provider.charge(replace(PAYMENT, amount=9_999), "tok_ok:2", ADA_BUYS),
    )
    assert len(set(map(repr, charges))) == 1, "the first one counts"
    assert len(await at.charges()) == 1
    assert await provider.charge(PAYMENT, "tok_declined", ADA_BUYS) == charges[0]


async def test_an_answer_that_is_lost_leaves_the_charge_booked(at: Counter) -> None:
    for token in ("tok_timeout_after_charge", "tok_error_after_charge"):
        with pytest.raises(ProviderUnknown):
            await at.test_provider.charge(PAYMENT, token, ADA_BUYS)
        found = await at.test_provider.lookup(PAYMENT)
        assert found is not None
        assert (found.status, found.amount) == (PaymentStatus.AUTHORIZED, PAYMENT.amount)


async def test_what_was_never_charged_is_unknown_to_it(at: Counter) -> None:
    provider = at.test_provider
    assert await provider.lookup(PAYMENT) is None
    with pytest.raises(Refusal) as refusal:
        await provider.complete(PAYMENT.payment_id)
    assert refusal.value.code == "not_found"
    for call in (provider.capture(PAYMENT, "k", NOON), provider.void(PAYMENT, "k", NOON)):
        with pytest.raises(ProviderRefused):
            await call
    with pytest.raises(ProviderRefused):
        await provider.refund(PAYMENT, 1, "k", NOON)


async def test_money_is_collected_or_given_back_and_never_both(at: Counter) -> None:
    provider = at.test_provider
    other = replace(PAYMENT, payment_id=PaymentId("p_1_aaaaaaaaaaaaaaaaaaaaaaaaaa_2"))
    for payment in (PAYMENT, other):
        await provider.charge(payment, "tok_ok", ADA_BUYS)
    for _ in range(2):
        await provider.capture(PAYMENT, "k", NOON)
        await provider.void(other, "k", NOON)
    with pytest.raises(AlreadyCaptured):
        await provider.void(PAYMENT, "k", NOON)
    with pytest.raises(ProviderRefused):
        await provider.capture(other, "k", NOON)
    assert await at.charges() == {
        PAYMENT.payment_id: ChargeStatus.CAPTURED,
        other.payment_id: ChargeStatus.VOIDED,
    }


async def test_no_more_is_paid_back_than_was_collected(at: Counter) -> None:
    provider = at.test_provider
    await provider.charge(PAYMENT, "tok_ok", ADA_BUYS)
    with pytest.raises(ProviderRefused):
        await provider.refund(PAYMENT, 1, "too soon", NOON)
    await provider.capture(PAYMENT, "k", NOON)
    refunds = [provider.refund(PAYMENT, 2_000, f"r{n % 4}", NOON) for n in range(8)]
    done = await asyncio.gather(*refunds, return_exceptions=True)
    assert sum(isinstance(result, NothingLeft) for result in done) == 2, "one of four, twice"
    booking = await at.booking(PAYMENT)
    assert booking is not None
    assert booking.refunded_amount == PAYMENT.amount
    made = await at.fetch("SELECT amount FROM test_provider.refund ORDER BY amount DESC")
    assert made == [(2_000,), (2_000,), (1_000,)], "the third got what was left"


async def test_an_abandoned_key_never_takes_money(at: Counter) -> None:
    provider = at.test_provider
    closed = await provider.abandon(PAYMENT)
    assert (closed.status, closed.decline_reason) == (PaymentStatus.FAILED, ABANDONED)
    assert await provider.charge(PAYMENT, "tok_ok", ADA_BUYS) == closed


async def test_abandoning_what_took_the_money_says_so_and_changes_nothing(at: Counter) -> None:
    charged = await at.test_provider.charge(PAYMENT, "tok_ok", ADA_BUYS)
    assert await at.test_provider.abandon(PAYMENT) == charged


async def test_a_race_of_charging_and_abandoning_has_one_end(at: Counter) -> None:
    for number in range(20):
        payment = replace(PAYMENT, payment_id=PaymentId(f"p_1_{'a' * 26}_{number}"))
        charged, closed = await asyncio.gather(
            at.test_provider.charge(payment, "tok_ok", ADA_BUYS), at.test_provider.abandon(payment)
        )
        assert charged == closed


async def test_waiting_for_a_provider_has_an_end() -> None:
    with pytest.raises(ProviderUnknown):
        await ask(never(), 0.01)


async def test_what_breaks_in_a_call_is_unknown_and_quotes_nothing() -> None:
    async def breaks() -> None:
        raise ValueError("card 4242")

    with pytest.raises(ProviderUnknown) as unknown:
        await ask(breaks(), 1)
    assert "4242" not in str(unknown.value)
