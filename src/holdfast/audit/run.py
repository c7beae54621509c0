"""An audit: every check on one snapshot, while sales go on.

All questions are asked in one REPEATABLE READ transaction that only reads, so that they speak of
one instant and nobody waits for them. What should have been done by now is only asked while a
server runs that should have done it: after a crash its first seconds will tidy up.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from holdfast.audit.check import Check
from holdfast.audit.errands import ERRANDS
from holdfast.audit.finding import Finding, Value
from holdfast.audit.journal import JOURNAL
from holdfast.audit.ledger import LEDGER
from holdfast.audit.money import MONEY
from holdfast.audit.orders import ORDERS
from holdfast.audit.references import REFERENCES
from holdfast.audit.replay import replay
from holdfast.audit.seats import SEATS
from holdfast.config import AUDIT_ROWS_MAX, AUDIT_STATEMENT_SECONDS_MAX
from holdfast.database.clock import Clock
from holdfast.database.pool import Connection, Database, Record
from holdfast.ids import event_of_order, order_of
from holdfast.venues.chart_store import PlanShelf

CHECKS: Final = (*REFERENCES, *SEATS, *ORDERS, *MONEY, *ERRANDS, *LEDGER, *JOURNAL)

Progress = Callable[[str, int, int], None]
"""Called with what is looked at next, how many steps are done, and how many there are."""

# Every question reads whole events. Where the rows of some tables are not counted yet, the planner
# takes those for tiny and joins row by row, or all rows of an event with all rows of it, which
# takes minutes where a hash join takes a fraction of a second. What keeps requests from scanning
# tables (pool.py) would have it read them in the order of their indexes.
_SETTINGS = f"""
SET LOCAL statement_timeout = '{AUDIT_STATEMENT_SECONDS_MAX}s';
SET LOCAL enable_nestloop = off;
SET LOCAL enable_mergejoin = off;
SET LOCAL enable_seqscan = on;
SET LOCAL work_mem = '64MB'
"""
_EVENTS = """
SELECT event_id FROM event
UNION
SELECT event_id FROM desk
UNION
SELECT event_id FROM section
UNION
SELECT event_id FROM orders
ORDER BY event_id
"""
_SERVED = """
SELECT EXISTS (
    SELECT
    FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = 'holdfast sweeper'
)
"""


async def audit(
    database: Database,
    clock: Clock,
    event_ids: Iterable[int] | None = None,
    progress: Progress | None = None,
) -> list[Finding]:
    """Every row that breaks an invariant, AUDIT_ROWS_MAX at most per check.

    `event_ids` None: all events. The findings stand in the order of CHECKS; then come those of the
    journals, told from the beginning.
    """
    async with (
        database.pool.acquire() as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        return await audit_within(connection, clock, event_ids, progress)


async def audit_within(
    connection: Connection,
    clock: Clock,
    event_ids: Iterable[int] | None = None,
    progress: Progress | None = None,
) -> list[Finding]:
    """The same within the caller's transaction, of what that transaction sees."""
    await connection.execute(_SETTINGS)
    now = await clock.now(connection)
    everything = event_ids is None
    if event_ids is None:
        event_ids = [row["event_id"] for row in await connection.fetch(_EVENTS)]
    wanted = sorted(set(event_ids))
    served = bool(await connection.fetchval(_SERVED))
    checks = [check for check in CHECKS if served or check.late_after is None]
    steps = len(checks) + len(wanted)
    findings: list[Finding] = []
    for done, check in enumerate(checks):
        if progress is not None:
            progress(check.name, done, steps)
        findings += await _ask(connection, check, wanted, now, everything)
    plans = PlanShelf()
    for done, event_id in enumerate(wanted, len(checks)):
        if progress is not None:
            progress(f"journal of event {event_id}", done, steps)
        findings += await replay(connection, plans, event_id)
    return findings


async def _ask(
    connection: Connection, check: Check, event_ids: list[int], now: datetime, everything: bool
) -> list[Finding]:
    arguments: list[object] = [event_ids, AUDIT_ROWS_MAX]
    if check.late_after is not None:
        arguments.append(now - timedelta(seconds=check.late_after))
    rows = await connection.fetch(
        check.query, *arguments, timeout=float(AUDIT_STATEMENT_SECONDS_MAX)
    )
    found = [_finding(check, row) for row in rows]
    return [f for f in found if everything or f.event_id in event_ids]


def _finding(check: Check, row: Record) -> Finding:
    values = {name: _value(value) for name, value in row.items() if name != "event_id"}
    event_id: int | None = row["event_id"]
    payment_id = values.get("payment_id")
    if event_id is None and isinstance(payment_id, str):
        event_id = event_of_order(order_of(payment_id) or "")
    return Finding(check.name, check.sentence, event_id, values)


def _value(value: object) -> Value:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    if value is None or isinstance(value, str | int | float | bool):
        return value
    return int(str(value))  # a sum of bigints comes as a numeric
