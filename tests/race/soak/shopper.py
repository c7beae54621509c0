"""One buyer of a soak after the other: parties, second thoughts, cards of every kind, the gate.

Whoever gets no answer walks away, and the next one comes. Everything is drawn from a seed; which
answer comes when is not, so that two runs of one seed are alike and not the same.
"""

import asyncio
from collections.abc import Awaitable
from random import Random
from typing import Any, Final

from msgspec import Struct

from tests.race.caller import Answer, Caller, Unanswered
from tests.race.soak.promises import Promises
from tests.race.soak.season import Evening, Season
from tests.race.soak.totals import Totals

PARTIES: Final = (1, 1, 2, 2, 2, 2, 3, 4, 4, 6)
CARDS: Final = (
    *["tok_ok"] * 20,
    "tok_declined", "tok_insufficient_funds", "tok_3ds", "tok_3ds", "tok_slow",
    "tok_timeout_after_charge", "tok_error_after_charge",
)  # fmt: skip
TRIES_MAX: Final = 4  # for seats, before a buyer gives up
AWAY_SECONDS: Final = 0.2  # after a lost link or a busy answer


class Habits(Struct, frozen=True):
    """How buyers choose and pay; shares from 0 to 1. `hot`: so many seats that nearly all of them
    want, 0: none in particular. `look`: at the map, before each try."""

    cards: tuple[str, ...] = CARDS
    pay: float = 0.6
    release: float = 0.2
    scan: float = 0.4
    refund: float = 0.35
    hot: int = 0
    look: float = 0.1
    think_seconds: float = 0.25


HOT_SHARE: Final = 0.8


class Staff:
    """The organiser and the gate, on connections of their own."""

    def __init__(self, organiser: Caller, gate: Caller) -> None:
        self.organiser = organiser
        self.gate = gate


