"""Live maps without a database, and an event loop in which waiting takes no time."""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any

from holdfast.desk.order import EventStatus
from holdfast.desk.seating import FREE, PublicPart, PublicSeating
from holdfast.live.live_map import LiveMap
from holdfast.live.live_maps import LiveMaps
from holdfast.live.watched import Watched
from holdfast.refusals import Refusal
from holdfast.venues.floor_plan import FloorPlan
from tests.cast import GRAND

EVENT = 7


class _NoWaiting(selectors.DefaultSelector):
    """A selector that jumps to the next timer."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 1_000.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        found = super().select(0)
        if not found:
            assert timeout is not None, "everybody waits for something that never comes"
            self.now += max(timeout, 0.0)
        return found


class PaperLoop(asyncio.SelectorEventLoop):
    """Timers fire in order and at their time, and nothing is waited for."""

    def __init__(self) -> None:
        self.paper_selector = _NoWaiting()
        super().__init__(self.paper_selector)

    def time(self) -> float:
        return self.paper_selector.now


def on_paper(scene: Coroutine[Any, Any, None]) -> None:
    """Play a scene in a loop of its own."""
    with asyncio.Runner(loop_factory=PaperLoop) as runner:
        runner.run(scene)


def empty_map(plan: FloorPlan = GRAND, version: int = 0, epoch: int = 1) -> LiveMap:
    """Every seat free."""
    letters = bytearray([FREE]) * plan.seat_count
    seating = PublicSeating(plan, letters, version, EventStatus.ON_SALE)
    return LiveMap(EVENT, epoch, "0" * 64, seating)


class PaperMaps(LiveMaps):
    """One watched event, whose batches are made up by the test."""

    def __init__(self, live_map: LiveMap | None = None) -> None:
        self.watched = Watched(EVENT, 0.0)
        self.watched.renew(live_map or empty_map())
        self.looks = 0

    async def watch(self, event_id: int) -> Watched:
        if event_id != EVENT:
            raise Refusal("not_found")
        return self.watched

    async def looked(self) -> None:
        self.looks += 1

    @property
    def letters(self) -> str:
        return self.watched.known.seating.letters.decode()

    def change(self, status: EventStatus | None = None, **changes: list[int]) -> int:
        """One more batch, as H=[1, 2]; returns its version."""
        version = self.watched.known.version + 1
        self.watched.offer(version, PublicPart(changes, {}, status))
        return version
