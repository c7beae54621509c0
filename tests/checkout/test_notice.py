"""A provider's webhook: believed only as far as the provider confirms it."""

import asyncio
import json
from collections.abc import AsyncGenerator

import pytest

from holdfast.audit.run import audit
from holdfast.checkout.test_provider import SIGNATURE_HEADER
from holdfast.config import WEBHOOK_BYTES_MAX
from holdfast.database.pool import Database
from holdfast.desk.order import Order, OrderStatus, Payment, PaymentStatus
from holdfast.ids import event_of_order
from holdfast.refusals import Refusal
from tests.cast import ADA, ADA_BUYS, seats
from tests.checkout.counter import Counter, counter, link_lost
from tests.house import open_house

pytestmark = pytest.mark.anyio


@pytest.fixture
async def at(database: Database) -> AsyncGenerator[Counter]:
    async with counter(database) as at:
        yield at


async def waiting_for_the_bank(at: Counter) -> tuple[Order, Payment]:
    house = await open_house(at.database)
    order = await at.worker.hold(house, seats(0))
    answer = await at.checkout.pay(order.order_id, ADA, "tok_3ds", ADA_BUYS)
    assert answer.payment is not None
    return answer.order, answer.payment


async def says(at: Counter, body: bytes, signature: str | None = None, name: str = "test") -> None:
    headers = {SIGNATURE_HEADER: at.test_provider.sign(body) if signature is None else signature}
    await at.settlement.notice(name, body, headers)


def about(payment_id: str, notice_id: str = "n1") -> bytes:
    return json.dumps({"notice_id": notice_id, "payment_id": payment_id}).encode()


async def test_a_notice_settles_what_the_provider_confirms(at: Counter) -> None:
    order, payment = await waiting_for_the_bank(at)
    await says(at, about(payment.payment_id))
    assert (await at.order(order)).status is OrderStatus.PENDING, "the provider knows better"
    await at.test_provider.complete(payment.payment_id)
    await says(at, about(payment.payment_id, "n2"))
    assert (await at.order(order)).status is OrderStatus.CONFIRMED
    lookups = at.provider.asked.count("lookup")
    await says(at, about(payment.payment_id, "n2"))
    assert at.provider.asked.count("lookup") == lookups, "said twice is once"


async def test_a_notice_is_remembered_only_after_it_was_dealt_with(at: Counter) -> None:
    order, payment = await waiting_for_the_bank(at)
    await at.test_provider.complete(payment.payment_id)
    at.provider.before["lookup"] = link_lost
    with pytest.raises(Refusal) as refusal:
        await says(at, about(payment.payment_id))
    assert refusal.value.status == 503, "the provider says it again"
    at.provider.before.clear()
    await says(at, about(payment.payment_id))
    assert (await at.order(order)).status is OrderStatus.CONFIRMED


async def test_a_copy_that_is_remembered_while_the_desk_writes_costs_nobody_an_error(
    at: Counter,
) -> None:
    """Who finds that there is nothing left to do remembers the notice beside the desk."""
    order, payment = await waiting_for_the_bank(at)
    await at.test_provider.complete(payment.payment_id)
    async with at.database.pool.acquire() as connection:
        async with connection.transaction():
            await connection.execute(
                "INSERT INTO inbox (event_id, provider, notice_id, received_at)"
                " VALUES ($1, 'test', 'n1', now())",
                event_of_order(order.order_id),
            )
            copy = asyncio.create_task(says(at, about(payment.payment_id)))
            waits = "SELECT count(*) FROM pg_locks WHERE NOT granted"
            while await connection.fetchval(waits) == 0 and not copy.done():
                await asyncio.sleep(0.01)
        await copy
    assert (await at.order(order)).status is OrderStatus.CONFIRMED
    assert await at.fetch("SELECT count(*) FROM inbox") == [(1,)]


async def test_a_charge_that_turns_up_after_it_was_given_up_for_failed_goes_back(
    at: Counter,
) -> None:
    order, payment = await waiting_for_the_bank(at)
    await at.run("UPDATE payment SET status = 'FAILED'")
    await at.test_provider.complete(payment.payment_id)
    await says(at, about(payment.payment_id))
    await at.relay.carry_out_due()
    assert (await at.payments(order))[0].status is PaymentStatus.VOIDED
    assert list((await at.charges()).values()) == ["VOIDED"]


