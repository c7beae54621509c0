"""The desk of one event: one queue, one writer at a time, one commit for many buyers.

A turn is: lock the desk row, read the time, take what waits, catch up with other processes, gather
rows, decide in memory, write the batch, commit, answer. The database is the truth; memory is a
cache that is checked under the lock at every turn and thrown away after any failure.
It decides nothing itself: the rules do. It never answers before the commit was acknowledged.
"""

import asyncio
import math
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import uuid4

import structlog

from holdfast.config import (
    BATCH_TRIES_MAX,
    BATCH_TRY_PAUSE_SECONDS,
    DECIDE_SECONDS_MAX,
    DESK_IDLE_SECONDS,
    EXPIRE_ORDERS_MAX,
)
from holdfast.database.clock import Clock
from holdfast.database.errors import Trouble, classify
from holdfast.database.pool import Connection, Database
from holdfast.database.statements import load
from holdfast.desk import journal
from holdfast.desk.commands import Command, ExpireDue, Facts
from holdfast.desk.fold import Fold
from holdfast.desk.gather import Rows, Wanted, gather
from holdfast.desk.journal import Published
from holdfast.desk.load import load_seating
from holdfast.desk.lost_commit import find_batch
from holdfast.desk.opening import Opening, open_transaction
from holdfast.desk.queue import Granted, Queue, Waiting, busy, places_of
from holdfast.desk.rules import decide
from holdfast.desk.rules.organising import status_by_seats
from holdfast.desk.seating import Seating
from holdfast.desk.turn import Turn
from holdfast.desk.write import GuardMismatch, write_batch
from holdfast.refusals import Refusal
from holdfast.venues.chart_store import PlanShelf

CLOSE_DESK = load("desk/sql/close_desk.sql")

CATCH_UP_ENTRIES_MAX = 200  # further behind than this, reading everything anew is quicker
ANSWERS_AT_ONCE = 8  # about a millisecond of the event loop
TIDY_AFTER_SECONDS = 0.1  # a hold that nobody took is tidied up this long after its deadline

log = structlog.get_logger(__name__)


