"""Which history of the database is sold in: looked at by every new connection of a desk.

A promoted standby or a restored backup goes on with a history of its own, in which the last answers
that buyers got may be missing. No connection outlives such a change, so it is enough to look when
one is made: before anything is sold in a new history every epoch is renewed and every sale closed,
until somebody has looked (`holdfast event reopen --all`). It never opens anything.
"""

from datetime import datetime
from typing import Final

import structlog

from holdfast.database.clock import Clock
from holdfast.database.connection import Connection
from holdfast.database.errors import DatabaseUnreachable
from holdfast.database.statements import load

RENEW_EPOCH: Final = load("database/renew_epoch.sql")
LOCK_KEY: Final = 0x6C696E65  # of the advisory lock: any number that nobody else uses

_IN_RECOVERY = "SELECT pg_is_in_recovery()"
# The first eight digits of a file of the log are its timeline; what pg_control_checkpoint() says is
# as old as the last checkpoint, and a standby is promoted without one.
_HERE = """
SELECT
    (SELECT system_identifier FROM pg_control_system()) AS system_identifier,
    ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::integer AS timeline
"""
_KNOWN = "SELECT system_identifier, timeline FROM lineage"
_EVENTS = "SELECT event_id FROM desk ORDER BY event_id"
_WRITE = """
INSERT INTO lineage (only_row, system_identifier, timeline, since)
VALUES (TRUE, $1, $2, $3)
ON CONFLICT (only_row)
DO UPDATE SET
    system_identifier = excluded.system_identifier,
    timeline = excluded.timeline,
    since = excluded.since
"""

log = structlog.get_logger(__name__)


async def keep_lineage(connection: Connection) -> None:
    """Let a desk use this connection only in a history whose epochs are its own.

    Raises DatabaseUnreachable on a standby, where nothing can be sold.
    """
    if await connection.fetchval(_IN_RECOVERY):
        raise DatabaseUnreachable(
            "The database is a standby, which can't sell. Check that HOLDFAST_DATABASE_URL leads "
            "to the primary; with several hosts, add target_session_attrs=primary."
        )
    if await _is_known(connection):
        return
    async with connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock($1)", LOCK_KEY)
        if not await _is_known(connection):
            await _begin(connection, await Clock().now(connection))


async def _is_known(connection: Connection) -> bool:
    here, known = await connection.fetchrow(_HERE), await connection.fetchrow(_KNOWN)
    return here is not None and known is not None and tuple(here) == tuple(known)


async def _begin(connection: Connection, now: datetime) -> None:
    """Write down the history of this server; where there was another one, close every sale."""
    here, known = await connection.fetchrow(_HERE), await connection.fetchrow(_KNOWN)
    assert here is not None, "a question without a table has one row"
    if known is not None:
        reason = (
            "The database was promoted or restored "
            f"(timeline {known['timeline']}, now {here['timeline']})."
        )
        events = [(row["event_id"], reason) for row in await connection.fetch(_EVENTS)]
        await connection.executemany(RENEW_EPOCH, events)
        log.critical("desks.closed", reason=reason, events=len(events))
    await connection.execute(_WRITE, here["system_identifier"], here["timeline"], now)
