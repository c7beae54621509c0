"""Opening a desk again after an alarm, once somebody has found out why and mended it."""

from holdfast.database.pool import Connection
from holdfast.database.statements import load

REOPEN_DESK = load("desk/sql/reopen_desk.sql")


async def reopen_desk(connection: Connection, event_id: int) -> bool:
    """Open the event's sales again; False where they were open, or there is no such event."""
    return await connection.execute(REOPEN_DESK, event_id) == "UPDATE 1"
