"""Calls of organisers' webhooks in the database: made from news, claimed, put off, parked.

A call is an errand of the kind WEBHOOK. It has lanes of its own, one for each webhook, so that one
that does not answer keeps no other waiting. Where no webhook asked for news, nothing is written.
"""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime, timedelta

from holdfast.config import OUTBOX_CLAIM_SECONDS, VERSIONS_PAGE
from holdfast.database.pool import Connection
from holdfast.database.statements import load
from holdfast.outbox.errand import Taken
from holdfast.outbox.rows import taken_of_row

CLAIM_CALLS = load("outbox/claim_calls.sql")

_WANTED = """
SELECT EXISTS (
    SELECT
    FROM outbox AS n
    INNER JOIN webhook AS w
        ON w.closed_at IS NULL
        AND w.created_at <= n.created_at
        AND (w.event_id IS NULL OR w.event_id = n.event_id)
        AND n.occasion = ANY(w.occasions)
    WHERE n.event_id = $1 AND n.outbox_id = ANY($2::text[])
)
"""
_TIMES = """
SELECT outbox_id, created_at
FROM outbox
WHERE event_id = $1 AND outbox_id = ANY($2::text[])
"""
_VERSIONS = """
SELECT version, at
FROM seat_change
WHERE event_id = $1 AND version < $2
ORDER BY version DESC
LIMIT $3
"""
# News of a whole event have no order in their name: the event is put into that of the call, since
# the name is what a receiver knows calls by, and one webhook may be told of many events.
_MAKE = """
INSERT INTO outbox (
    event_id, outbox_id, kind, order_id, payment_id, amount, occasion, webhook_id, version, state,
    attempts, due_at, tried_from, created_at
)
SELECT
    n.event_id,
    w.webhook_id || '_' || substr(n.outbox_id, 6)
    || CASE WHEN n.order_id IS NULL THEN '_' || n.event_id ELSE '' END,
    'WEBHOOK', n.order_id, NULL, n.amount, n.occasion, w.webhook_id, v.version, 'WAITING', 0, $4,
    $4, n.created_at
FROM unnest($2::text[], $3::bigint[]) AS v (outbox_id, version)
INNER JOIN outbox AS n ON n.event_id = $1 AND n.outbox_id = v.outbox_id
INNER JOIN webhook AS w
    ON w.closed_at IS NULL
    AND (w.event_id IS NULL OR w.event_id = n.event_id)
    AND n.occasion = ANY(w.occasions)
    AND CASE WHEN $5::text IS NULL THEN w.created_at <= n.created_at ELSE w.webhook_id = $5 END
WHERE n.kind = 'NEWS'
ON CONFLICT (event_id, outbox_id) DO UPDATE
SET state = 'WAITING', attempts = 0, due_at = $4, tried_from = $4, done_at = NULL
WHERE $5::text IS NOT NULL AND outbox.kind = 'WEBHOOK'
"""
_DUE = """
SELECT DISTINCT webhook_id, event_id
FROM outbox
WHERE kind = 'WEBHOOK' AND webhook_id IS NOT NULL AND state = 'WAITING' AND due_at <= $1
LIMIT $2
"""
_PUT_OFF = """
UPDATE outbox
SET due_at = $4, last_error = $5
WHERE
    event_id = $1
    AND webhook_id = $2
    AND kind = 'WEBHOOK'
    AND state = 'WAITING'
    AND due_at <= $3
"""
_PARK_OLD = """
UPDATE outbox
SET state = 'PARKED', last_error = $4
WHERE
    event_id = $1
    AND webhook_id = $2
    AND kind = 'WEBHOOK'
    AND state = 'WAITING'
    AND tried_from <= $3
"""


async def make_calls(
    connection: Connection,
    event_id: int,
    news_ids: Sequence[str],
    oldest: datetime,
    now: datetime,
) -> None:
    """A call for every open webhook that asked for these news before they happened; `oldest` is
    when the first of them did. To be called in a transaction."""
    if await connection.fetchval(_WANTED, event_id, news_ids):
        await _make(connection, event_id, news_ids, oldest, now, None)


async def make_calls_again(
    connection: Connection,
    event_id: int,
    news_ids: Sequence[str],
    oldest: datetime,
    now: datetime,
    webhook_id: str,
) -> int:
    """Calls of one webhook for these news, made once more or for the first time, under the names
    that they always have. Returns how many. To be called in a transaction."""
    return await _make(connection, event_id, news_ids, oldest, now, webhook_id)


async def calls_due(connection: Connection, now: datetime, limit: int) -> dict[str, list[int]]:
    """Webhooks with something to be told, and the events that it is about."""
    found: dict[str, list[int]] = {}
    for row in await connection.fetch(_DUE, now, limit):
        found.setdefault(row["webhook_id"], []).append(row["event_id"])
    return found


async def claim_calls(
    connection: Connection, event_id: int, webhook_id: str, now: datetime, limit: int
) -> list[Taken]:
    """Take calls of one webhook about one event that are due, for OUTBOX_CLAIM_SECONDS."""
    until = now + timedelta(seconds=OUTBOX_CLAIM_SECONDS)
    rows = await connection.fetch(CLAIM_CALLS, event_id, now, until, limit, webhook_id)
    return [taken_of_row(event_id, row) for row in rows]


async def put_off(
    connection: Connection, event_id: int, webhook_id: str, now: datetime, until: datetime, why: str
) -> None:
    """Let what is due at a webhook that does not answer fall due then."""
    await connection.execute(_PUT_OFF, event_id, webhook_id, now, until, why)


async def park_old(
    connection: Connection, event_id: int, webhook_id: str, tried_from: datetime, why: str
) -> None:
    """Leave to a person what has been tried at a webhook since then or longer."""
    await connection.execute(_PARK_OLD, event_id, webhook_id, tried_from, why)


async def _make(
    connection: Connection,
    event_id: int,
    news_ids: Sequence[str],
    oldest: datetime,
    now: datetime,
    webhook_id: str | None,
) -> int:
    versions, times = await _versions_since(connection, event_id, oldest)
    rows = await connection.fetch(_TIMES, event_id, news_ids)
    ids = [row["outbox_id"] for row in rows]
    made = [versions[max(bisect_right(times, row["created_at"]) - 1, 0)] for row in rows]
    tag = await connection.execute(_MAKE, event_id, ids, made, now, webhook_id)
    return int(tag.rsplit(" ", 1)[1])


async def _versions_since(
    connection: Connection, event_id: int, oldest: datetime
) -> tuple[list[int], list[datetime]]:
    """The versions of an event from the batch of `oldest` on, and when each was decided: news have
    the time of their batch. Read backwards, since news are mostly of a moment ago."""
    versions: list[int] = []
    times: list[datetime] = []
    below = 2**62
    while True:
        page = await connection.fetch(_VERSIONS, event_id, below, VERSIONS_PAGE)
        versions += [row["version"] for row in page]
        times += [row["at"] for row in page]
        if len(page) < VERSIONS_PAGE or times[-1] < oldest:
            break
        below = versions[-1]
    if not versions:
        return [0], [oldest]
    return versions[::-1], times[::-1]
