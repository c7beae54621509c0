"""Coming to rest: every loop of the application takes its turn until a whole round changes nothing.

The clock is put ahead between rounds, so that what waits for its time falls due: first by as much
as makes an unsettled payment old while its hold lives, then past every deadline and backoff.
"""

from typing import Final

from holdfast.config import OUTBOX_BACKOFF_SECONDS_MAX, RECONCILE_AFTER_SECONDS
from holdfast.database.pool import Connection
from tests.crash.stage import Stage

ROUNDS_MAX: Final = 12
FIRST_SECONDS: Final = RECONCILE_AFTER_SECONDS + 1
ROUND_SECONDS: Final = OUTBOX_BACKOFF_SECONDS_MAX + 1

_TABLES = """
SELECT c.oid::regclass::text AS name
FROM pg_class AS c
INNER JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attname = 'event_id'
WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
ORDER BY name
"""


async def come_to_rest(stage: Stage, event_id: int) -> None:
    """Run all loops, again and again, until they leave this event as they found it."""
    stage.clock.seconds += FIRST_SECONDS
    before = ""
    async with stage.database.dedicated("holdfast tests") as connection:
        question = await _question(connection)
        for _ in range(ROUNDS_MAX):
            await stage.turn(*stage.loops)
            after: str = await connection.fetchval(question, event_id)
            if after == before:
                return
            before = after
            stage.clock.seconds += ROUND_SECONDS
    raise AssertionError(f"no rest within {ROUNDS_MAX} rounds")


async def _question(connection: Connection) -> str:
    """One query that sums every row of an event up, in whatever tables there are."""
    tables = [row["name"] for row in await connection.fetch(_TABLES)]
    sums = [
        f"(SELECT count(*) || ' ' || coalesce(sum(hashtext(t::text)), 0)"
        f" FROM {table} AS t WHERE event_id = $1)"
        for table in tables
    ]
    return f"SELECT concat_ws(', ', {', '.join(sums)})"
