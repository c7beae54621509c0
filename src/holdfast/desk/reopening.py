"""Opening a desk again after an alarm, a failover or a restore, once somebody has looked at it."""

from holdfast.database.pool import Connection
from holdfast.database.statements import load

REOPEN_DESK = load("desk/sql/reopen_desk.sql")


_CLOSED = "SELECT event_id FROM desk WHERE status = 'CLOSED' ORDER BY event_id"


async def closed_events(connection: Connection) -> list[int]:
    """The events whose sales are closed."""
    return [row["event_id"] for row in await connection.fetch(_CLOSED)]


async def reopen_desk(connection: Connection, event_id: int) -> bool:
    """Open the event's sales again; False where they were open, or there is no such event."""
    return await connection.execute(REOPEN_DESK, event_id) == "UPDATE 1"
