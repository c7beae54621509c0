"""What is killed half-way: all that moves a seat or money, from a buyer's request to the relay.

A scenario prepares a stage, which is not killed, and then acts, which is killed at every point.
Whoever was not answered may ask again after the restart: acting again is the same request with the
same key or the same card.
"""

from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final, NamedTuple

from holdfast.checkout.settlement import SEED_BYTES
from holdfast.config import HOLD_CAP_SECONDS, RECONCILE_AFTER_SECONDS
from holdfast.desk.commands import BeginPayment
from holdfast.ids import OrderId
from holdfast.venues.price import Price
from tests.cast import ADA_BUYS, CARD, PRICES
from tests.crash.stage import Facts, Stage

AFTER_THE_DEADLINE: Final = 600.0 + HOLD_CAP_SECONDS + 10
UNSETTLED_FOR_LONG: Final = RECONCILE_AFTER_SECONDS + 5.0

_SESSION = "SELECT session_id FROM orders WHERE order_id = $1"


class Scenario(NamedTuple):
    """`prepare` answers with what `act` needs to know. `asked`: somebody waits for an answer."""

    prepare: Callable[[Stage], Awaitable[Facts]]
    act: Callable[[Stage, Facts], Coroutine[Any, Any, None]]
    asked: bool = True


# The stages.


async def doors_open(stage: Stage) -> Facts:
    """Nobody has asked for anything: the desk is not there yet."""
    return await stage.new_facts()


async def never_sold(stage: Stage) -> Facts:
    """Nothing was ever sold in this database: its first desk writes down whose history it is."""
    facts = await doors_open(stage)
    async with stage.database.pool.acquire() as connection:
        await connection.execute("DELETE FROM lineage")
    return facts


async def somebody_came(stage: Stage) -> Facts:
    """The desk is warm: it has read the house."""
    facts = await doors_open(stage)
    await hold_seats(stage, facts, "other", 5)
    return facts


async def held(stage: Stage) -> Facts:
    facts = await somebody_came(stage)
    order = await hold_seats(stage, facts, "buyer", 0, 1)
    return facts | {"order_id": order["order_id"], "items": [i["item_id"] for i in order["items"]]}


async def held_for_nothing(stage: Stage) -> Facts:
    free = tuple([Price(p.category, p.price_type, 0) for p in PRICES.prices])
    facts = await stage.new_facts(prices=free, order_fee_amount=0)
    order = await hold_seats(stage, facts, "buyer", 0, 1)
    return facts | {"order_id": order["order_id"]}


async def bought(stage: Stage) -> Facts:
    facts = await held(stage)
    await stage.pay(facts)
    return facts


async def collected(stage: Stage) -> Facts:
    facts = await bought(stage)
    await stage.turn("relay")
    return facts


async def at_the_bank(stage: Stage) -> Facts:
    facts = await held(stage)
    order = await stage.pay(facts, "tok_3ds")
    return facts | {"payment_id": order["payment"]["payment_id"]}


async def approved_unheard(stage: Stage) -> Facts:
    """The bank said yes, and the buyer never came back to say so."""
    facts = await at_the_bank(stage)
    await stage.approve(facts)
    return facts


async def approved_and_left(stage: Stage) -> Facts:
    return later(stage, await approved_unheard(stage), UNSETTLED_FOR_LONG)


async def begun(stage: Stage) -> Facts:
    """An attempt was written down by a process that died before it asked the provider."""
    facts = await held(stage)
    async with stage.database.pool.acquire() as connection:
        session_id = await connection.fetchval(_SESSION, facts["order_id"])
    begin = BeginPayment(
        order_id=OrderId(facts["order_id"]),
        session_id=session_id,
        provider="test",
        token_fingerprint=CARD,
        buyer=ADA_BUYS,
        seed=bytes(SEED_BYTES),
    )
    await stage.door.parts.box_office.submit(facts["event_id"], begin)
    return later(stage, facts, UNSETTLED_FOR_LONG)


async def approved_too_late(stage: Stage) -> Facts:
    """The hold ran out while the buyer was at the bank; nobody took the seats."""
    facts = later(stage, await at_the_bank(stage), AFTER_THE_DEADLINE)
    await stage.turn("sweeper")
    await stage.approve(facts)
    return facts


async def approved_and_lost(stage: Stage) -> Facts:
    """The same, and somebody else has one of the seats."""
    facts = await approved_too_late(stage)
    await hold_seats(stage, facts, "other", 1)
    return facts


async def to_be_voided(stage: Stage) -> Facts:
    facts = await approved_and_lost(stage)
    await stage.notice(facts, "the first")
    return facts


async def ran_out(stage: Stage) -> Facts:
    return later(stage, await held(stage), AFTER_THE_DEADLINE)


async def full_evening(stage: Stage) -> Facts:
    """One order sold, one at the bank, one held."""
    facts = await bought(stage)
    other = await hold_seats(stage, facts, "other", 3)
    payment = await stage.pay({"order_id": other["order_id"], "buyer": facts["other"]}, "tok_3ds")
    return facts | {"payment_id": payment["payment"]["payment_id"]}