class Desk:
    """Serves one event until it has been idle for a minute. Owned by one task: `run`."""

    def __init__(
        self,
        event_id: int,
        database: Database,
        clock: Clock,
        plans: PlanShelf,
        publish: Callable[[Published], None],
    ) -> None:
        self.event_id = event_id
        self._database = database
        self._clock = clock
        self._plans = plans
        self._publish = publish
        self._loop = asyncio.get_running_loop()
        self._queue = Queue()
        self._seating: Seating | None = None
        self._wake = asyncio.Event()
        self._closing = False
        self._again: list[list[Waiting]] = []
        self._clock_offset: tuple[datetime, float] | None = None
        self._tidying: asyncio.Future[Granted] | None = None
        self.last_used = time.monotonic()

    def submit(self, command: Command) -> "asyncio.Future[Granted]":
        """Stand in the queue. The future answers after the commit, or raises a Refusal."""
        now = time.monotonic()
        waiting = Waiting(command, self._loop.create_future(), now, places_of(command))
        self.last_used = now
        self._queue.put(waiting)
        self._wake.set()
        return waiting.answer

    def close(self) -> None:
        """Deal with what waits, then leave."""
        self._closing = True
        self._wake.set()

    @property
    def idle(self) -> bool:
        return not self._queue and time.monotonic() - self.last_used > DESK_IDLE_SECONDS

    async def run(self) -> None:
        """Serve until closed or idle. Whatever fails, everybody who waits gets an answer."""
        try:
            while True:
                await self._wait()
                if self._queue or self._again:
                    await self._serve(self._next_turn())
                elif self._closing or self.idle:
                    return
        finally:
            self._queue.refuse_all(busy())

    async def _wait(self) -> None:
        """Until a command comes, a hold falls due, or the desk has been idle long enough."""
        if self._queue or self._again or self._closing:
            return
        self._wake.clear()
        seconds = DESK_IDLE_SECONDS
        due = self._seconds_until_due()
        if due is not None:
            seconds = min(seconds, max(due + TIDY_AFTER_SECONDS, TIDY_AFTER_SECONDS))
        try:
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        except TimeoutError:
            self._tidy_what_is_due(0.0)

    def tidy(self) -> "asyncio.Future[Granted]":
        """A piece of tidying up: the one that is asked for, where one is. A batch has no second
        one, for which everybody else in it would wait."""
        if self._tidying is None or self._tidying.done():
            used = self.last_used
            self._tidying = self.submit(ExpireDue(limit=EXPIRE_ORDERS_MAX))
            self._tidying.add_done_callback(_leave_for_next_time)
            self.last_used = used
        return self._tidying

    def _tidy_what_is_due(self, after_seconds: float) -> None:
        """Where a hold ran out so long ago. It goes by a clock that may be late: the sweeper's is
        the database's."""
        due = self._seconds_until_due()
        if due is not None and due <= -after_seconds:
            self.tidy()

    def _tidy_between(self) -> None:
        """After a batch; not where the last piece was refused, since that would never end."""
        last = self._tidying
        if last is None or not last.done() or not (last.cancelled() or last.exception()):
            self._tidy_what_is_due(TIDY_AFTER_SECONDS)

    def _seconds_until_due(self) -> float | None:
        """By the database's clock as of the last turn, carried on by this machine's."""
        if self._seating is None or self._clock_offset is None:
            return None
        due = self._seating.next_due()
        if due is None:
            return None
        at, read_at = self._clock_offset
        return (due - at).total_seconds() - (time.monotonic() - read_at)

    def _next_turn(self) -> Turn:
        return Turn(self._again.pop() if self._again else [])

    async def _serve(self, turn: Turn) -> None:
        """One batch to its end: answered, or cut in two, or refused after bounded tries.

        So are those that follow on the same connection, each in a transaction that the end of the
        one before has begun.
        """
        tries = mismatches = 0
        while True:
            try:
                async with self._database.desk_pool.acquire() as connection:
                    opening = await self._open(connection, "BEGIN")
                    while True:
                        opened = await self._transact(connection, turn, opening)
                        self._answer(turn)
                        self._tidy_between()
                        if opened is None:
                            return
                        opening = opened
                        turn, tries, mismatches = self._next_turn(), 0, 0
            except GuardMismatch as mismatch:
                self._seating = None
                mismatches += 1
                log.error("desk.guard_mismatch", event_id=self.event_id, found=str(mismatch))
                if mismatches > 1:
                    await self._close_sales(turn, str(mismatch))
                    return
            except Refusal as refusal:  # there is no such event
                self._queue.refuse_all(refusal)
                return
            except Exception as error:
                self._seating = None
                if turn.answered:  # it is committed; the connection could not be given back
                    return
                unknown = turn.committing and classify(error) is not Trouble.DATA
                if unknown and await self._resolve(turn):
                    return
                tries += 1
                if not await self._go_on(turn, error, tries):
                    return
            turn.batch_id, turn.committing = uuid4(), False

    async def _go_on(self, turn: Turn, error: Exception, tries: int) -> bool:
        """Whether to try the batch again, which is known not to be committed."""
        if classify(error) in (Trouble.PASSING, Trouble.LINK_LOST):
            log.warning("desk.trouble", event_id=self.event_id, error=repr(error), tries=tries)
            if tries < BATCH_TRIES_MAX:
                await asyncio.sleep(BATCH_TRY_PAUSE_SECONDS * tries)
                return True
            turn.fail(busy())
            if not turn.taken:
                self._queue.refuse_all(busy())
            return False
        log.error("desk.poisoned", event_id=self.event_id, commands=len(turn.taken), exc_info=error)
        if not turn.taken:
            self._queue.refuse_all(error)
        elif len(turn.taken) == 1:
            turn.taken[0].fail(error)
        else:
            half = len(turn.taken) // 2
            self._again += [turn.taken[half:], turn.taken[:half]]
        return False

    async def _transact(
        self, connection: Connection, turn: Turn, opening: Opening
    ) -> Opening | None:
        """One transaction. On return it is committed, or there was nothing to commit; the next one
        has begun where more wait and nobody else does for the connection."""
        locked = await opening.locked()
        row = locked.desk
        if row is None:
            raise Refusal("not_found")
        turn.now = max(self._clock.shown(locked.now), row["last_at"])
        self._clock_offset = (turn.now, time.monotonic())
        turn.taken = turn.taken or self._queue.take(self._last_to_come(opening.asked_at, row))
        turn.fold = None
        if row["status"] == "CLOSED":
            turn.refuse(Refusal("sale_closed"))
        elif turn.taken:
            seating = await self._catch_up(connection, row["epoch"], row["version"])
            turn.fold = await self._decide(connection, seating, turn, locked.rows)
        if turn.fold is None or turn.fold.empty:
            return await self._end(connection, "ROLLBACK")
        seating = self._seating
        assert seating is not None, "a batch was decided on a seating"
        turn.public = turn.fold.public_part()
        await write_batch(connection, seating, turn.fold, turn.public, turn.batch_id, turn.now)
        turn.committing = True
        return await self._end(connection, "COMMIT")

    async def _open(self, connection: Connection, statement: str) -> Opening:
        """Begin a transaction for who waits now."""
        seating = self._seating
        wanted = Wanted.of(seating, self._queue.commands()) if seating else Wanted()
        return await open_transaction(connection, statement, self.event_id, wanted)

    async def _end(self, connection: Connection, how: str) -> Opening | None:
        """End a transaction, and begin the next one where somebody waits for it."""
        if (self._queue or self._again) and self._database.desk_pool.spare:
            return await self._open(connection, f"{how} AND CHAIN")
        await connection.execute(how)
        return None

    def _last_to_come(self, began: float, row: Mapping[str, Any]) -> float:
        """Until when a hold that is taken has to have come.

        Alone, a desk takes whoever came before its turn: those who were answered just now ask
        again during the turn, and in the next one it is they who wait while the others are
        answered. Otherwise all would soon stand in one batch, and the machine idle while it is
        written. Where another process sold meanwhile, the lock was worth waiting for: take all.
        """
        seating = self._seating
        alone = seating is not None and (seating.epoch, seating.version) == (
            row["epoch"],
            row["version"],
        )
        return began if alone else math.inf

    async def _catch_up(self, connection: Connection, epoch: int, version: int) -> Seating:
        """Memory as of the desk row: as it is, from the journal, or read anew."""
        seating = self._seating
        if seating is not None and (seating.epoch, seating.version) == (epoch, version):
            return seating
        self._seating = None
        if (
            seating is not None
            and seating.epoch == epoch
            and 0 < version - seating.version <= CATCH_UP_ENTRIES_MAX
        ):
            entries = await journal.read_since(
                connection, self.event_id, seating.version, CATCH_UP_ENTRIES_MAX
            )
            whole = len(entries) == version - seating.version
            if whole and not any(entry.private.reload for entry in entries):
                for entry in entries:
                    seating.apply_journal(entry.version, entry.public, entry.private)
                self._seating = seating
                return seating
        self._seating = await load_seating(connection, self._plans, self.event_id, epoch, version)
        return self._seating

    async def _decide(
        self, connection: Connection, seating: Seating, turn: Turn, rows: Rows
    ) -> Fold:
        """Decide each command in turn; what no longer fits the time goes back to the queue."""
        now = turn.now
        assert now is not None, "the time was read under the lock"
        facts = await gather(connection, seating, [w.command for w in turn.taken], now, rows)
        fold = Fold(seating, facts)
        end = time.perf_counter() + DECIDE_SECONDS_MAX
        for place, waiting in enumerate(turn.taken):
            if place and time.perf_counter() > end:
                self._queue.put_back(turn.taken[place:])
                del turn.taken[place:]
                break
            _decide_one(seating, facts, fold, waiting)
        status = status_by_seats(seating)
        if status is not seating.event_status:
            seating.event_status = status
        return fold

    def _answer(self, turn: Turn) -> None:
        """Tell the map, then everybody who waited; refusals too."""
        seating, fold = self._seating, turn.fold
        version = 0
        if seating is not None:
            if fold is not None and not fold.empty:
                seating.version += 1
                assert turn.now is not None, "a committed batch has its time"
                self._publish(Published(self.event_id, seating.version, turn.now, turn.public))
            version = seating.version
        self._grant_some(iter(turn.taken), version)
        turn.answered = True

    def _grant_some(self, rest: Iterator[Waiting], version: int) -> None:
        """Answer a few, let the event loop look at the database, go on.

        An answer costs the loop more than a statement does. Answered in one go, a whole batch would
        keep the next turn from sending a word until the last of them is on its way.
        """
        some = list(islice(rest, ANSWERS_AT_ONCE))
        for waiting in some:
            waiting.grant(version)
        if len(some) == ANSWERS_AT_ONCE:
            self._loop.call_soon(self._grant_some, rest, version)

    async def _resolve(self, turn: Turn) -> bool:
        """A COMMIT whose answer was lost: whether the batch is dealt with, else do it again."""
        try:
            version = await find_batch(self._database, self._clock, self.event_id, turn.batch_id)
        except Refusal as unknown:
            turn.fail(unknown)
            return True
        if version is None:
            return False
        assert turn.now is not None, "it was on its way to commit"
        self._publish(Published(self.event_id, version, turn.now, turn.public))
        self._grant_some(iter(turn.taken), version)
        return True

    async def _close_sales(self, turn: Turn, found: str) -> None:
        """The database and the rules disagree twice: stop selling and raise the alarm."""
        reason = f"A statement of the desk touched other rows than were decided: {found}"
        log.critical("desk.closed", event_id=self.event_id, reason=reason)
        turn.fail(Refusal("sale_closed"))
        async with self._database.desk_pool.acquire() as connection:
            await connection.execute(CLOSE_DESK, self.event_id, reason)


def _leave_for_next_time(tidied: "asyncio.Future[Granted]") -> None:
    """Whatever stood in the way: the desk asks again, or the sweeper does."""
    if not tidied.cancelled():
        tidied.exception()


def _decide_one(seating: Seating, facts: Facts, fold: Fold, waiting: Waiting) -> None:
    """One command: its change goes into the fold and the seating, its refusal to whoever asked."""
    command = waiting.command
    waiting.change = waiting.refusal = None
    try:
        change = decide(seating, facts, command)
    except Refusal as refusal:
        waiting.refusal = refusal
        return
    except Exception as bug:
        log.error("desk.rule_failed", command=type(command).__name__, exc_info=bug)
        waiting.refusal = bug
        return
    waiting.change = change
    fold.add(change)
    seating.apply(change)
    facts.absorb(change)
    if command.repeat is not None and not change.replayed:
        fold.record(command.repeat, change)
        facts.record(command.repeat, change)
    if command.notice is not None and command.notice not in facts.noticed:
        fold.notice(command.notice)
        facts.noticed.add(command.notice)
