"""How a watched event is read, and how what it missed is found again.

The database is the truth: what is read here replaces whatever was heard. The journal fills a gap;
where it leads nowhere, the whole map is read anew.
"""

import asyncio
from collections.abc import Sequence

import structlog

from holdfast.config import CATCH_UP_VERSIONS_MAX, LIVE_RELOAD_SECONDS_MIN
from holdfast.database.pool import Database
from holdfast.desk.journal import read_public_since
from holdfast.live.map_rows import Standing, read_map, read_standing
from holdfast.live.watched import Watched
from holdfast.refusals import Refusal
from holdfast.venues.chart_store import PlanShelf

log = structlog.get_logger(__name__)


async def load(database: Database, plans: PlanShelf, watched: Watched) -> None:
    """Read the whole map. Raises Refusal not_found where there is no such event."""
    async with database.pool.acquire() as connection:
        watched.read_at = asyncio.get_running_loop().time()
        live_map = await read_map(connection, plans, watched.event_id)
    if live_map is None:
        raise Refusal("not_found")
    watched.renew(live_map)


async def look_up(database: Database, watched: Sequence[Watched]) -> None:
    """Ask where these events stand; those that stand elsewhere are `behind` afterwards."""
    by_id = {one.event_id: one for one in watched if one.live_map is not None}
    if by_id:
        async with database.pool.acquire() as connection:
            found = await read_standing(connection, list(by_id))
        for event_id, standing in found.items():
            _compare(by_id[event_id], standing)


async def repair(database: Database, plans: PlanShelf, watched: Watched) -> None:
    """Read what is missing from the journal, or the map anew, but that no more than once in
    LIVE_RELOAD_SECONDS_MIN: until then the event stays `behind`."""
    heard = watched.heard
    if await _fill_gap(database, watched):
        _believe(watched, heard)
    elif asyncio.get_running_loop().time() - watched.read_at >= LIVE_RELOAD_SECONDS_MIN:
        log.info("live.read_anew", event_id=watched.event_id, version=watched.known.version)
        await load(database, plans, watched)
        _believe(watched, heard)


async def _fill_gap(database: Database, watched: Watched) -> bool:
    """Follow the journal; False where it does not go on from this map."""
    live_map = watched.known
    if watched.broken or watched.heard - live_map.version > CATCH_UP_VERSIONS_MAX:
        return False
    async with database.pool.acquire() as connection:
        missing = await read_public_since(
            connection, watched.event_id, live_map.version, CATCH_UP_VERSIONS_MAX
        )
        if not missing:
            standing = (await read_standing(connection, [watched.event_id])).get(watched.event_id)
            return standing is not None and standing.version <= live_map.version
    for batch in missing:
        watched.offer(batch.version, batch.public)
    return live_map.version >= missing[0].version


def _compare(watched: Watched, standing: Standing) -> None:
    """A map of another epoch or chart is read anew; one of an older version is behind.

    On the surface it looks wrong that a version below the map's is let pass: the answer may be
    older than a batch that was heard of meanwhile. A database that was set back has a new epoch.
    """
    live_map = watched.known
    if (standing.epoch, standing.chart_sha256) != (live_map.epoch, live_map.chart_sha256):
        watched.broken = True
    watched.heard = max(watched.heard, standing.version)


def _believe(watched: Watched, heard: int) -> None:
    """What was just read is the truth: a version that is not there was never made."""
    if watched.heard == heard:
        watched.heard = watched.known.version
