"""One worker with everything that makes the map live: desks, live maps, notices, streams."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest

from holdfast.database.clock import Clock
from holdfast.database.pool import Database, open_database
from holdfast.desk.box_office import BoxOffice
from holdfast.live import live_maps
from holdfast.live.broadcast import Broadcast
from holdfast.live.live_map import LiveMap
from holdfast.live.live_maps import LiveMaps
from holdfast.live.notices import Notices
from holdfast.live.notify_broadcast import NotifyBroadcast
from holdfast.live.stream import Streams
from holdfast.venues.chart_store import PlanShelf
from tests.house import House, Process

PATIENCE_SECONDS = 10.0


class Worker(Process):
    """A process that sells, and shows what is sold."""

    def __init__(self, database: Database, broadcast: Broadcast | None = None) -> None:
        super().__init__(database)
        self.live = LiveMaps(database, PlanShelf())
        self.notices = Notices(broadcast or NotifyBroadcast(database), self.live)
        self.streams = Streams(self.live)
        self.office = BoxOffice(database, Clock(), self.notices.publish)

    async def reached(self, house: House, version: int) -> LiveMap:
        """The map, as soon as it has come to this version."""
        watched = await self.live.watch(house.event_id)
        signal = _Signal()
        watched.followers.add(signal)
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while watched.known.version < version:
                    signal.moved_on.clear()
                    await signal.moved_on.wait()
        finally:
            watched.followers.discard(signal)
        return watched.known

    async def letters(self, house: House) -> str:
        return (await self.live.map(house.event_id)).seating.letters.decode()


class _Signal:
    def __init__(self) -> None:
        self.moved_on = asyncio.Event()

    def moved(self) -> None:
        self.moved_on.set()

    restarted = moved


def stop_looking(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nobody look for what was missed, so that what arrives was told."""
    monkeypatch.setattr(live_maps, "LIVE_LOOK_SECONDS", 3_600.0)


@asynccontextmanager
async def working(url: str, broadcast: Broadcast | None = None) -> AsyncGenerator[Worker]:
    """A worker at this database address, stopped at the end as a server stops. It tells others by
    NOTIFY where no other broadcast is given."""
    database = await open_database(url)
    worker = Worker(database, broadcast)
    await worker.live.start()
    await worker.notices.start()
    try:
        yield worker
    finally:
        await worker.streams.close()
        await worker.office.close()
        await worker.notices.close()
        await worker.live.close()
        await database.close()


async def letters_in_database(database: Database, house: House) -> str:
    """The letters as the seats themselves say."""
    async with database.pool.acquire() as connection:
        rows = await connection.fetch(
            "SELECT status::text FROM seat WHERE event_id = $1 ORDER BY seat_id", house.event_id
        )
    letter = {"AVAILABLE": "A", "HELD": "H", "SOLD": "S", "BLOCKED": "B"}
    return "".join(letter[row[0]] for row in rows)
