"""The relay: does what the desk wrote into the outbox: at the provider, by mail, at webhooks.

At least once: an errand that was done and not ticked off is done again, which is once at the other
end, since it carries the same key. Many relays may run; an errand is taken by one at a time, and
nobody outside is called inside a transaction. Every kind has a lane of its own, so that a mail
server that hangs keeps no capture waiting. What fails is tried again, less and less often, and
parked for a person at the end; nothing is ever dropped.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import timedelta

import structlog
from msgspec import Struct
from msgspec.structs import replace

from holdfast.checkout.provider import Providers
from holdfast.config import (
    NEWS_BATCH_MAX,
    OUTBOX_ATTEMPTS_MAX,
    OUTBOX_BACKOFF_SECONDS_MAX,
    OUTBOX_BATCH_MAX,
    OUTBOX_CONCURRENCY,
    OUTBOX_EVENTS_MAX,
    OUTBOX_PASS_SECONDS,
)
from holdfast.database.clock import Clock
from holdfast.database.pool import Database
from holdfast.desk.order import OutboxKind, Payment
from holdfast.desk.reading import read_payments
from holdfast.outbox.errand import (
    ErrandNeedless,
    ErrandOvertaken,
    ErrandRefused,
    ErrandWaits,
    OwnLanes,
    Taken,
    Teller,
)
from holdfast.outbox.money import do_at_provider, move_payments, refund_instead
from holdfast.outbox.news import spread
from holdfast.outbox.rows import claim, events_due, park, put_back, tick_off

MONEY = (OutboxKind.CAPTURE, OutboxKind.VOID, OutboxKind.REFUND)

log = structlog.get_logger(__name__)


class Lane(Struct, frozen=True, eq=False):
    """The errands of one kind: who does them, and how many at one time."""

    kind: OutboxKind
    do: Callable[[Taken], Awaitable[None]] | None  # None: news, which are spread a batch at a time
    room: asyncio.Semaphore
    bell: asyncio.Event


class Relay:
    """Owned by one task: `run`, until it is cancelled. What that cuts off falls due again.

    Whoever has no teller is not told: without any, news come to rest by being read.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        providers: Providers,
        tellers: Iterable[Teller] = (),
        own_lanes: Iterable[OwnLanes] = (),
    ) -> None:
        self._database = database
        self._clock = clock
        self._providers = providers
        self._writing = asyncio.Lock()  # one connection is enough, and leaves the rest to buyers
        self._finished: list[Taken] = []
        at_provider = asyncio.Semaphore(OUTBOX_CONCURRENCY)
        self._lanes = [
            *[Lane(kind, self._at_provider, at_provider, asyncio.Event()) for kind in MONEY],
            Lane(OutboxKind.NEWS, None, asyncio.Semaphore(1), asyncio.Event()),
            *[
                Lane(t.kind, t.tell, asyncio.Semaphore(t.concurrency), asyncio.Event())
                for t in tellers
            ],
        ]
        self._own_lanes = list(own_lanes)
        self._told = frozenset(lane.kind for lane in [*self._lanes, *self._own_lanes])

    def ring(self) -> None:
        """There is money to move: don't wait for the next look. News can wait a second."""
        self._ring(MONEY)

    def _ring(self, kinds: Iterable[OutboxKind]) -> None:
        wanted = tuple(kinds)
        for lane in self._lanes:
            if lane.kind in wanted:
                lane.bell.set()
        for own in self._own_lanes:
            if own.kind in wanted:
                own.ring()

    async def run(self) -> None:
        """Carry errands out as they fall due, for ever; every lane for itself."""
        async with asyncio.TaskGroup() as group:
            for lane in self._lanes:
                group.create_task(self._keep_on(lane), name=f"relay {lane.kind}")
            for own in self._own_lanes:
                group.create_task(own.run(), name=f"relay {own.kind}")

    async def _keep_on(self, lane: Lane) -> None:
        while True:
            lane.bell.clear()
            more = False
            try:
                more = await self._one_pass(lane)
            except Exception as error:
                log.warning("relay.trouble", lane=lane.kind, trouble=repr(error))
            if not more:
                await _wait(lane.bell)

    async def carry_out_due(self, *kinds: OutboxKind) -> bool:
        """One pass over the lanes of these kinds, without any over all of them; money first.
        True: there may be more."""
        more = [
            await self._one_pass(lane) for lane in self._lanes if not kinds or lane.kind in kinds
        ]
        more += [
            await own.carry_out_due() for own in self._own_lanes if not kinds or own.kind in kinds
        ]
        return any(more)

    async def _one_pass(self, lane: Lane) -> bool:
        """A batch of every event that has something due. True: there may be more."""
        async with self._database.pool.acquire() as connection:
            now = await self._clock.now(connection)
            event_ids = await events_due(connection, lane.kind, now, OUTBOX_EVENTS_MAX)
        more = len(event_ids) == OUTBOX_EVENTS_MAX
        for event_id in event_ids:
            if lane.do is None:
                more = await self._spread_news(event_id) or more
                continue
            taken = await self._take(event_id, lane.kind)
            done = await asyncio.gather(*[self._carry_out(lane, lane.do, e) for e in taken])
            # Where nothing could be done, the rest would only be taken and put back.
            more = more or (len(taken) == OUTBOX_BATCH_MAX and any(done))
        return more

    async def _take(self, event_id: int, kind: OutboxKind) -> list[Taken]:
        """Errands of one event that are due; money with the payments that it is about."""
        async with self._database.pool.acquire() as connection:
            now = await self._clock.now(connection)
            taken = await claim(connection, event_id, kind, now, OUTBOX_BATCH_MAX)
            if kind not in MONEY:
                return taken
            order_ids = sorted({errand.order_id or "" for errand in taken})
            by_order = await read_payments(connection, event_id, order_ids)
        payments: dict[str, Payment] = {}
        for found in by_order.values():
            payments.update([(payment.payment_id, payment) for payment in found])
        return [replace(e, payment=payments.get(e.payment_id or "")) for e in taken]

    async def _spread_news(self, event_id: int) -> bool:
        """One batch of news, all of it in one commit."""
        async with self._writing, self._database.pool.acquire() as connection:
            now = await self._clock.now(connection)
            news = await claim(connection, event_id, OutboxKind.NEWS, now, NEWS_BATCH_MAX)
            await spread(connection, event_id, news, self._told, now)
        self._ring((OutboxKind.MAIL, OutboxKind.WEBHOOK))
        return len(news) == NEWS_BATCH_MAX

    async def _carry_out(
        self, lane: Lane, do: Callable[[Taken], Awaitable[None]], errand: Taken
    ) -> bool:
        """One errand; whether it was done. What fails here must not stop the others; it falls due
        again by itself."""
        try:
            return await self._attempt(lane, do, errand)
        except Exception as error:
            log.warning("relay.trouble", outbox_id=errand.outbox_id, trouble=repr(error))
            return False

    async def _attempt(
        self, lane: Lane, do: Callable[[Taken], Awaitable[None]], errand: Taken
    ) -> bool:
        """Do it, then write down what came of it."""
        try:
            async with lane.room:
                await do(errand)
        except ErrandWaits as waits:
            await self._again(errand, waits.seconds, str(waits), errand.attempts - 1)
        except ErrandOvertaken as overtaken:
            await self._refund_instead(errand, str(overtaken))
        except ErrandNeedless as needless:
            async with self._writing:
                await self._tick_off(errand.event_id, [errand], str(needless))
        except ErrandRefused as refused:
            await self._park(errand, str(refused))
        except Exception as error:
            if errand.attempts >= OUTBOX_ATTEMPTS_MAX:
                await self._park(errand, _words(error))
            else:
                seconds = backoff_seconds(errand.attempts)
                await self._again(errand, seconds, _words(error), errand.attempts)
        else:
            await self._done(errand)
            return True
        return False

    async def _at_provider(self, errand: Taken) -> None:
        await do_at_provider(self._providers, errand)

    async def _refund_instead(self, errand: Taken, trouble: str) -> None:
        log.error("relay.void_lost_to_a_capture", outbox_id=errand.outbox_id, trouble=trouble)
        async with self._writing, self._database.pool.acquire() as connection:
            now = await self._clock.now(connection)
            async with connection.transaction():
                await refund_instead(connection, errand, now, trouble)

    async def _done(self, errand: Taken) -> None:
        """The payment where it belongs and the errand ticked off, in one commit with all that were
        done while the last one was written.

        Where that fails, it fails for one of them, and the others are not told: what was not
        written down falls due again, and is done twice at our end and once at the other.
        """
        self._finished.append(errand)
        async with self._writing:
            finished, self._finished = self._finished, []
            by_event: dict[int, list[Taken]] = {}
            for one in finished:
                by_event.setdefault(one.event_id, []).append(one)
            for event_id, errands in by_event.items():
                await self._tick_off(event_id, errands)

    async def _tick_off(
        self, event_id: int, errands: Sequence[Taken], remark: str | None = None
    ) -> None:
        """These are done, in one commit. `remark`: why there was nothing to do."""
        async with self._database.pool.acquire() as connection:
            now = await self._clock.now(connection)
            async with connection.transaction():
                await move_payments(connection, event_id, errands, now)
                outbox_ids = sorted([errand.outbox_id for errand in errands])
                await tick_off(connection, event_id, outbox_ids, now, remark)

    async def _again(self, errand: Taken, seconds: float, trouble: str, attempts: int) -> None:
        log.warning("relay.again", outbox_id=errand.outbox_id, seconds=seconds, trouble=trouble)
        async with self._writing, self._database.pool.acquire() as connection:
            due_at = await self._clock.now(connection) + timedelta(seconds=seconds)
            await put_back(connection, errand, due_at, trouble, attempts)

    async def _park(self, errand: Taken, trouble: str) -> None:
        log.error("relay.parked", outbox_id=errand.outbox_id, trouble=trouble)
        async with self._writing, self._database.pool.acquire() as connection:
            await park(connection, errand, trouble)


def backoff_seconds(attempts: int) -> float:
    """How long to wait after so many attempts: 1, 2, 4 s ... up to OUTBOX_BACKOFF_SECONDS_MAX."""
    return float(min(2 ** min(attempts - 1, 30), OUTBOX_BACKOFF_SECONDS_MAX))


def _words(error: Exception) -> str:
    return str(error) or type(error).__name__


async def _wait(bell: asyncio.Event) -> None:
    try:
        async with asyncio.timeout(OUTBOX_PASS_SECONDS):
            await bell.wait()
    except TimeoutError:
        return
