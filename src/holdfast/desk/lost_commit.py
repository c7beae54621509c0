"""A COMMIT whose answer was lost: look under the lock whether it was done, and never guess."""

import asyncio
import time
from uuid import UUID

import structlog

from holdfast.config import AMBIGUOUS_SECONDS_MAX, BATCH_TRY_PAUSE_SECONDS
from holdfast.database.clock import Clock
from holdfast.database.pool import Connection, Database
from holdfast.database.statements import load
from holdfast.desk import journal
from holdfast.desk.opening import LOCK_DESK
from holdfast.refusals import Refusal

TOUCH_DESK = load("desk/sql/touch_desk.sql")

log = structlog.get_logger(__name__)


async def find_batch(database: Database, clock: Clock, event_id: int, batch_id: UUID) -> int | None:
    """The version that this batch made, or None where it made none.

    Raises Refusal outcome_unknown where nobody could be asked for AMBIGUOUS_SECONDS_MAX.
    """
    log.warning("desk.ambiguous_commit", event_id=event_id, batch_id=str(batch_id))
    deadline = time.monotonic() + AMBIGUOUS_SECONDS_MAX
    while time.monotonic() < deadline:
        try:
            async with database.desk_pool.acquire() as connection:
                return await _look(connection, clock, event_id, batch_id)
        except Exception as error:
            log.warning("desk.still_ambiguous", event_id=event_id, error=repr(error))
            await asyncio.sleep(BATCH_TRY_PAUSE_SECONDS)
    raise Refusal("outcome_unknown")


async def _look(connection: Connection, clock: Clock, event_id: int, batch_id: UUID) -> int | None:
    """A commit of our own is acknowledged before anybody is told, so that what was found is as
    durable as any other answer."""
    await connection.execute("BEGIN")
    row = await connection.fetchrow(LOCK_DESK, event_id)
    assert row is not None, "the desk was there before"
    found = await journal.version_of(connection, event_id, batch_id, row["version"])
    now = max(await clock.now(connection), row["last_at"])
    await connection.execute(TOUCH_DESK, event_id, now)
    await connection.execute("COMMIT")
    return found
