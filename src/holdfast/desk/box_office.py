"""The desks of this process: one per event that somebody buys from.

A desk starts with its first command and leaves after a minute's idleness. Nothing is decided here.
"""

import asyncio
import time
from collections.abc import Callable

from holdfast.config import DESKS_MAX
from holdfast.database.clock import Clock
from holdfast.database.pool import Database
from holdfast.desk.commands import Command
from holdfast.desk.desk import Desk
from holdfast.desk.journal import Published
from holdfast.desk.queue import Granted, busy
from holdfast.venues.chart_store import PlanShelf


class BoxOffice:
    """Takes every command that moves a seat to the desk of its event.

    `plans`: the floor plans of this process, where others use them too. `allow`: raises a Refusal
    for what may not be asked of any desk just now.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        publish: Callable[[Published], None],
        plans: PlanShelf | None = None,
        allow: Callable[[Command], None] | None = None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._publish = publish
        self._plans = plans or PlanShelf()
        self._allow = allow
        self._desks: dict[int, tuple[Desk, asyncio.Task[None]]] = {}
        self._closed = False

    async def submit(self, event_id: int, command: Command) -> Granted:
        """Stand in the event's queue and wait for the answer.

        Raises Refusal: what the rules refuse, not_found for an unknown event, busy under overload,
        what `allow` refuses.
        A caller that is cancelled leaves the queue; once its command was taken, it is decided.
        """
        if self._allow is not None:
            self._allow(command)
        return await self.desk(event_id).submit(command)

    def desk(self, event_id: int) -> Desk:
        """The event's desk, started where it was not there."""
        if self._closed:
            raise busy()
        entry = self._desks.get(event_id)
        if entry is None or entry[1].done():
            self._make_room()
            desk = Desk(event_id, self._database, self._clock, self._plans, self._publish)
            entry = (desk, asyncio.create_task(desk.run(), name=f"desk {event_id}"))
            self._desks[event_id] = entry
            entry[1].add_done_callback(lambda task: self._left(event_id, task))
        return entry[0]

    async def tidy(self, event_id: int) -> Granted:
        """End a piece of the holds that ran out, together with whoever else asks for it.

        Nothing is sold by it, so that `allow` is not asked. Raises Refusal as `submit` does.
        """
        return await asyncio.shield(self.desk(event_id).tidy())

    @property
    def count(self) -> int:
        """Desks that are open just now."""
        return len(self._desks)

    async def close(self) -> None:
        """Let every desk finish what waits, then stop. New commands are refused `busy`."""
        self._closed = True
        desks = list(self._desks.values())
        for desk, _ in desks:
            desk.close()
        await asyncio.gather(*[task for _, task in desks], return_exceptions=True)

    def _make_room(self) -> None:
        """Ask the longest idle desk to leave where there are too many."""
        if len(self._desks) < DESKS_MAX:
            return
        idlest = min(self._desks.values(), key=lambda entry: entry[0].last_used)
        if time.monotonic() - idlest[0].last_used < 1.0:
            raise busy()
        idlest[0].close()

    def _left(self, event_id: int, task: "asyncio.Task[None]") -> None:
        entry = self._desks.get(event_id)
        if entry is not None and entry[1] is task:
            del self._desks[event_id]
