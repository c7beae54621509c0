"""Reads what a live map is made of. One map is one consistent picture: version, letters and journal
are read in one REPEATABLE READ transaction."""

from collections.abc import Sequence

from msgspec import Struct

from holdfast.config import CATCH_UP_VERSIONS_MAX
from holdfast.database.pool import Connection
from holdfast.desk.journal import read_public_since
from holdfast.desk.order import EventStatus
from holdfast.desk.reading import read_letters
from holdfast.desk.seating import PublicSeating
from holdfast.live.live_map import LiveMap
from holdfast.venues.chart_store import PlanShelf

_DESK = "SELECT epoch, version FROM desk WHERE event_id = $1"
_EVENT = "SELECT chart_sha256, status::text AS status FROM event WHERE event_id = $1"
_VERSIONS = "SELECT event_id, epoch, version FROM desk WHERE event_id = ANY($1::integer[])"
_CHARTS = "SELECT event_id, chart_sha256 FROM event WHERE event_id = ANY($1::integer[])"
_SECTIONS = """
SELECT section_id, name, capacity, base_price
FROM section
WHERE event_id = $1
ORDER BY section_id
"""


class Standing(Struct, frozen=True):
    """Where an event's journal stands, and which chart its seats are of."""

    epoch: int
    version: int
    chart_sha256: str


class SectionTerms(Struct, frozen=True):
    """A section as the database describes it; `base_price` all-in, in minor units."""

    section_id: int
    name: str
    capacity: int
    base_price: int


async def read_map(connection: Connection, plans: PlanShelf, event_id: int) -> LiveMap | None:
    """The event's map with the memory of its last batches, or None where there is no such event."""
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        desk = await connection.fetchrow(_DESK, event_id)
        event = await connection.fetchrow(_EVENT, event_id)
        if desk is None or event is None:
            return None
        letters = await read_letters(connection, event_id)
        version: int = desk["version"]
        since = max(0, version - CATCH_UP_VERSIONS_MAX)
        past = await read_public_since(connection, event_id, since, CATCH_UP_VERSIONS_MAX)
        plan = await plans.plan(connection, event["chart_sha256"])
    assert len(letters) == plan.seat_count, "the event has the seats of its chart"
    seating = PublicSeating(
        plan, bytearray(letters.encode()), version, EventStatus(event["status"])
    )
    live_map = LiveMap(event_id, desk["epoch"], event["chart_sha256"], seating)
    live_map.recall([(batch.version, batch.public) for batch in past])
    return live_map


async def read_standing(connection: Connection, event_ids: Sequence[int]) -> dict[int, Standing]:
    """Where these events stand; an event that is not there is left out."""
    charts = {row[0]: row[1] for row in await connection.fetch(_CHARTS, event_ids)}
    return {
        row["event_id"]: Standing(row["epoch"], row["version"], charts[row["event_id"]])
        for row in await connection.fetch(_VERSIONS, event_ids)
        if row["event_id"] in charts
    }


async def read_sections(connection: Connection, event_id: int) -> tuple[SectionTerms, ...]:
    """The sections of an event, by section_id."""
    rows = await connection.fetch(_SECTIONS, event_id)
    return tuple([SectionTerms(**dict(row.items())) for row in rows])
