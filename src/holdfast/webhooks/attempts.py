"""The last attempts to call each webhook: written down, listed, and forgotten in time."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from holdfast.config import WEBHOOK_ATTEMPTS_KEPT
from holdfast.database.pool import Connection
from holdfast.webhooks.webhook import WebhookType

_INSERT = """
INSERT INTO webhook_attempt (
    webhook_id, attempted_at, outbox_id, event_id, status_code, milliseconds, answer
)
SELECT $1, a.attempted_at, a.outbox_id, $2, a.status_code, a.milliseconds, a.answer
FROM unnest($3::timestamptz[], $4::text[], $5::smallint[], $6::integer[], $7::text[])
    AS a (attempted_at, outbox_id, status_code, milliseconds, answer)
ON CONFLICT (webhook_id, attempted_at, outbox_id) DO NOTHING
"""
_FORGET = """
DELETE FROM webhook_attempt
WHERE
    webhook_id = $1
    AND attempted_at < (
        SELECT a.attempted_at
        FROM webhook_attempt AS a
        WHERE a.webhook_id = $1
        ORDER BY a.attempted_at DESC
        OFFSET $2
        LIMIT 1
    )
"""
_LIST = """
SELECT
    a.outbox_id AS delivery_id, a.event_id, b.order_id, b.occasion::text AS occasion,
    a.attempted_at, a.status_code, a.milliseconds, a.answer, b.state::text AS state,
    b.attempts AS attempts, b.due_at AS due_at
FROM webhook_attempt AS a
LEFT JOIN outbox AS b ON b.event_id = a.event_id AND b.outbox_id = a.outbox_id
WHERE
    a.webhook_id = $1
    AND (a.attempted_at, a.outbox_id) < ($2, $3)
    AND (NOT $4 OR coalesce(a.status_code, 0) NOT BETWEEN 200 AND 299)
ORDER BY a.attempted_at DESC, a.outbox_id DESC
LIMIT $5
"""


class Attempt(Struct, frozen=True):
    """One attempt as it is written down."""

    attempted_at: datetime
    outbox_id: str
    status_code: int | None
    milliseconds: int
    answer: str


class Delivery(Struct, frozen=True):
    """One attempt to call a webhook, and how the call stands now. `delivery_id` is its webhook-id;
    `status_code` null: nobody answered; `next_attempt_at` null: no other is to come."""

    delivery_id: str
    type: str
    event_id: int | None
    order_id: str | None
    attempted_at: datetime
    status_code: int | None
    milliseconds: int
    answer: str
    state: str
    attempts: int
    next_attempt_at: datetime | None


async def record(
    connection: Connection, webhook_id: str, event_id: int | None, attempts: Sequence[Attempt]
) -> None:
    """Write attempts down, and forget those before the last WEBHOOK_ATTEMPTS_KEPT."""
    if not attempts:
        return
    await connection.execute(
        _INSERT,
        webhook_id,
        event_id,
        [a.attempted_at for a in attempts],
        [a.outbox_id for a in attempts],
        [a.status_code for a in attempts],
        [a.milliseconds for a in attempts],
        [a.answer for a in attempts],
    )
    await connection.execute(_FORGET, webhook_id, WEBHOOK_ATTEMPTS_KEPT - 1)


async def list_deliveries(
    connection: Connection,
    webhook_id: str,
    before: tuple[datetime, str],
    limit: int,
    *,
    failed: bool,
) -> list[Delivery]:
    """The last attempts, the newest first, from before (attempted_at, delivery_id) on; `failed`:
    only those that were not taken."""
    found: list[Delivery] = []
    for row in await connection.fetch(_LIST, webhook_id, *before, failed, limit):
        fields = dict(row.items())
        occasion, due_at = fields.pop("occasion"), fields.pop("due_at")
        fields["type"] = "webhook.test" if occasion is None else WebhookType[occasion].value
        fields["state"] = fields["state"] or "DONE"  # a test is done once it was made
        fields["attempts"] = fields["attempts"] or 1
        waits = fields["state"] == "WAITING"
        found.append(Delivery(**fields, next_attempt_at=due_at if waits else None))
    return found
