"""What a person should know of a payment, and that a person took note of it.

Incidents are written by the desk alone (desk/rules/paying.py, returning.py); here one is marked as
seen. One that changes afterwards, as a dispute does when it is decided, is to be seen again.
"""

from datetime import datetime

from holdfast.database.pool import Connection
from holdfast.ids import EventId

_SEEN = """
UPDATE incident
SET seen_at = COALESCE(seen_at, $4)
WHERE event_id = $1 AND order_id = $2 AND incident_id = $3
"""


async def mark_seen(
    connection: Connection, event_id: EventId, order_id: str, incident_id: str, now: datetime
) -> bool:
    """Somebody has taken note of it; again changes nothing. False: there is no such incident."""
    return await connection.execute(_SEEN, event_id, order_id, incident_id, now) == "UPDATE 1"
