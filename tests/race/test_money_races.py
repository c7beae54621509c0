"""The same thing paid by many at once, refunded while it is scanned, cancelled while it is paid."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from functools import partial
from random import Random

import pytest

from holdfast.accounts.api_key import KeyRole
from tests.race.caller import Answer, hang_up
from tests.race.rounds import SEEDS, Race, goes_wrong
from tests.race.server import Server

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(300)]

ORDERS = 4
TICKETS = 16
PAYERS = 24
CALM_SECONDS_MAX = 20.0  # refunds wait for their captures, a pass of the relay each
LOOK_SECONDS = 0.2

_PAYMENTS = "SELECT count(*) FROM payment WHERE event_id = $1"
# Mails are left out: they wait behind those of every race before.
_UNCALM = """
SELECT
    (SELECT count(*) FROM orders WHERE event_id = $1 AND status IN ('PENDING', 'CONFIRMED'))
    + (SELECT count(*) FROM outbox WHERE event_id = $1 AND state = 'WAITING' AND kind <> 'MAIL')
"""
_KEPT = """
SELECT count(*)
FROM payment
WHERE event_id = $1 AND status NOT IN ('FAILED', 'VOIDED') AND refunded_amount < amount
"""


async def identical_payments(server: Server, seed: int, *, count: int, keyed: bool) -> list[str]:
    """Each order is paid by `count` equal requests at once, half of them at each process."""
    event_id = await server.event(2 * ORDERS)
    faults: list[str] = []

    async def pay(number: int) -> None:
        async with server.caller(number) as buyer:
            await buyer.become_a_buyer()
            held = await buyer.hold(event_id, 2 * number, 2 * number + 1)
            payers = [server.caller(n, buyer.token) for n in range(count)]
            key = f"payment-{seed}-{number}" if keyed else ""
            paid = await asyncio.gather(*[p.pay(held.order_id, "tok_ok", key) for p in payers])
            hang_up(payers)
        barcodes = {told_tickets(answer) for answer in paid}
        if len(barcodes) != 1 or not all(answer.status == 200 for answer in paid):
            faults.append(f"order {number}: {[answer.told for answer in paid]}, {barcodes}")

    await asyncio.gather(*[pay(number) for number in range(ORDERS)])
    payments = await server.value(_PAYMENTS, event_id)
    if payments != ORDERS:
        faults.append(f"{payments} payments for {ORDERS} orders")
    return faults + await server.faults(event_id)


def told_tickets(paid: Answer) -> str:
    """The barcodes that an answer brought, as one text."""
    tickets: list[dict[str, str]] = paid.body["tickets"] if paid.status == 200 else []
    return " ".join(sorted(ticket["barcode"] for ticket in tickets))


async def refund_and_scans(server: Server, seed: int) -> list[str]:
    """Each ticket is refunded at one process while both scan it at the gate."""
    event_id = await server.event(TICKETS)
    buyers = await server.buyers(TICKETS)
    chance = Random(seed)
    faults: list[str] = []

    async def contest(seat: int) -> None:
        held = await buyers[seat].hold(event_id, seat)
        paid = await buyers[seat].pay(held.order_id)
        barcode = told_tickets(paid)
        organiser = await server.staff(KeyRole.organiser, seat)
        gates = [await server.staff(KeyRole.gate, number) for number in range(2)]
        refund = partial(organiser.refund, held.order_id)
        calls = [refund, *[partial(gate.scan, event_id, barcode) for gate in gates]]
        refunded, *scans = await asyncio.gather(
            *[after(chance.uniform(0, 0.01), call) for call in calls]
        )
        hang_up([organiser, *gates])
        told = (refunded.told, *sorted(scan.body["result"] for scan in scans))
        if told not in REFUND_OR_ADMIT:
            faults.append(f"seat {seat}: {told}")

    await asyncio.gather(*[contest(seat) for seat in range(TICKETS)])
    hang_up(buyers)
    return faults + await server.faults(event_id)


REFUND_OR_ADMIT = (
    ("201", "REFUNDED", "REFUNDED"),
    ("ticket_scanned", "ADMITTED", "ALREADY_SCANNED"),
)


async def cancel_and_settle(server: Server, seed: int) -> list[str]:
    """The event is cancelled while everybody pays; in the end nobody's money is kept."""
    event_id = await server.event(PAYERS)
    buyers = await server.buyers(PAYERS)
    organiser = await server.staff(KeyRole.organiser)
    chance = Random(seed)
    holds = await asyncio.gather(*[b.hold(event_id, seat) for seat, b in enumerate(buyers)])
    order_ids = [held.order_id for held in holds]
    cancelled, *paid = await asyncio.gather(
        after(0.03, partial(organiser.call, "POST", f"/admin/events/{event_id}/cancel")),
        *[
            after(chance.uniform(0, 0.06), partial(buyer.pay, order_id))
            for buyer, order_id in zip(buyers, order_ids, strict=True)
        ],
    )
    faults = [] if cancelled.status == 200 else [f"not cancelled: {cancelled}"]
    strange = {answer.told for answer in paid} - PAID_OR_CANCELLED
    faults += [f"a payment was answered {told}" for told in strange]
    await until_calm(server, event_id)
    for buyer, order_id, answer in zip(buyers, order_ids, paid, strict=True):
        status = (await buyer.call("GET", f"/orders/{order_id}")).body["status"]
        if status != ("REFUNDED" if answer.status == 200 else "CANCELLED"):
            faults.append(f"{order_id}: told {answer.told}, now {status}")
    hang_up([*buyers, organiser])
    kept = await server.value(_KEPT, event_id)
    if kept:
        faults.append(f"{kept} payments were kept")
    return faults + await server.faults(event_id)


PAID_OR_CANCELLED = {"200", "event_cancelled", "order_not_pending"}


async def until_calm(server: Server, event_id: int) -> None:
    """Until the sweeper and the relays have nothing left to do for this event."""
    deadline = time.monotonic() + CALM_SECONDS_MAX
    while await server.value(_UNCALM, event_id):
        assert time.monotonic() < deadline, "the refunds of a cancelled event come to no end"
        await asyncio.sleep(LOOK_SECONDS)


async def after(seconds: float, call: Callable[[], Awaitable[Answer]]) -> Answer:
    await asyncio.sleep(seconds)
    return await call()


def paying(count: int, keyed: bool) -> Race:
    return partial(identical_payments, count=count, keyed=keyed)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("keyed", [False, True], ids=["without a key", "with a key"])
@pytest.mark.parametrize("count", [2, 4, 16])
async def test_equal_payments_of_one_order_are_one_sale(
    guarded: Server, count: int, keyed: bool, seed: int
) -> None:
    assert await paying(count, keyed)(guarded, seed) == []


@pytest.mark.parametrize("seed", SEEDS)
async def test_a_ticket_is_refunded_or_admitted_and_never_both(guarded: Server, seed: int) -> None:
    assert await refund_and_scans(guarded, seed) == []


@pytest.mark.parametrize("seed", SEEDS)
async def test_an_event_cancelled_while_people_pay_keeps_nobodys_money(
    guarded: Server, seed: int
) -> None:
    assert await cancel_and_settle(guarded, seed) == []


@pytest.mark.parametrize(
    "race",
    [
        *[paying(n, keyed) for n in (2, 4, 16) for keyed in (False, True)],
        refund_and_scans,
        cancel_and_settle,
    ],
)
async def test_without_its_guards_the_race_goes_wrong(unguarded: Server, race: Race) -> None:
    assert await goes_wrong(race, unguarded), "the race has teeth"
