"""The evenings that are on sale during a soak: when one is nearly full, the next is announced.

Every second full evening is cancelled, so that thousands of refunds run while others buy.
"""

import asyncio
from random import Random
from typing import Final

from msgspec import Struct

from tests.race.caller import Caller, Unanswered
from tests.race.soak.ground import Ground
from tests.race.soak.promises import Promises
from tests.race.soak.totals import Totals

House = tuple[str, int]
"""Kind and number of places."""

HOUSES: Final[tuple[House, ...]] = (("theatre", 600), ("arena", 4_000), ("stadium", 9_000))
LOOK_SECONDS: Final = 2.0
FULL_SHARE: Final = 0.15  # of the places are left
ANNOUNCE_TRIES_MAX: Final = 10  # PostgreSQL may be killed at that moment


class Evening(Struct):
    event_id: int
    seats: int


class Season:
    """Which evenings buyers may choose from."""

    def __init__(
        self,
        ground: Ground,
        houses: tuple[House, ...],
        hold_seconds: int,
        totals: Totals,
        promises: Promises,
    ) -> None:
        self._ground = ground
        self._houses = houses
        self._hold_seconds = hold_seconds
        self._totals = totals
        self._promises = promises
        self._full = 0
        self.evenings: list[Evening] = []

    def any(self, chance: Random) -> Evening:
        return chance.choice(self.evenings)

    async def open(self) -> None:
        """Announce the first evening of every house."""
        for number in range(len(self._houses)):
            self.evenings.append(await self._announce(number))

    async def run(self, organiser: Caller, stop: asyncio.Event) -> None:
        """Replace evenings that are nearly full, until the end."""
        while not stop.is_set():
            await asyncio.sleep(LOOK_SECONDS)
            for number, evening in enumerate(self.evenings):
                try:
                    if await self._left(organiser, evening) < FULL_SHARE * evening.seats:
                        self.evenings[number] = await self._announce(number)
                        await self._close(organiser, evening)
                except Unanswered:
                    continue

    async def _left(self, organiser: Caller, evening: Evening) -> int:
        answer = await organiser.call("GET", f"/events/{evening.event_id}/availability")
        self._totals.record("look", answer.told)
        if answer.status != 200:
            return evening.seats
        return sum(section["available_count"] for section in answer.body["sections"])

    async def _close(self, organiser: Caller, evening: Evening) -> None:
        self._full += 1
        self._totals.evenings["full"] += 1
        if self._full % 2:
            return
        self._totals.evenings["cancelled"] += 1
        self._promises.cancelled_events.add(evening.event_id)
        answer = await organiser.call("POST", f"/admin/events/{evening.event_id}/cancel")
        self._totals.record("cancel", answer.told)

    async def _announce(self, number: int) -> Evening:
        kind, seats = self._houses[number]
        for _ in range(ANNOUNCE_TRIES_MAX):
            try:
                event_id = await self._ground.announce(kind, seats, self._hold_seconds)
            except AssertionError:
                await asyncio.sleep(1)
                continue
            return Evening(event_id, seats)
        raise AssertionError("no evening could be announced")
