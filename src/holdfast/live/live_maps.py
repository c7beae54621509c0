"""The live maps of this process: one per event that somebody watches.

They are loaded on the first question, kept up by whatever is said of new batches (`offer`, `hear`),
and repaired from the journal. What is said is a hint, never the truth: lost, repeated or late, it
costs freshness and nothing else, since every second each watched event is looked up.
"""

import asyncio
import contextlib
import math

import structlog

from holdfast.config import (
    LIVE_LOADS_MAX,
    LIVE_LOOK_SECONDS,
    LIVE_MAP_IDLE_SECONDS,
    LIVE_MAPS_MAX,
    LIVE_PRICES_SECONDS,
    LIVE_ROUND_SECONDS_MIN,
    RETRY_AFTER_SECONDS,
)
from holdfast.database.errors import Trouble, classify
from holdfast.database.pool import Database
from holdfast.desk.seating import PublicPart
from holdfast.live.live_map import LiveMap
from holdfast.live.map_rows import SectionTerms, read_sections
from holdfast.live.repair import load, look_up, repair
from holdfast.live.watched import Watched
from holdfast.refusals import Refusal
from holdfast.venues.chart_store import PlanShelf

log = structlog.get_logger(__name__)


class LiveMaps:
    """Owns every watched event; one task keeps them up. All in one event loop."""

    def __init__(self, database: Database, plans: PlanShelf) -> None:
        self._database = database
        self._plans = plans
        self._watched: dict[int, Watched] = {}
        self._loading: dict[int, asyncio.Task[None]] = {}
        self._loads = asyncio.Semaphore(LIVE_LOADS_MAX)
        self._wake = asyncio.Event()
        self._look_at = 0.0
        self._lookers: list[asyncio.Future[None]] = []
        self._ask_primary = False
        self._keeper: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to keep the maps up."""
        self._keeper = asyncio.create_task(self._keep(), name="live maps")

    async def close(self) -> None:
        """Stop; the maps stay as they are and go stale."""
        tasks = [*self._loading.values(), *([self._keeper] if self._keeper else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    @property
    def count(self) -> int:
        """Events watched just now."""
        return len(self._watched)

    async def map(self, event_id: int, at_least: int = 0) -> LiveMap:
        """The event's map, to be read at once and not kept across an `await`.

        `at_least`: a version that the caller knows of; an older map is first looked up again, at
        last on the primary (it may stay older: there may be no such version). Raises Refusal:
        not_found, busy.
        """
        watched = await self.watch(event_id)
        if watched.known.version < at_least:
            await self.looked()
        if watched.known.version < at_least and self._database.replicas.named:
            self._ask_primary = True
            await self.looked()
        return watched.known

    def at_hand(self, event_id: int) -> LiveMap | None:
        """The event's map where it was read before; never waits."""
        watched = self._watched.get(event_id)
        if watched is None or watched.live_map is None:
            return None
        watched.used_at = _now()
        return watched.live_map

    async def watch(self, event_id: int) -> Watched:
        """The watched event, with its map read. Raises Refusal: not_found, busy."""
        watched = self._watched.get(event_id)
        if watched is None:
            self._make_room()
            watched = self._watched[event_id] = Watched(event_id, _now())
        watched.used_at = _now()
        if watched.live_map is None:
            await self._load_once(watched)
        return watched

    async def sections(self, event_id: int) -> tuple[SectionTerms, ...]:
        """The sections with their prices, some LIVE_PRICES_SECONDS old at most.

        Raises Refusal: not_found, busy.
        """
        watched = await self.watch(event_id)
        if _now() - watched.sections_at > LIVE_PRICES_SECONDS:
            if watched.sections:  # whoever asks meanwhile gets these, instead of asking as well
                watched.sections_at = _now()
            watched.sections = await self._database.read(
                lambda connection: read_sections(connection, event_id), bool
            )
            watched.sections_at = _now()
        return watched.sections

    def offer(self, event_id: int, version: int, public: PublicPart) -> None:
        """A batch was committed, here or elsewhere. Never raises; quick where nobody watches."""
        watched = self._watched.get(event_id)
        if watched is not None:
            watched.offer(version, public)
            self._wake_for(watched)

    def hear(self, event_id: int, version: int) -> None:
        """Somebody says that the event has come to this version."""
        watched = self._watched.get(event_id)
        if watched is not None:
            watched.heard = max(watched.heard, version)
            self._wake_for(watched)

    def look(self) -> None:
        """Look every watched event up now: something may have been missed."""
        self._look_at = 0.0
        self._wake.set()

    async def looked(self) -> None:
        """Until the watched events were looked up and repaired, or that took a second."""
        looked: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._lookers.append(looked)
        self.look()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(looked, LIVE_LOOK_SECONDS)

    def _wake_for(self, watched: Watched) -> None:
        if watched.behind:
            self._wake.set()

    async def _load_once(self, watched: Watched) -> None:
        """Read the map; whoever asks meanwhile waits for the same reading."""
        event_id = watched.event_id
        task = self._loading.get(event_id)
        if task is None:
            task = asyncio.create_task(self._load(watched), name=f"live map {event_id}")
            self._loading[event_id] = task
            task.add_done_callback(lambda task: self._loaded(watched, task))
        await asyncio.shield(task)

    async def _load(self, watched: Watched) -> None:
        async with self._loads:
            await load(self._database, self._plans, watched)

    def _loaded(self, watched: Watched, task: "asyncio.Task[None]") -> None:
        del self._loading[watched.event_id]
        if task.cancelled() or task.exception() is not None:
            del self._watched[watched.event_id]

    def _make_room(self) -> None:
        """Let the longest unread event go where there are too many."""
        if len(self._watched) < LIVE_MAPS_MAX:
            return
        idle = [w for w in self._watched.values() if not w.followers and w.live_map is not None]
        if not idle:
            raise Refusal("busy", retry_after=RETRY_AFTER_SECONDS)
        del self._watched[min(idle, key=lambda w: w.used_at).event_id]

    async def _keep(self) -> None:
        """Look, repair, let go; as often as something is missing, and every second at least."""
        soon = False
        while True:
            if not soon:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), max(0.0, self._look_at - _now()))
            self._wake.clear()
            lookers: list[asyncio.Future[None]] = []
            patient = not self._ask_primary
            if _now() >= self._look_at:
                lookers, self._lookers = self._lookers, []
                await self._look_up()
            soon = await self._repair_all(patient)
            for looked in lookers:
                if not looked.done():
                    looked.set_result(None)
            self._let_go()
            await asyncio.sleep(LIVE_ROUND_SECONDS_MIN)

    async def _look_up(self) -> None:
        self._look_at = _now() + LIVE_LOOK_SECONDS
        from_primary, self._ask_primary = self._ask_primary, False
        try:
            await look_up(self._database, list(self._watched.values()), from_primary)
        except Exception as error:
            _report("live.not_looked_up", error)

    async def _repair_all(self, patient: bool) -> bool:
        """Repair what is behind; True where some of it is to be tried again soon. The patient give
        a replica time to get what was heard of."""
        soon = False
        for watched in list(self._watched.values()):
            if not watched.behind:
                watched.behind_since = math.inf
                continue
            watched.behind_since = min(watched.behind_since, _now())
            try:
                soon |= await repair(self._database, self._plans, watched, patient)
            except Exception as error:
                _report("live.not_repaired", error, watched.event_id)
        return soon

    def _let_go(self) -> None:
        """Forget the events that nobody has asked for in a minute."""
        before = _now() - LIVE_MAP_IDLE_SECONDS
        for watched in list(self._watched.values()):
            if not watched.followers and watched.used_at < before and watched.live_map is not None:
                del self._watched[watched.event_id]


def _now() -> float:
    return asyncio.get_running_loop().time()


def _report(what: str, error: Exception, event_id: int | None = None) -> None:
    """A database that is away for a moment is a line; everything else is a bug."""
    if classify(error) is Trouble.BUG:
        log.error(what, event_id=event_id, exc_info=error)
    else:
        log.warning(what, event_id=event_id, error=repr(error))
