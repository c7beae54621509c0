"""Stripe's webhooks: signed over the raw body, believed only as far as Stripe confirms them."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest

from holdfast.audit.books import compare_books
from holdfast.audit.run import audit
from holdfast.checkout.stripe_notice import SIGNATURE_HEADER, sign
from holdfast.config import STRIPE_SIGNATURE_SECONDS_MAX, WEBHOOK_BYTES_MAX
from holdfast.desk.order import Order, OrderStatus, Payment, PaymentStatus
from holdfast.refusals import Refusal
from tests.checkout.counter import pays
from tests.stripe.till import ASKS, SECRETS, Till

pytestmark = pytest.mark.anyio


async def at_the_bank(till: Till) -> tuple[Order, Payment]:
    order = await till.hold(0)
    answer = await pays(till, order, await till.card(ASKS))
    assert answer.payment is not None
    return order, answer.payment


async def bought(till: Till, *seat_ids: int) -> tuple[Order, Payment]:
    order = await till.hold(*seat_ids)
    await pays(till, order, await till.card())
    await till.until_quiet()
    return order, (await till.payments(order))[0]


async def test_a_notice_settles_what_stripe_confirms_and_again_changes_nothing(till: Till) -> None:
    order, payment = await at_the_bank(till)
    intent = await till.intent(payment)
    await till.told("payment_intent.amount_capturable_updated", intent, "evt_early")
    assert (await till.order(order)).status is OrderStatus.PENDING, "the body is not believed"
    await till.bank(payment)
    lying = {**intent, "status": "canceled", "amount": 1}
    for _ in range(2):
        await till.told("payment_intent.canceled", lying, "evt_2")
    assert (await till.order(order)).status is OrderStatus.CONFIRMED
    await till.until_quiet()
    await till.told("payment_intent.payment_failed", intent, "evt_late_and_out_of_order")
    assert (await till.payments(order))[0].status is PaymentStatus.SUCCEEDED
    assert len(await till.fetch("SELECT notice_id FROM inbox")) == 3
    assert await audit(till.database, till.clock) == []


async def test_copies_of_a_notice_at_one_time_are_one(till: Till) -> None:
    order, payment = await at_the_bank(till)
    await till.bank(payment)
    intent = await till.intent(payment)
    await asyncio.gather(*[till.told("payment_intent.succeeded", intent) for _ in range(5)])
    assert (await till.order(order)).status is OrderStatus.CONFIRMED
    assert await till.fetch("SELECT notice_id FROM inbox") == [("evt_1",)]


async def test_localstripes_own_signature_is_accepted(till: Till) -> None:
    """Another program's signature, over a body that it wrote, arriving over HTTP."""
    arrived: asyncio.Queue[tuple[bytes, str]] = asyncio.Queue()

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        lines = dict(line.lower().split(": ", 1) for line in head.split("\r\n")[1:] if line)
        body = await reader.readexactly(int(lines["content-length"]))
        signature = next(v for k, v in lines.items() if k == SIGNATURE_HEADER)
        await arrived.put((body, signature))
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(take, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    hook = {"url": f"http://127.0.0.1:{port}/", "secret": SECRETS[1]}
    async with server:
        form = "&".join(f"{name}={value}" for name, value in hook.items())
        await till.front.ask("POST", "/_config/webhooks/mine", form.encode())
        order, payment = await bought(till, 0)
        async with asyncio.timeout(30):
            while True:
                body, signature = await arrived.get()
                said = json.loads(body)
                if said["data"]["object"]["id"] == payment.provider_reference:
                    break
    await till.settlement.notice("stripe", body, {SIGNATURE_HEADER: signature})
    assert await till.fetch("SELECT count(*) FROM inbox") == [(1,)]
    assert (await till.order(order)).status is OrderStatus.CONFIRMED


async def test_both_secrets_count_during_a_rotation_and_nobody_elses(till: Till) -> None:
    _, payment = await at_the_bank(till)
    intent = await till.intent(payment)
    for number, secret in enumerate(SECRETS):
        await till.told("payment_intent.created", intent, f"evt_{number}", secret)
    old = STRIPE_SIGNATURE_SECONDS_MAX + 5
    forged: list[dict[str, Any]] = [{"secret": "whsec_forged"}, {"ago": old}, {"ago": -old}]
    for how in forged:
        with pytest.raises(Refusal) as refusal:
            await till.told("payment_intent.created", intent, "evt_forged", **how)
        assert refusal.value.code == "unauthorized", how


async def test_a_body_that_was_touched_or_makes_no_sense_is_refused(till: Till) -> None:
    now = await till.settlement.now()
    body = b'{"id":"evt_1","type":"x","data":{"object":{}}}'
    good = sign(body, SECRETS[0], now)
    refused = [
        (body + b" ", good, "unauthorized"),
        (body, "", "unauthorized"),
        (body, "t=1,v1=", "unauthorized"),
        (body, "t=x,v1=x", "unauthorized"),
        (body, good.replace("v1=", "v0="), "unauthorized"),
        (body, good.replace("t=", f"t={int(now.timestamp()) - 1},t="), "unauthorized"),
        (b"{", sign(b"{", SECRETS[0], now), "invalid_request"),
        (b" " * (WEBHOOK_BYTES_MAX + 1), good, "body_too_large"),
    ]
    for text, signature, code in refused:
        with pytest.raises(Refusal) as refusal:
            await till.settlement.notice("stripe", text, {SIGNATURE_HEADER: signature})
        assert refusal.value.code == code, (text[:40], signature)
    await till.settlement.notice("stripe", body, {SIGNATURE_HEADER: good})
    assert await till.fetch("SELECT count(*) FROM inbox") == [(0,)], "about nothing of ours"


async def test_a_refund_made_in_stripes_dashboard_ends_the_sale(till: Till) -> None:
    order, payment = await bought(till, 0, 1)
    reference = payment.provider_reference
    await till.front.ask("POST", "/v1/refunds", f"payment_intent={reference}".encode())
    assert {f.check for f in await compared(till)} == {"money_returned"}, "until we are told"
    # A charge of the dashboard's refund carries no metadata here: the intent is asked for them.
    charge = {"id": "ch_1", "object": "charge", "payment_intent": reference}
    await till.told("charge.refunded", charge)
    assert (await till.order(order)).status is OrderStatus.REFUNDED
    assert (await till.payments(order))[0].outside_amount == payment.amount
    assert await compared(till) == []


async def test_a_dispute_is_followed_to_its_end(till: Till) -> None:
    order, payment = await bought(till, 0)
    dispute = {
        "id": "dp_1",
        "object": "dispute",
        "payment_intent": payment.provider_reference,
        "status": "needs_response",
        "amount": payment.amount,
        "reason": "fraudulent",
    }
    till.front.disputes.append(dispute)
    await till.told("charge.dispute.created", dispute, "evt_1")
    with pytest.raises(Refusal) as refusal:
        await till.settlement.refund(order.order_id)
    assert refusal.value.code == "order_disputed"
    dispute["status"] = "lost"
    await till.told("charge.dispute.closed", dispute, "evt_2")
    assert (await till.order(order)).status is OrderStatus.REFUNDED
    assert await till.fetch("SELECT state::text, reason FROM incident") == [("LOST", "fraudulent")]
    assert await compared(till) == []


async def compared(till: Till) -> list[Any]:
    async with till.database.pool.acquire() as connection:
        return list(await compare_books(connection, till.clock, till.stripe))


async def test_the_books_are_compared_both_ways(till: Till) -> None:
    sold, _ = await bought(till, 0)
    order, waiting = await at_the_bank_of(till, 1)
    assert await compared(till) == []
    spoils = {
        "charge_state": "UPDATE payment SET status = 'VOIDED' WHERE order_id = $1",
        "charge_amount": "UPDATE payment SET amount = amount + 1 WHERE order_id = $1",
        "money_returned": "UPDATE payment SET refunded_amount = 1 WHERE order_id = $1",
    }
    for check, statement in spoils.items():
        before = await till.fetch(
            "SELECT status::text, amount, refunded_amount FROM payment WHERE order_id = $1",
            sold.order_id,
        )
        await till.run(statement, sold.order_id)
        assert {f.check for f in await compared(till)} == {check}
        await till.run(
            "UPDATE payment SET status = $2::text::payment_status, amount = $3, "
            "refunded_amount = $4 WHERE order_id = $1",
            sold.order_id,
            *before[0],
        )
    assert await compared(till) == []
    await till.run("DELETE FROM payment WHERE order_id = $1", sold.order_id)
    found = await compared(till)
    assert [f.check for f in found] == ["charge_without_payment"]
    await till.run(
        "UPDATE payment SET payment_id = payment_id || '9' WHERE order_id = $1", order.order_id
    )
    assert {f.row["payment_id"] for f in await compared(till)} >= {waiting.payment_id}


async def at_the_bank_of(till: Till, seat_id: int) -> tuple[Order, Payment]:
    order = await till.hold(seat_id)
    answer = await pays(till, order, await till.card(ASKS))
    assert answer.payment is not None
    return order, answer.payment


async def test_a_notice_that_stripe_cannot_confirm_now_is_said_again(till: Till) -> None:
    order, payment = await at_the_bank(till)
    await till.bank(payment)
    intent = await till.intent(payment)
    address, till.front.upstream = till.front.upstream, "http://127.0.0.1:9"
    with pytest.raises(Refusal) as refusal:
        await till.told("payment_intent.succeeded", intent)
    assert refusal.value.status == 503
    till.front.upstream = address
    till.now += timedelta(seconds=1)
    await till.told("payment_intent.succeeded", intent)
    assert (await till.order(order)).status is OrderStatus.CONFIRMED
