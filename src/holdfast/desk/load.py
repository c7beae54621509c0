"""A desk's memory read from the database, under the lock: the seating of one event, whole.

Free seats cost nothing to read: the letters come as one string, owners from the orders that hold.
"""

from holdfast.database.pool import Connection
from holdfast.desk.order import EventStatus
from holdfast.desk.reading import read_letters, read_pending_orders
from holdfast.desk.seating import Seating, Terms
from holdfast.venues.chart_store import PlanShelf
from holdfast.venues.price import Price, PriceList

_EVENT = """
SELECT
    chart_sha256, status::text AS status, currency, hold_seconds, order_limit, order_fee_amount,
    forbid_single_seats, on_sale_at
FROM event
WHERE event_id = $1
"""
_PRICES = """
SELECT
    category, price_type, amount, fee_fixed, fee_basis_points, tax_basis_points, rounding
FROM price
WHERE event_id = $1
ORDER BY position, category, price_type
"""
_TAKEN = """
SELECT session_id, sum(seat_count)::integer AS places
FROM orders
WHERE event_id = $1 AND status IN ('PENDING', 'CONFIRMED')
GROUP BY session_id
"""


async def load_seating(
    connection: Connection, plans: PlanShelf, event_id: int, epoch: int, version: int
) -> Seating:
    """Everything the rules need to know of the event; the desk row is locked by the caller."""
    event = await connection.fetchrow(_EVENT, event_id)
    assert event is not None, "a desk has an event"
    plan = await plans.plan(connection, event["chart_sha256"])
    letters = bytearray((await read_letters(connection, event_id)).encode())
    assert len(letters) == plan.seat_count, "the event has the seats of its chart"
    taken = await connection.fetch(_TAKEN, event_id)
    return Seating(
        plan,
        Terms(
            event_id=event_id,
            currency=event["currency"],
            hold_seconds=event["hold_seconds"],
            order_limit=event["order_limit"],
            order_fee_amount=event["order_fee_amount"],
            forbid_single_seats=event["forbid_single_seats"],
            on_sale_at=event["on_sale_at"],
            prices=await load_prices(connection, event_id),
        ),
        letters,
        await read_pending_orders(connection, event_id),
        {row["session_id"]: row["places"] for row in taken},
        epoch=epoch,
        version=version,
        event_status=EventStatus(event["status"]),
    )


async def load_prices(connection: Connection, event_id: int) -> PriceList:
    """The price list of an event, in the organiser's order."""
    return PriceList([Price(**dict(row)) for row in await connection.fetch(_PRICES, event_id)])