class Shopper:
    """One connection and those who use it."""

    def __init__(
        self,
        caller: Caller,
        staff: Staff,
        season: Season,
        totals: Totals,
        promises: Promises,
        habits: Habits,
        seed: str,
    ) -> None:
        self._caller = caller
        self._staff = staff
        self._season = season
        self._totals = totals
        self._promises = promises
        self._habits = habits
        self._chance = Random(seed)

    async def shop_until(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                await self._visit()
            except Unanswered:
                await asyncio.sleep(AWAY_SECONDS)

    async def _visit(self) -> None:
        """One buyer from beginning to end."""
        chance = self._chance
        evening = self._season.any(chance)
        opened = await self._ask("session", self._caller.call("POST", "/sessions"))
        if opened.status != 201:
            await asyncio.sleep(AWAY_SECONDS)
            return
        self._totals.buyers += 1
        self._caller.token = opened.body["token"]
        held = await self._hold(evening)
        if held is None:
            return
        if chance.random() < 0.2:
            held = await self._edit(evening, held)
        await asyncio.sleep(chance.random() * self._habits.think_seconds)
        wish = chance.random()
        if wish < self._habits.pay:
            await self._pay_and_go(evening, held)
        elif wish < self._habits.pay + self._habits.release:
            await self._release(held)

    async def _ask(self, operation: str, call: Awaitable[Answer]) -> Answer:
        """The answer, counted."""
        try:
            with self._totals.under_way():
                answer = await call
        except Unanswered:
            self._totals.record(operation, "unanswered")
            raise
        self._totals.record(operation, answer.told)
        return answer

    async def _hold(self, evening: Evening) -> Answer | None:
        """A hold for a party, within some tries; None where the buyer gives up."""
        path = f"/events/{evening.event_id}/holds"
        for _ in range(TRIES_MAX):
            if self._chance.random() < self._habits.look:
                await self._ask(
                    "look", self._caller.call("GET", f"/events/{evening.event_id}/seats")
                )
            key = f"hold-{self._chance.getrandbits(64)}" if self._chance.random() < 0.3 else ""
            choice = self._choice(evening)
            held = await self._ask("hold", self._caller.call("POST", path, choice, key))
            if key and held.status == 201 and self._chance.random() < 0.2:
                again = await self._ask("hold again", self._caller.call("POST", path, choice, key))
                assert again.status != 201 or again.order_id == held.order_id, (held, again)
            if held.status == 201:
                return held
            if held.code == "busy":
                await asyncio.sleep(AWAY_SECONDS)
        return None

    def _choice(self, evening: Evening) -> dict[str, Any]:
        party = self._chance.choice(PARTIES)
        if self._chance.random() < 0.3:
            return {"best_available": {"quantity": party}}
        hot = self._habits.hot and self._chance.random() < HOT_SHARE
        first = self._chance.randrange((self._habits.hot if hot else evening.seats) - party)
        return {"seat_ids": list(range(first, first + party))}

    async def _edit(self, evening: Evening, held: Answer) -> Answer:
        """Another place, one less, or one for another; the order as it is then."""
        path = f"/orders/{held.order_id}"
        item_id = held.body["items"][0]["item_id"]
        other = {"seat_ids": [self._chance.randrange(evening.seats)]}
        kind = self._chance.choice(("add", "remove", "swap"))
        if kind == "add":
            call = self._caller.call("POST", f"{path}/items", other)
        elif kind == "remove":
            call = self._caller.call("DELETE", f"{path}/items/{item_id}")
        else:
            call = self._caller.call("POST", f"{path}/swap", {"item_ids": [item_id], **other})
        edited = await self._ask(kind, call)
        return edited if edited.status == 200 else held

    async def _release(self, held: Answer) -> None:
        released = await self._ask("release", self._caller.release(held.order_id))
        if released.status == 204:
            self._promises.released.add(held.order_id)

    async def _pay_and_go(self, evening: Evening, held: Answer) -> None:
        paid = await self._pay(held)
        if paid is None:
            return
        tickets = paid.body["tickets"]
        self._promises.paid[paid.order_id] = [ticket["barcode"] for ticket in tickets]
        if self._chance.random() < self._habits.scan:
            await self._scan(evening, tickets)
        if self._chance.random() < self._habits.refund:
            await self._refund(paid)

    async def _pay(self, held: Answer) -> Answer | None:
        """With one card, and another where that was declined; None where it came to nothing."""
        card = self._chance.choice(self._habits.cards)
        paid = await self._ask("pay", self._caller.pay(held.order_id, card))
        self._promises.keep_time(held, paid)
        if paid.code == "payment_failed":
            card = "tok_ok:another"
            paid = await self._ask("pay", self._caller.pay(held.order_id, card))
        if paid.status == 202 and card == "tok_3ds":
            paid = await self._at_the_bank(held, paid)
        if paid.status == 200 and self._chance.random() < 0.05:
            again = await self._ask("pay again", self._caller.pay(held.order_id, card))
            assert again.status != 200 or told_tickets(again) == told_tickets(paid), (paid, again)
        return paid if paid.status == 200 else None

    async def _at_the_bank(self, held: Answer, asked: Answer) -> Answer:
        """Say yes, or nothing, or turn back and pay by another card while the bank hears a yes."""
        wish = self._chance.random()
        if wish < 0.2:
            return asked
        if wish < 0.7:
            return await self._ask("complete", self._caller.complete(asked.payment_id))
        another, _ = await asyncio.gather(
            self._ask("turn back", self._caller.pay(held.order_id, "tok_ok:another way")),
            self._ask("complete", self._staff.gate.complete(asked.payment_id)),
            return_exceptions=True,
        )
        if isinstance(another, BaseException):
            raise another
        return another

    async def _scan(self, evening: Evening, tickets: list[dict[str, str]]) -> None:
        barcode = tickets[0]["barcode"]
        for direction in ("IN", "IN", "OUT", "IN")[: self._chance.randint(1, 4)]:
            call = self._staff.gate.scan(evening.event_id, barcode, direction=direction)
            await self._ask("scan", call)

    async def _refund(self, paid: Answer) -> None:
        """All of it or one place."""
        items = paid.body["items"]
        some = [items[0]["item_id"]] if self._chance.random() < 0.5 else []
        self._promises.refund_asked.add(paid.order_id)
        await self._ask("refund", self._staff.organiser.refund(paid.order_id, *some))


def told_tickets(paid: Answer) -> list[str]:
    return sorted(ticket["barcode"] for ticket in paid.body["tickets"])
