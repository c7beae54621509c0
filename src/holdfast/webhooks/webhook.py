"""A webhook: an organiser's address, and what it is told of. Registered, listed, changed, closed.

Its secrets are made from its id and a number, and not kept: they are shown once. While a secret is
changed for the next one, both sign for a day. A webhook that was closed is never opened again;
what has happened since the last one was closed can be replayed to a new one.
"""

import secrets
from datetime import datetime, timedelta
from enum import StrEnum
from typing import cast

from msgspec import Struct

from holdfast.config import WEBHOOK_ROTATION_HOURS, WEBHOOKS_MAX
from holdfast.database.pool import Connection, Record
from holdfast.desk.order import Occasion
from holdfast.refusals import Refusal

_LOCK = "LOCK TABLE webhook IN SHARE ROW EXCLUSIVE MODE"
_OPEN = "SELECT count(*) FROM webhook WHERE closed_at IS NULL"
_INSERT = """
INSERT INTO webhook (webhook_id, event_id, url, occasions, created_at, secret_number)
VALUES ($1, $2, $3, $4::text[]::occasion[], $5, 1)
"""
_READ = """
SELECT
    webhook_id, event_id, url, occasions::text[] AS occasions, created_at, secret_number,
    previous_until, closed_at, closed_because
FROM webhook
WHERE webhook_id = $1
"""
_LIST = """
SELECT
    webhook_id, event_id, url, occasions::text[] AS occasions, created_at, secret_number,
    previous_until, closed_at, closed_because
FROM webhook
WHERE webhook_id > $1 AND ($2::integer IS NULL OR event_id = $2)
ORDER BY webhook_id
LIMIT $3
"""
_STANDING = """
SELECT
    webhook_id,
    count(*) FILTER (WHERE state = 'WAITING') AS waiting,
    count(*) FILTER (WHERE state = 'PARKED') AS parked
FROM outbox
WHERE webhook_id = ANY($1::text[]) AND state IN ('WAITING', 'PARKED')
GROUP BY webhook_id
"""
_ROTATE = """
UPDATE webhook
SET secret_number = secret_number + 1, previous_until = $2
WHERE webhook_id = $1 AND closed_at IS NULL AND secret_number < 30000
"""
_CLOSE = """
UPDATE webhook
SET closed_at = coalesce(closed_at, $2), closed_because = $3
WHERE webhook_id = $1
"""


class WebhookType(StrEnum):
    """What a webhook may be told of; the names are those of the occasions."""

    ORDER_CONFIRMED = "order.confirmed"
    ORDER_REFUNDED = "order.refunded"
    ORDER_CANCELLED = "order.cancelled"
    PAYMENT_RETURNED = "payment.returned"
    EVENT_CANCELLED = "event.cancelled"


class Webhook(Struct, frozen=True):
    """One address. `event_id` is the only event it is told of; None: all. `closed_because` says
    why it was closed by itself."""

    webhook_id: str
    url: str
    event_id: int | None
    types: tuple[WebhookType, ...]
    created_at: datetime
    secret_number: int
    previous_until: datetime | None
    closed_at: datetime | None
    closed_because: str | None

    def signing_numbers(self, now: datetime) -> tuple[int, ...]:
        """The numbers of the secrets that sign now, the newest first."""
        if self.previous_until is not None and now < self.previous_until:
            return self.secret_number, self.secret_number - 1
        return (self.secret_number,)


async def register(
    connection: Connection,
    url: str,
    event_id: int | None,
    types: tuple[WebhookType, ...],
    now: datetime,
) -> str:
    """Register an address that `Guard.check` has let pass; its webhook_id. Refuses one too many.
    To be called in a transaction."""
    await connection.execute(_LOCK)
    if await connection.fetchval(_OPEN) >= WEBHOOKS_MAX:
        raise Refusal(
            "invalid_request",
            f"There are {WEBHOOKS_MAX} webhooks, as many as there may be: remove one first.",
        )
    webhook_id = "w_" + secrets.token_hex(8)
    occasions = [Occasion[each.name].value for each in dict.fromkeys(types)]
    await connection.execute(_INSERT, webhook_id, event_id, url, occasions, now)
    return webhook_id


async def read_webhook(connection: Connection, webhook_id: str) -> Webhook:
    """A webhook by its id, closed ones too. Refuses not_found."""
    row = await connection.fetchrow(_READ, webhook_id)
    if row is None:
        raise Refusal("not_found", "There is no such webhook.")
    return _webhook(row)


def require_open(webhook: Webhook) -> None:
    """Refuse not_found where it is called no more."""
    if webhook.closed_at is not None:
        raise Refusal("not_found", "This webhook was removed: register it again.")


async def list_webhooks(
    connection: Connection, event_id: int | None, after: str, limit: int
) -> list[Webhook]:
    """Webhooks in order of their ids, closed ones too; of one event only, or all."""
    return [_webhook(row) for row in await connection.fetch(_LIST, after, event_id, limit)]


async def count_left(connection: Connection, webhook_ids: list[str]) -> dict[str, tuple[int, int]]:
    """How many calls of each webhook wait, and how many are parked."""
    rows = await connection.fetch(_STANDING, webhook_ids)
    return {row["webhook_id"]: (row["waiting"], row["parked"]) for row in rows}


async def rotate(
    connection: Connection, webhook_id: str, now: datetime, *, at_once: bool
) -> Webhook:
    """Change the secret for a new one. The one before signs as well for WEBHOOK_ROTATION_HOURS,
    unless it is to end at once. Refuses not_found."""
    until = None if at_once else now + timedelta(hours=WEBHOOK_ROTATION_HOURS)
    tag = await connection.execute(_ROTATE, webhook_id, until)
    webhook = await read_webhook(connection, webhook_id)
    require_open(webhook)
    assert tag == "UPDATE 1", "nobody changes a secret 30,000 times"
    return webhook


async def close(
    connection: Connection, webhook_id: str, now: datetime, because: str | None = None
) -> Webhook:
    """Call it no more; twice is once. `because` None: an organiser wishes it. Refuses not_found."""
    await connection.execute(_CLOSE, webhook_id, now, because)
    return await read_webhook(connection, webhook_id)


def _webhook(row: Record) -> Webhook:
    return Webhook(
        webhook_id=row["webhook_id"],
        url=row["url"],
        event_id=cast("int | None", row["event_id"]),
        types=tuple([WebhookType[occasion] for occasion in row["occasions"]]),
        created_at=row["created_at"],
        secret_number=row["secret_number"],
        previous_until=row["previous_until"],
        closed_at=row["closed_at"],
        closed_because=row["closed_because"],
    )
