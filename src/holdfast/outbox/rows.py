"""The outbox in the database: errands taken, ticked off, put back, parked, taken up again.

Nothing is ever deleted here, and a row that is not WAITING any more is not touched: whoever comes
late with an errand that another has done changes nothing.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from holdfast.config import OUTBOX_CLAIM_SECONDS, OUTBOX_ERROR_CHARACTERS_MAX
from holdfast.database.pool import Connection, Record
from holdfast.database.statements import load
from holdfast.desk.order import Occasion, OutboxKind
from holdfast.outbox.errand import Taken

CLAIM_ERRANDS = load("outbox/claim_errands.sql")

_EVENTS_DUE = """
SELECT DISTINCT event_id
FROM outbox
WHERE kind = $1::text::outbox_kind AND state = 'WAITING' AND due_at <= $2
LIMIT $3
"""
# By key, the state is cast: no index of what waits alone is used, which may be all of the event.
_DONE = """
UPDATE outbox
SET state = 'DONE', done_at = $3, last_error = $4
WHERE event_id = $1 AND outbox_id = ANY($2::text[]) AND state::text = 'WAITING'
"""
_AGAIN = """
UPDATE outbox
SET due_at = $3, last_error = $4, attempts = $5
WHERE event_id = $1 AND outbox_id = $2 AND state::text = 'WAITING'
"""
_PARK = """
UPDATE outbox
SET state = 'PARKED', last_error = $3
WHERE event_id = $1 AND outbox_id = $2 AND state::text = 'WAITING'
"""
_PARKED = """
SELECT
    event_id, outbox_id, kind::text AS kind, order_id, payment_id, amount,
    occasion::text AS occasion, webhook_id, attempts, last_error, created_at
FROM outbox
WHERE
    state = 'PARKED'
    AND ($1::integer IS NULL OR event_id = $1)
    AND (event_id, outbox_id) > ($2, $3)
ORDER BY event_id, outbox_id
LIMIT $4
"""
_TAKE_UP = """
UPDATE outbox
SET state = 'WAITING', attempts = 0, due_at = $3, tried_from = $3
WHERE
    event_id = $1
    AND (cardinality($2::text[]) = 0 OR outbox_id = ANY($2::text[]))
    AND state = 'PARKED'
"""


class ParkedErrand(Struct):
    """An errand that was tried too often, or refused: it waits for a person."""

    event_id: int
    outbox_id: str
    kind: OutboxKind
    order_id: str | None
    payment_id: str | None
    amount: int
    occasion: Occasion | None
    webhook_id: str | None
    attempts: int
    last_error: str | None
    created_at: datetime


async def events_due(
    connection: Connection, kind: OutboxKind, now: datetime, limit: int
) -> list[int]:
    """Events with something of this kind to do."""
    return [row["event_id"] for row in await connection.fetch(_EVENTS_DUE, kind, now, limit)]


async def claim(
    connection: Connection, event_id: int, kind: OutboxKind, now: datetime, limit: int
) -> list[Taken]:
    """Take errands of one event and kind that are due, for OUTBOX_CLAIM_SECONDS."""
    until = now + timedelta(seconds=OUTBOX_CLAIM_SECONDS)
    rows = await connection.fetch(CLAIM_ERRANDS, event_id, now, until, limit, kind)
    return [taken_of_row(event_id, row) for row in rows]


async def tick_off(
    connection: Connection,
    event_id: int,
    outbox_ids: Sequence[str],
    now: datetime,
    remark: str | None = None,
) -> None:
    """These are done. `remark`: why there was nothing to do."""
    short = None if remark is None else _short(remark)
    await connection.execute(_DONE, event_id, outbox_ids, now, short)


async def put_back(
    connection: Connection, errand: Taken, due_at: datetime, trouble: str, attempts: int
) -> None:
    """Let it fall due again then."""
    await connection.execute(
        _AGAIN, errand.event_id, errand.outbox_id, due_at, _short(trouble), attempts
    )


async def park(connection: Connection, errand: Taken, trouble: str) -> None:
    """Leave it to a person."""
    await connection.execute(_PARK, errand.event_id, errand.outbox_id, _short(trouble))


async def parked_errands(
    connection: Connection, event_id: int | None, after: tuple[int, str], limit: int
) -> list[ParkedErrand]:
    """Errands that wait for a person, of one event or all, after this (event_id, outbox_id)."""
    rows = await connection.fetch(_PARKED, event_id, *after, limit)
    return [ParkedErrand(**dict(row.items())) for row in rows]


async def take_up_again(
    connection: Connection, event_id: int, outbox_ids: Sequence[str], now: datetime
) -> int:
    """Let parked errands be tried again, once a person has mended what stopped them. None named:
    all of the event. Returns how many there were."""
    tag = await connection.execute(_TAKE_UP, event_id, outbox_ids, now)
    return int(tag.rsplit(" ", 1)[1])


def taken_of_row(event_id: int, row: Record) -> Taken:
    """An errand as it was claimed."""
    occasion = row["occasion"]
    return Taken(
        event_id=event_id,
        outbox_id=row["outbox_id"],
        kind=OutboxKind(row["kind"]),
        order_id=row["order_id"],
        payment_id=row["payment_id"],
        amount=row["amount"],
        occasion=None if occasion is None else Occasion(occasion),
        webhook_id=row["webhook_id"],
        attempts=row["attempts"],
        created_at=row["created_at"],
        version=row["version"],
        tried_from=row["tried_from"],
    )


def _short(trouble: str) -> str:
    return trouble.replace("\0", "")[:OUTBOX_ERROR_CHARACTERS_MAX]
