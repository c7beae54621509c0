"""Buyers who write down every call about every seat, as history.py wants to read it.

One call about several seats is one call for each. A refusal says something only of the seats that
it names, `busy` says nothing at all, and what was not answered may or may not have been done.
"""

import asyncio
import time
from datetime import datetime
from random import Random
from typing import Final

from tests.race.caller import Answer, Caller, Unanswered
from tests.race.history import Call, Kind

NEVER: Final = float("inf")
LINGER_SECONDS: Final = 0.4  # how long a buyer thinks at the most, beside a hold of a second or two


class Recorder:
    """The calls of one event, by seat. Instants are on this machine's monotonic clock."""

    def __init__(self, hold_seconds: int) -> None:
        self.calls: dict[int, list[Call]] = {}
        self.counts: dict[str, int] = {}
        self.strange: list[str] = []
        self._hold_seconds = hold_seconds
        self._wall_ahead = time.time() - time.monotonic()

    def deadline(self, held: Answer) -> float:
        """When a hold runs out."""
        wall = datetime.fromisoformat(held.body["expires_at"]).timestamp()
        return wall - self._wall_ahead

    def hold(self, order: str, seats: list[int], called: float, answer: Answer | None) -> None:
        """A hold of these seats; `order` names it where no answer did."""
        if answer is None:
            until = called + self._hold_seconds
            self._add(seats, Call(Kind.HOLD, order, called, NEVER, None, until))
        elif answer.status == 201:
            until = self.deadline(answer)
            self._add(
                seats,
                Call(Kind.HOLD, answer.order_id, answer.called, answer.returned, True, until),
            )
        elif answer.code == "seat_unavailable":
            taken = answer.body["seat_ids"]
            self._add(taken, Call(Kind.HOLD, order, answer.called, answer.returned, False))
        elif answer.code != "busy":
            self.strange.append(f"hold: {answer}")

    def end(
        self, kind: Kind, order: str, seats: list[int], called: float, granted: bool | None
    ) -> None:
        """What became of an order that held or owned these seats."""
        returned = NEVER if granted is None else time.monotonic()
        self._add(seats, Call(kind, order, called, returned, granted))

    def _add(self, seats: list[int], call: Call) -> None:
        told = {True: "granted", False: "refused", None: "open"}[call.granted]
        name = f"{call.kind.value} {told}"
        self.counts[name] = self.counts.get(name, 0) + 1
        for seat in seats:
            self.calls.setdefault(seat, []).append(call)


class Visitor:
    """One buyer after the other on one connection; refunds are the organiser's, on another."""

    def __init__(
        self, recorder: Recorder, buyer: Caller, organiser: Caller, event_id: int, seed: str
    ) -> None:
        self._recorder = recorder
        self._buyer = buyer
        self._organiser = organiser
        self._event_id = event_id
        self._chance = Random(seed)

    async def visit_until(self, stop: asyncio.Event, seat_count: int) -> None:
        """Hold one seat or two neighbours, then pay, release or let time pass; again and again."""
        while not stop.is_set():
            seats = self._seats(seat_count)
            called = time.monotonic()
            try:
                await self._buyer.become_a_buyer()
                called = time.monotonic()
                held = await self._buyer.hold(self._event_id, *seats)
            except Unanswered:
                self._recorder.hold(f"unknown {called}", seats, called, None)
                continue
            self._recorder.hold(f"refused {called}", seats, called, held)
            if held.status == 201:
                await self._go_on(held, seats)

    def _seats(self, seat_count: int) -> list[int]:
        first = self._chance.randrange(seat_count - 1)
        return [first, first + 1][: self._chance.randint(1, 2)]

    async def _go_on(self, held: Answer, seats: list[int]) -> None:
        await asyncio.sleep(self._chance.random() * LINGER_SECONDS)
        wish = self._chance.random()
        if wish < 0.5 and await self._pay(held, seats):
            await asyncio.sleep(self._chance.random() * LINGER_SECONDS)
            await self._refund(held, seats)
        elif 0.5 <= wish < 0.75:
            await self._release(held, seats)

    async def _pay(self, held: Answer, seats: list[int]) -> bool:
        if self._chance.random() < 0.4:
            await self._until_about(self._recorder.deadline(held))
        called = time.monotonic()
        try:
            paid = await self._buyer.pay(held.order_id)
        except Unanswered:
            self._recorder.end(Kind.SELL, held.order_id, seats, called, None)
            return False
        if paid.status not in (200, 410):
            self._recorder.strange.append(f"pay: {paid}")
        self._recorder.end(Kind.SELL, held.order_id, seats, called, paid.status == 200)
        return paid.status == 200

    async def _until_about(self, deadline: float) -> None:
        """Until just before or just after it."""
        near = deadline + self._chance.uniform(-0.03, 0.03)
        await asyncio.sleep(max(0.0, near - time.monotonic()))

    async def _release(self, held: Answer, seats: list[int]) -> None:
        """A 204 says that nothing is held any more; only before the deadline was it this call."""
        called = time.monotonic()
        try:
            released = await self._buyer.release(held.order_id)
        except Unanswered:
            self._recorder.end(Kind.RELEASE, held.order_id, seats, called, None)
            return
        if released.status != 204:
            self._recorder.strange.append(f"release: {released}")
        in_time = released.returned < self._recorder.deadline(held)
        granted = True if in_time else None
        self._recorder.end(Kind.RELEASE, held.order_id, seats, called, granted)

    async def _refund(self, held: Answer, seats: list[int]) -> None:
        called = time.monotonic()
        try:
            refunded = await self._organiser.refund(held.order_id)
        except Unanswered:
            self._recorder.end(Kind.REFUND, held.order_id, seats, called, None)
            return
        if refunded.status != 201:
            self._recorder.strange.append(f"refund: {refunded}")
        self._recorder.end(Kind.REFUND, held.order_id, seats, called, refunded.status == 201)
