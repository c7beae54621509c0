"""Tidies up what nobody asks for: holds that ran out at idle desks, events that are over, and the
holds and payments of cancelled events.

One process does it at a time, by an advisory lock on a connection of its own. It reads event ids
plainly and leaves every decision to the desk of the event. Missing a round costs only freshness:
an expired seat can be held by anybody, swept or not.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial

import structlog

from holdfast.config import (
    COMPLETE_AFTER_HOURS,
    EXPIRE_ORDERS_MAX,
    SWEEP_EVENTS_MAX,
    SWEEP_ROUNDS_MAX,
    SWEEP_SECONDS,
    UNDO_PIECES_MAX,
)
from holdfast.database.clock import Clock
from holdfast.database.pool import Connection, Database
from holdfast.desk.box_office import BoxOffice
from holdfast.desk.commands import CancelPending, ChangeStatus, Command, Refund
from holdfast.desk.order import EventStatus
from holdfast.desk.queue import Granted
from holdfast.ids import OrderId
from holdfast.refusals import Refusal

SWEEPER_LOCK = 0x686F6C64  # the key of the advisory lock: any number that nobody else uses
LEAVE_TO_DESK_SECONDS = 0.4  # an awake desk tidies its own holds sooner than this

_TRY_LOCK = "SELECT pg_try_advisory_lock($1)"
_DUE = """
SELECT DISTINCT event_id
FROM orders
WHERE status = 'PENDING' AND expires_at <= $1
LIMIT $2
"""
_OVER = """
SELECT event_id
FROM event
WHERE status IN ('ON_SALE', 'SOLD_OUT') AND start_time <= $1
LIMIT $2
"""
_CANCELLED = """
SELECT event_id
FROM event
WHERE status = 'CANCELLED' AND NOT event_id = ANY($1::integer[])
"""
_PENDING = """
SELECT EXISTS (SELECT FROM orders WHERE event_id = $1 AND status = 'PENDING')
"""
_CONFIRMED = """
SELECT order_id
FROM orders
WHERE event_id = $1 AND status = 'CONFIRMED' AND order_id > $2
ORDER BY order_id
LIMIT $3
"""

log = structlog.get_logger(__name__)


class Sweeper:
    """Owned by one task: `run`, until it is cancelled."""

    def __init__(self, database: Database, clock: Clock, box_office: BoxOffice) -> None:
        self._database = database
        self._clock = clock
        self._box_office = box_office
        self._undone: set[int] = set()  # cancelled events with nothing left; they never get more
        self._undo_after: dict[int, str] = {}  # the last order that was looked at, by event

    async def run(self) -> None:
        """Sweep about once a second whenever this process is the one that does it."""
        while True:
            try:
                async with self._database.dedicated("holdfast sweeper") as connection:
                    await self._sweep_on(connection)
            except Exception as error:
                log.warning("sweeper.trouble", error=repr(error))
            await asyncio.sleep(SWEEP_SECONDS)

    async def _sweep_on(self, connection: Connection) -> None:
        mine = False
        while True:
            mine = mine or await connection.fetchval(_TRY_LOCK, SWEEPER_LOCK)
            if mine:
                await self.sweep(connection)
            await asyncio.sleep(SWEEP_SECONDS)

    async def sweep(self, connection: Connection) -> None:
        """One round over every event that has something to tidy up."""
        now = await self._clock.now(connection)
        due_before = now - timedelta(seconds=LEAVE_TO_DESK_SECONDS)
        for row in await connection.fetch(_DUE, due_before, SWEEP_EVENTS_MAX):
            event_id: int = row["event_id"]
            await self._until_done(event_id, partial(self._box_office.tidy, event_id))
        await self._complete(connection, now)
        for row in await connection.fetch(_CANCELLED, list(self._undone)):
            await self._undo(connection, row["event_id"])

    async def _complete(self, connection: Connection, now: datetime) -> None:
        started_before = now - timedelta(hours=COMPLETE_AFTER_HOURS)
        for row in await connection.fetch(_OVER, started_before, SWEEP_EVENTS_MAX):
            await self._submit(row["event_id"], ChangeStatus(status=EventStatus.COMPLETED))

    async def _undo(self, connection: Connection, event_id: int) -> None:
        """End the holds of a cancelled event and refund its orders, UNDO_PIECES_MAX pieces.

        It goes through the orders in turn, so that some that cannot be refunded keep up no other;
        those are looked at again when all others are through. Whoever is killed forgets only how
        far it was: an order that was refunded is not CONFIRMED any more.
        """
        if await connection.fetchval(_PENDING, event_id):
            cancel = CancelPending(limit=EXPIRE_ORDERS_MAX)
            await self._until_done(event_id, partial(self._box_office.submit, event_id, cancel))
        for _ in range(UNDO_PIECES_MAX):
            after = self._undo_after.get(event_id, "")
            rows = await connection.fetch(_CONFIRMED, event_id, after, EXPIRE_ORDERS_MAX)
            refunds = [Refund(order_id=OrderId(row["order_id"]), force=True) for row in rows]
            await asyncio.gather(*[self._submit(event_id, refund) for refund in refunds])
            if len(rows) == EXPIRE_ORDERS_MAX:
                self._undo_after[event_id] = rows[-1]["order_id"]
                continue
            self._undo_after.pop(event_id, None)
            if not rows and not after and not await connection.fetchval(_PENDING, event_id):
                self._undone.add(event_id)
            return

    async def _until_done(self, event_id: int, ask: Callable[[], Awaitable[Granted]]) -> None:
        for _ in range(SWEEP_ROUNDS_MAX):
            if not await self._has_more(event_id, ask()):
                return

    async def _submit(self, event_id: int, command: Command) -> None:
        await self._has_more(event_id, self._box_office.submit(event_id, command))

    async def _has_more(self, event_id: int, asked: Awaitable[Granted]) -> bool:
        """Whether there is more to do. A refusal is left for the next round."""
        try:
            granted = await asked
        except Refusal as refusal:
            log.info("sweeper.refused", event_id=event_id, code=refusal.code)
            return False
        return granted.more
