"""How a watched event is read, and how what it missed is found again.

The database is the truth: what is read here replaces whatever was heard. The journal fills a gap;
where it leads nowhere, the whole map is read anew. Replicas are read before the primary is; what
they have not got yet is no reason to read a map anew.
"""

import asyncio
from collections.abc import Sequence

import structlog

from holdfast.config import (
    CATCH_UP_VERSIONS_MAX,
    LIVE_RELOAD_SECONDS_MIN,
    REPLICA_WAIT_SECONDS_MAX,
)
from holdfast.database.pool import Connection, Database
from holdfast.desk.journal import Published, read_public_since
from holdfast.live.live_map import LiveMap
from holdfast.live.map_rows import Standing, read_map, read_standing
from holdfast.live.watched import Watched
from holdfast.refusals import Refusal
from holdfast.venues.chart_store import PlanShelf

log = structlog.get_logger(__name__)


async def load(database: Database, plans: PlanShelf, watched: Watched) -> None:
    """Read the whole map. Raises Refusal not_found where there is no such event."""
    watched.read_at = asyncio.get_running_loop().time()
    before, heard = watched.live_map, watched.heard

    def is_new(found: LiveMap | None) -> bool:
        """A replica may not have the event yet, or not the epoch that is known already."""
        if found is None:
            return False
        return before is None or (found.epoch >= before.epoch and found.version >= heard)

    live_map = await database.read(
        lambda connection: read_map(connection, plans, watched.event_id), is_new
    )
    if live_map is None:
        raise Refusal("not_found")
    watched.renew(live_map)


async def look_up(
    database: Database, watched: Sequence[Watched], from_primary: bool = False
) -> None:
    """Ask where these events stand; those that stand elsewhere are `behind` afterwards."""
    by_id = {one.event_id: one for one in watched if one.live_map is not None}
    if by_id:
        found = await database.read(
            lambda connection: read_standing(connection, list(by_id)), from_primary=from_primary
        )
        may_be_old = database.replicas.in_use and not from_primary
        for event_id, standing in found.items():
            _compare(by_id[event_id], standing, may_be_old)


async def repair(
    database: Database, plans: PlanShelf, watched: Watched, patient: bool = True
) -> bool:
    """Read what is missing from the journal, or the map anew, but that no more than once in
    LIVE_RELOAD_SECONDS_MIN: until then the event stays `behind`.

    A batch that was heard of may not have reached the replicas yet: then they are asked again
    before the primary is, by the `patient` for REPLICA_WAIT_SECONDS_MAX. True: come back for that
    soon.
    """
    heard, now = watched.heard, asyncio.get_running_loop().time()
    waited = now - watched.behind_since
    patient = patient and database.replicas.in_use and waited < REPLICA_WAIT_SECONDS_MAX
    if await _fill_gap(database, watched, patient):
        if patient and watched.behind:
            return True
        _believe(watched, heard)
    elif now - watched.read_at >= LIVE_RELOAD_SECONDS_MIN:
        log.info("live.read_anew", event_id=watched.event_id, version=watched.known.version)
        await load(database, plans, watched)
        _believe(watched, heard)
    return False


async def _fill_gap(database: Database, watched: Watched, patient: bool) -> bool:
    """Follow the journal; False where it does not go on from this map. A replica that has less
    than was heard of is enough for the patient."""
    live_map, heard = watched.known, watched.heard
    if watched.broken or heard - live_map.version > CATCH_UP_VERSIONS_MAX:
        return False

    async def work(connection: Connection) -> tuple[list[Published], Standing | None]:
        missing = await read_public_since(
            connection, watched.event_id, live_map.version, CATCH_UP_VERSIONS_MAX
        )
        if missing:
            return missing, None
        standing = await read_standing(connection, [watched.event_id])
        return [], standing.get(watched.event_id)

    def reaches(found: tuple[list[Published], Standing | None]) -> bool:
        return patient or bool(found[0] and found[0][-1].version >= heard)

    missing, standing = await database.read(work, reaches)
    if not missing:
        return standing is not None and standing.version <= live_map.version
    for batch in missing:
        watched.offer(batch.version, batch.public)
    return live_map.version >= missing[0].version


def _compare(watched: Watched, standing: Standing, may_be_old: bool) -> None:
    """A map of another epoch or chart is read anew; one of an older version is behind.

    On the surface it looks wrong that a version below the map's is let pass: the answer may be
    older than a batch that was heard of meanwhile. A database that was set back has a new epoch.
    """
    live_map = watched.known
    if may_be_old and standing.epoch < live_map.epoch:
        return  # a replica that has not heard of the new epoch yet
    if (standing.epoch, standing.chart_sha256) != (live_map.epoch, live_map.chart_sha256):
        watched.broken = True
    watched.heard = max(watched.heard, standing.version)


def _believe(watched: Watched, heard: int) -> None:
    """What was just read is the truth: a version that is not there was never made."""
    if watched.heard == heard:
        watched.heard = watched.known.version
