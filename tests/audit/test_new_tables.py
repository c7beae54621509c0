"""An audit of a great house in its first minute, when nobody has counted the rows of its tables."""

import asyncio

import pytest

from holdfast.audit.run import audit
from holdfast.database.clock import Clock
from tests.postgres import FreshDatabases

pytestmark = pytest.mark.anyio

SEATS, ORDERS = 60_000, 15_000
SECONDS_MAX = 20  # one or two; with tables read in the order of their indexes, minutes
KNOWN = {"category_price", "row_without_event", "section_capacity"}  # the house has only seats
ROWS = (
    f"""
    INSERT INTO seat (event_id, seat_id, section_id, category, status, order_id,
        held_by_session_id, held_until)
    SELECT 1, n, 1, 'c', CASE WHEN n < {2 * ORDERS} THEN 'HELD' ELSE 'AVAILABLE' END::seat_status,
        CASE WHEN n < {2 * ORDERS} THEN 'o' || n / 2 END,
        CASE WHEN n < {2 * ORDERS} THEN 's' END,
        CASE WHEN n < {2 * ORDERS} THEN '2090-01-01'::timestamptz END
    FROM generate_series(0, {SEATS} - 1) AS n
    """,
    f"""
    INSERT INTO orders (event_id, order_id, session_id, status, total_amount, order_fee_amount,
        refunded_amount, currency, seat_count, payment_count, paying, created_at, expires_at,
        hold_cap_at)
    SELECT 1, 'o' || n, 's', 'PENDING', 2, 0, 0, 'EUR', 2, 0, FALSE, now(),
        '2090-01-01', '2090-01-02'
    FROM generate_series(0, {ORDERS} - 1) AS n
    """,
    f"""
    INSERT INTO order_item
    SELECT 1, 'o' || n / 2, 'i' || n, n, 'p', 1, 0, 0, 'ACTIVE'
    FROM generate_series(0, {2 * ORDERS} - 1) AS n
    """,
)


@pytest.mark.parametrize("counted", ["", "seat", "orders", "order_item", "seat, order_item"])
async def test_it_takes_seconds(databases: FreshDatabases, counted: str) -> None:
    """Nor does it where the server has counted the rows of some tables, and not yet of others."""
    async with databases.open() as database:
        async with database.pool.acquire() as connection:
            for statement in ROWS:
                await connection.execute(statement)
            if counted:
                await connection.execute(f"ANALYZE {counted}")
        async with asyncio.timeout(SECONDS_MAX):
            findings = await audit(database, Clock())
    assert {finding.check for finding in findings} == KNOWN