def later(stage: Stage, facts: Facts, seconds: float) -> Facts:
    """Time passes."""
    stage.clock.seconds += seconds
    return facts | {"ahead_seconds": stage.clock.seconds}


async def hold_seats(stage: Stage, facts: Facts, who: str, *seat_ids: int) -> Facts:
    path = f"/events/{facts['event_id']}/holds"
    key = f"{who}-{'-'.join(map(str, seat_ids))}"
    return await stage.ask(facts[who], "POST", path, {"seat_ids": seat_ids}, key)


# The deeds.


async def hold(stage: Stage, facts: Facts) -> None:
    await hold_seats(stage, facts, "buyer", 0, 1)


async def edit(stage: Stage, facts: Facts) -> None:
    """A place more, one for another, one less."""
    path, items = f"/orders/{facts['order_id']}", facts["items"]
    await stage.ask(facts["buyer"], "POST", f"{path}/items", {"seat_ids": [2]})
    swap = {"item_ids": [items[0]], "seat_ids": [3]}
    await stage.ask(facts["buyer"], "POST", f"{path}/swap", swap)
    await stage.ask(facts["buyer"], "DELETE", f"{path}/items/{items[1]}")


async def release(stage: Stage, facts: Facts) -> None:
    await stage.ask(facts["buyer"], "DELETE", f"/orders/{facts['order_id']}")


async def pay(stage: Stage, facts: Facts) -> None:
    """Begin, charge, settle."""
    await stage.pay(facts)


async def pay_nothing(stage: Stage, facts: Facts) -> None:
    await stage.pay(facts, None)


async def pay_with_two_cards(stage: Stage, facts: Facts) -> None:
    await stage.pay(facts, "tok_declined")
    await stage.pay(facts, "tok_ok:another")


async def pay_at_the_bank(stage: Stage, facts: Facts) -> None:
    order = await stage.pay(facts, "tok_3ds")
    if "payment" in order:
        path = f"/payments/test/{order['payment']['payment_id']}/complete"
        await stage.ask(facts["buyer"], "POST", path, {})


async def pay_unanswered(stage: Stage, facts: Facts) -> None:
    """The provider charges, and its answer is lost."""
    await stage.pay(facts, "tok_timeout_after_charge")


async def webhook(stage: Stage, facts: Facts) -> None:
    """Told twice, as providers do."""
    await stage.notice(facts, "the first")
    await stage.notice(facts, "the first")


async def relay(stage: Stage, facts: Facts) -> None:
    await stage.turn("relay")


async def reconcile(stage: Stage, facts: Facts) -> None:
    await stage.turn("reconciler", "relay")


async def sweep(stage: Stage, facts: Facts) -> None:
    await stage.turn("sweeper")


async def refund_one(stage: Stage, facts: Facts) -> None:
    await _refund(stage, facts, facts["items"][:1])


async def refund_all(stage: Stage, facts: Facts) -> None:
    await _refund(stage, facts, [])


async def _refund(stage: Stage, facts: Facts, items: list[str]) -> None:
    path = f"/admin/orders/{facts['order_id']}/refunds"
    await stage.ask(facts["organiser"], "POST", path, {"item_ids": items}, "refund-it")
    await stage.turn("relay")


async def cancel(stage: Stage, facts: Facts) -> None:
    """The evening is cancelled: holds end, orders are refunded, money goes back."""
    path = f"/admin/events/{facts['event_id']}/cancel"
    await stage.ask(facts["organiser"], "POST", path)
    await stage.turn("sweeper", "relay")


SCENARIOS: Final = {
    "hold, first of all": Scenario(never_sold, hold),
    "hold": Scenario(somebody_came, hold),
    "edit a hold": Scenario(held, edit),
    "release": Scenario(held, release),
    "expire": Scenario(ran_out, sweep, asked=False),
    "pay": Scenario(held, pay),
    "pay nothing": Scenario(held_for_nothing, pay_nothing),
    "pay with two cards": Scenario(held, pay_with_two_cards),
    "pay at the bank": Scenario(held, pay_at_the_bank),
    "pay, unanswered": Scenario(held, pay_unanswered),
    "webhook": Scenario(approved_unheard, webhook),
    "webhook, too late": Scenario(approved_too_late, webhook),
    "webhook, seats lost": Scenario(approved_and_lost, webhook),
    "capture": Scenario(bought, relay, asked=False),
    "void": Scenario(to_be_voided, relay, asked=False),
    "refund one": Scenario(collected, refund_one),
    "refund all": Scenario(bought, refund_all),
    "reconcile, approved": Scenario(approved_and_left, reconcile, asked=False),
    "reconcile, never asked": Scenario(begun, reconcile, asked=False),
    "cancel the evening": Scenario(full_evening, cancel),
}
