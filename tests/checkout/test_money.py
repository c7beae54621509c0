"""The money of a whole sale: whatever breaks on the way, the provider's books equal ours."""

import asyncio
import os
import random

import pytest

from holdfast.audit.run import audit
from holdfast.checkout.provider import ProviderUnknown
from holdfast.checkout.test_ledger import ChargeStatus
from holdfast.database.clock import Clock
from holdfast.database.pool import Database
from holdfast.desk.commands import ChangeStatus, ExpireDue
from holdfast.desk.order import EventStatus, OrderStatus
from holdfast.refusals import Refusal
from tests.cast import ADA_BUYS, seats
from tests.checkout.counter import Counter, LaterClock, counter
from tests.house import House, open_house

pytestmark = pytest.mark.anyio

BUYERS = 60
TOKENS = (
    "tok_ok", "tok_ok", "tok_ok:2", "tok_declined", "tok_3ds", "tok_slow",
    "tok_timeout_after_charge", "tok_error_after_charge",
)  # fmt: skip
CALLS = ("charge", "lookup", "abandon", "capture", "void", "refund")


def unreliable(at: Counter, dice: random.Random, chance: float) -> None:
    """Lose that share of the provider's answers, before it has done anything or afterwards."""

    async def maybe() -> None:
        await asyncio.sleep(dice.random() / 50)
        if dice.random() < chance:
            raise ProviderUnknown("the link was lost")

    for call in CALLS:
        at.provider.before[call] = at.provider.after[call] = maybe


def reliable(at: Counter) -> None:
    at.provider.before.clear()
    at.provider.after.clear()


async def a_buyer(number: int, house: House, counters: list[Counter], dice: random.Random) -> None:
    """Holds, pays once or several times, hangs up, comes back, is refunded: as the dice fall."""
    session_id = f"buyer-{number}"
    at = dice.choice(counters)
    chosen = dice.sample(range(house.plan.seat_count), dice.randint(1, 3))
    try:
        order = await at.worker.hold(house, seats(*chosen), session_id)
        for _ in range(dice.randint(1, 3)):
            token = dice.choice(TOKENS)
            requests = [
                asyncio.create_task(
                    dice.choice(counters).checkout.pay(order.order_id, session_id, token, ADA_BUYS)
                )
                for _ in range(dice.randint(1, 3))
            ]
            if dice.random() < 0.2:
                await asyncio.sleep(dice.random() / 20)
                requests[0].cancel()
            for answer in await asyncio.gather(*requests, return_exceptions=True):
                assert not isinstance(answer, Exception) or isinstance(answer, Refusal), answer
        if dice.random() < 0.3:
            items = () if dice.random() < 0.5 else (order.items[0].item_id,)
            await dice.choice(counters).settlement.refund(order.order_id, items)
    except Refusal:
        return


async def die(at: Counter) -> None:
    """The process is gone: nothing that it was about to do is done."""
    for task in list(at.checkout._running.values()):
        task.cancel()
    await asyncio.sleep(0)


async def every_bank_answers(at: Counter, dice: random.Random) -> None:
    rows = await at.fetch("SELECT payment_id FROM payment WHERE status = 'PROCESSING'")
    for (payment_id,) in rows:
        if dice.random() < 0.6:
            await at.test_provider.complete(str(payment_id), dice.random() < 0.7)  # type: ignore[arg-type]
            await asyncio.gather(at.checkout.follow(str(payment_id)), return_exceptions=True)


async def end_of_sale(database: Database, house: House, dice: random.Random) -> None:
    """Everything that broke is mended, and an hour passes."""
    async with counter(database) as at:
        await every_bank_answers(at, dice)
    async with counter(database, LaterClock(3_600)) as at:
        while (await at.office.submit(house.event_id, ExpireDue(limit=100))).more:
            pass
        await at.until_quiet()


async def assert_the_books_agree(at: Counter) -> None:
    """Payment by payment, and in all."""
    collected = paid_back = 0
    for row in await at.fetch(
        "SELECT p.payment_id, p.status::text, p.amount, p.refunded_amount, c.status::text, "
        "c.amount, c.refunded_amount FROM payment AS p "
        "FULL JOIN test_provider.charge AS c ON c.payment_id = p.payment_id"
    ):
        payment_id, status, amount, refunded, booked, booked_amount, booked_refunded = row
        pair = (status, booked)
        assert pair in {
            ("SUCCEEDED", ChargeStatus.CAPTURED),
            ("VOIDED", ChargeStatus.VOIDED),
            ("FAILED", ChargeStatus.DECLINED),
            ("FAILED", ChargeStatus.VOIDED),
        }, (payment_id, pair)
        assert (amount, refunded) == (booked_amount, booked_refunded), payment_id
        if status == "SUCCEEDED":
            collected += int(str(amount))
            paid_back += int(str(refunded))
    (sold,) = await at.fetch(
        "SELECT coalesce(sum(total_amount), 0), coalesce(sum(refunded_amount), 0) FROM orders "
        "WHERE status IN ('CONFIRMED', 'REFUNDED')"
    )
    assert sold == (collected, paid_back)


@pytest.mark.parametrize("run", range(3))
async def test_after_a_sale_in_which_everything_breaks_the_books_agree(
    database: Database, run: int
) -> None:
    seed = int(os.environ.get("HOLDFAST_TEST_SEED", "0")) or random.SystemRandom().getrandbits(32)
    print(f"HOLDFAST_TEST_SEED={seed} (run {run})")
    dice = random.Random(seed)
    house = await open_house(database)
    async with counter(database) as first, counter(database) as second:
        counters = [first, second]
        for at in counters:
            unreliable(at, dice, 0.15)
        relays = [asyncio.create_task(at.relay.run()) for at in counters]
        buyers = [
            asyncio.create_task(a_buyer(number, house, counters, dice)) for number in range(BUYERS)
        ]
        await asyncio.sleep(0.3 + dice.random() / 2)
        await die(first)
        await asyncio.gather(*buyers)
        for relay in relays:
            relay.cancel()
        await asyncio.gather(*relays, return_exceptions=True)
    await end_of_sale(database, house, dice)
    async with counter(database) as at:
        await assert_the_books_agree(at)
        paid = await at.fetch("SELECT count(*) FROM payment WHERE status = 'SUCCEEDED'")
        assert int(str(paid[0][0])) > 3, "there was a sale"
    assert await audit(database, Clock()) == []


async def test_a_cancelled_event_pays_everybody_back_whole(database: Database) -> None:
    house = await open_house(database)
    async with counter(database) as at:
        orders = [await at.buy(house, seats(n), f"buyer-{n}") for n in range(6)]
        await at.settlement.refund(orders[0].order_id)
        await at.office.submit(house.event_id, ChangeStatus(status=EventStatus.CANCELLED))
        refunds = [at.settlement.refund(order.order_id, force=True) for order in orders[1:]]
        await asyncio.gather(*refunds)
        await at.until_quiet()
        await assert_the_books_agree(at)
        assert await at.fetch(
            "SELECT count(*), sum(amount - refunded_amount) FROM test_provider.charge"
        ) == [(6, 0)]
        for order in orders:
            assert (await at.order(order)).status is OrderStatus.REFUNDED
    assert await audit(database, Clock()) == []
