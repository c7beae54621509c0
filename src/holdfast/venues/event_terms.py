"""The terms of an event as rows: changed one field at a time, its prices as a whole.

Called under the desk's lock (desk/new_terms.py); nothing here asks whether the change is allowed.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from holdfast.database.pool import Connection
from holdfast.refusals import Refusal
from holdfast.venues.floor_plan import FloorPlan
from holdfast.venues.new_event import base_prices, check_prices, insert_prices
from holdfast.venues.price import Price, PriceList

_READ = """
SELECT
    name, doors_open, start_time, currency, on_sale_at, hold_seconds, order_limit,
    order_fee_amount, forbid_single_seats, color
FROM event
WHERE event_id = $1
"""
_ZONE = """
SELECT v.time_zone
FROM event AS e
JOIN venue AS v ON v.venue_id = e.venue_id
WHERE e.event_id = $1
"""
_WRITE = """
UPDATE event
SET
    name = $2, doors_open = $3, start_time = $4, event_date = $5, currency = $6, on_sale_at = $7,
    hold_seconds = $8, order_limit = $9, order_fee_amount = $10, forbid_single_seats = $11,
    color = $12
WHERE event_id = $1
"""
_DROP_PRICES = "DELETE FROM price WHERE event_id = $1"
_BASE_PRICE = "UPDATE section SET base_price = $3 WHERE event_id = $1 AND section_id = $2"

FIXED_FIELDS = frozenset({"currency", "order_fee_amount"})
"""Fields that are fixed from the first order on, beside the prices."""


async def change_fields(
    connection: Connection, event_id: int, changes: Mapping[str, object]
) -> None:
    """Write these fields of the event; others stay. Refuses doors that open after the start."""
    row = await connection.fetchrow(_READ, event_id)
    assert row is not None, "the event is locked"
    terms: dict[str, object] = {**dict(row.items()), **changes}
    doors, start = terms["doors_open"], terms["start_time"]
    assert isinstance(doors, datetime), "a time, as the request's type says"
    assert isinstance(start, datetime), "a time, as the request's type says"
    if doors > start:
        raise Refusal("invalid_request", "doors_open must not be later than start_time.")
    zone = ZoneInfo(await connection.fetchval(_ZONE, event_id))
    await connection.execute(
        _WRITE,
        event_id,
        terms["name"],
        doors,
        start,
        start.astimezone(zone).date(),
        terms["currency"],
        terms["on_sale_at"],
        terms["hold_seconds"],
        terms["order_limit"],
        terms["order_fee_amount"],
        terms["forbid_single_seats"],
        terms["color"],
    )


async def replace_prices(
    connection: Connection, event_id: int, plan: FloorPlan, prices: Sequence[Price]
) -> None:
    """Put this price list in place of the old one. Refuses prices that do not fit the chart."""
    check_prices(plan.categories, prices)
    await connection.execute(_DROP_PRICES, event_id)
    await insert_prices(connection, event_id, prices)
    lowest = base_prices(plan, PriceList(prices))
    await connection.executemany(
        _BASE_PRICE, [(event_id, section_id, total) for section_id, total in lowest.items()]
    )
