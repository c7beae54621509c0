"""How far behind watchers were: what they saw and when, beside the journal's times.

The journal's time of a batch is read before it is committed, so everything here is rather too long
than too short. All times are seconds of the machine's wall clock, the same in every process.
"""

from array import array
from collections.abc import Mapping, Sequence

from msgspec import Struct

from holdfast.database.connection import Connection

_JOURNAL = """
SELECT version, extract(epoch FROM at)::double precision AS at
FROM seat_change
WHERE event_id = $1
"""


class Sighting(Struct):
    """The times (raw doubles) at which watchers came from version `before` to `version`."""

    before: int
    version: int
    at: bytes


def lags(
    sightings: Sequence[Sighting], journal: Mapping[int, float], begin: float, end: float
) -> list[float]:
    """By how many seconds each watcher was behind when something reached it, sorted: since the
    oldest change that it had not been told. Counted are changes made between `begin` and `end`."""
    found: list[float] = []
    for sighting in sightings:
        made = journal.get(sighting.before + 1)
        if sighting.before >= 0 and made is not None and begin <= made < end:
            times = array("d")
            times.frombytes(sighting.at)
            found += [at - made for at in times]
    found.sort()
    return found


def left_behind(last_version: int, journal: Mapping[int, float], at: float) -> float:
    """How long the last watcher has missed something at this time; 0 where it has everything."""
    made = journal.get(last_version + 1)
    return 0.0 if made is None else max(0.0, at - made)


async def read_journal(connection: Connection, event_id: int) -> dict[int, float]:
    """When each version of an event was made."""
    rows = await connection.fetch(_JOURNAL, event_id)
    return {row["version"]: row["at"] for row in rows}
