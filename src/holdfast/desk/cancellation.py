"""How far the undoing of a cancelled event has come: holds ended, orders paid back, buyers told.

Only counted here. The sweeper ends holds and refunds orders, the relay moves the money and writes
the mails; each goes on from where it was, whoever was killed.
"""

from msgspec import Struct

from holdfast.database.pool import Connection
from holdfast.desk.order import EventStatus

_STATUS = "SELECT status::text FROM event WHERE event_id = $1"
_ORDERS = """
SELECT
    count(*) FILTER (WHERE status = 'PENDING') AS holds_left,
    count(*) FILTER (WHERE status = 'CONFIRMED') AS orders_left,
    count(*) FILTER (WHERE status = 'REFUNDED') AS orders_refunded,
    coalesce(sum(refunded_amount), 0)::bigint AS refunded_amount
FROM orders
WHERE event_id = $1
"""
_ERRANDS = """
SELECT
    count(*) FILTER (WHERE money AND state = 'WAITING') AS money_waiting,
    count(*) FILTER (WHERE money AND state = 'PARKED') AS money_parked,
    count(*) FILTER (WHERE NOT money AND state = 'WAITING') AS tellings_waiting,
    count(*) FILTER (WHERE NOT money AND state = 'PARKED') AS tellings_parked
FROM (SELECT payment_id IS NOT NULL AS money, state FROM outbox WHERE event_id = $1) AS errand
"""


class Cancellation(Struct, frozen=True):
    """Counts of one event. `finished`: nothing is left to be done by itself; what is parked waits
    for a person. Amounts in minor units of the event's currency."""

    event_id: int
    status: EventStatus
    finished: bool
    holds_left: int
    orders_left: int
    orders_refunded: int
    refunded_amount: int
    money_waiting: int
    money_parked: int
    tellings_waiting: int
    tellings_parked: int


async def read_cancellation(connection: Connection, event_id: int) -> Cancellation | None:
    """How far it has come, read at one moment; None where there is no such event."""
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        status = await connection.fetchval(_STATUS, event_id)
        orders = await connection.fetchrow(_ORDERS, event_id)
        errands = await connection.fetchrow(_ERRANDS, event_id)
    if status is None:
        return None
    assert orders is not None, "a count has a row"
    assert errands is not None, "a count has a row"
    counts = {**dict(orders.items()), **dict(errands.items())}
    left = ("holds_left", "orders_left", "money_waiting", "tellings_waiting")
    finished = status == EventStatus.CANCELLED and not any(counts[name] for name in left)
    return Cancellation(event_id=event_id, status=EventStatus(status), finished=finished, **counts)