async def test_only_the_provider_is_believed(at: Counter) -> None:
    _, payment = await waiting_for_the_bank(at)
    body = about(payment.payment_id)
    refused = [
        (body, "", "unauthorized"),
        (body, "0" * 64, "unauthorized"),
        (body, "é", "unauthorized"),
        (body, at.test_provider.sign(body + b" "), "unauthorized"),
        (b"{", None, "invalid_request"),
        (b"{}", None, "invalid_request"),
        (b" " * (WEBHOOK_BYTES_MAX + 1), None, "body_too_large"),
    ]
    for text, signature, code in refused:
        with pytest.raises(Refusal) as refusal:
            await says(at, text, signature)
        assert refusal.value.code == code
    with pytest.raises(Refusal) as refusal:
        await says(at, body, name="nobody")
    assert refusal.value.code == "not_found"


async def test_a_notice_about_somebody_elses_payment_is_taken_and_forgotten(at: Counter) -> None:
    stem = "1_aaaaaaaaaaaaaaaaaaaaaaaaaa"
    for payment_id in ("", "pi_of_another_shop", f"p_{stem}_1"):
        await says(at, about(payment_id))
    assert await at.fetch("SELECT count(*) FROM inbox") == [(0,)]


def about_returns(payment_id: str, notice_id: str) -> bytes:
    said = {"notice_id": notice_id, "payment_id": payment_id, "returns": True}
    return json.dumps(said).encode()


async def bought(at: Counter) -> tuple[Order, Payment]:
    house = await open_house(at.database)
    order = await at.buy(house, seats(0, 1))
    await at.relay.carry_out_due()
    (payment,) = await at.payments(order)
    return order, payment


async def test_a_refund_made_at_the_provider_ends_the_sale_once_all_of_it_went_back(
    at: Counter,
) -> None:
    order, payment = await bought(at)
    await at.ledger.refund("by hand", payment.payment_id, 1_000)
    await says(at, about_returns(payment.payment_id, "n1"))
    (after,) = await at.payments(order)
    assert (after.outside_amount, (await at.order(order)).status) == (1_000, OrderStatus.CONFIRMED)
    await at.ledger.refund("by hand again", payment.payment_id, after.left)
    for _ in range(2):
        await says(at, about_returns(payment.payment_id, "n2"))
    assert (await at.order(order)).status is OrderStatus.REFUNDED
    found = await audit(at.database, at.clock)
    assert {finding.check for finding in found} == {"incident_unseen"}
    assert await at.fetch("SELECT count(*) FROM outbox WHERE kind = 'REFUND'") == [(0,)]


async def test_a_dispute_is_known_while_it_is_open_and_takes_the_tickets_when_lost(
    at: Counter,
) -> None:
    order, payment = await bought(at)
    await at.ledger.dispute("d1", payment.payment_id, "OPEN", payment.amount)
    await says(at, about_returns(payment.payment_id, "n1"))
    with pytest.raises(Refusal) as refusal:
        await at.settlement.refund(order.order_id)
    assert refusal.value.code == "order_disputed"
    await at.run("UPDATE incident SET seen_at = created_at")
    assert await audit(at.database, at.clock) == []
    await at.ledger.dispute("d1", payment.payment_id, "LOST", payment.amount)
    await says(at, about_returns(payment.payment_id, "n2"))
    assert (await at.order(order)).status is OrderStatus.REFUNDED
    (unseen,) = await audit(at.database, at.clock)
    assert (unseen.check, unseen.row["state"]) == ("incident_unseen", "LOST"), "to be seen again"


async def test_copies_of_a_notice_at_one_time_at_two_servers_are_one(at: Counter) -> None:
    order, payment = await waiting_for_the_bank(at)
    await at.test_provider.complete(payment.payment_id)
    body = about(payment.payment_id)
    async with counter(at.database) as other:
        both = asyncio.Barrier(2)
        for each in (at, other):
            each.provider.after["lookup"] = both.wait  # both have found it unseen by now
        await asyncio.gather(says(at, body), says(other, body))
    assert (await at.order(order)).status is OrderStatus.CONFIRMED
    assert await at.fetch("SELECT notice_id FROM inbox") == [("n1",)]
    assert await audit(at.database, at.clock) == []


async def test_a_notice_is_remembered_in_the_commit_that_does_what_it_causes(at: Counter) -> None:
    _, payment = await waiting_for_the_bank(at)
    await at.test_provider.complete(payment.payment_id)
    await says(at, about(payment.payment_id))
    # One transaction writes both rows, or neither.
    same = await at.fetch("SELECT i.xmin = p.xmin FROM inbox AS i CROSS JOIN payment AS p")
    assert same == [(True,)]
