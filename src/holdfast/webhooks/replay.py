"""Calls made once more because a person asks: some by their names, or all since an instant.

They keep their names and bodies, so that a receiver that had them already knows them again. What
happened before a webhook was registered can be replayed to it too: news are never deleted.
"""

from collections.abc import Sequence
from datetime import datetime

from holdfast.config import WEBHOOK_REPLAY_PIECE
from holdfast.database.pool import Connection
from holdfast.desk.order import Occasion
from holdfast.outbox.calls import make_calls_again
from holdfast.webhooks.webhook import Webhook, require_open

_AGAIN = """
UPDATE outbox
SET state = 'WAITING', attempts = 0, due_at = $3, tried_from = $3, done_at = NULL
WHERE
    event_id = ANY(ARRAY(SELECT event_id FROM event))
    AND outbox_id = ANY($2::text[])
    AND webhook_id = $1
"""
_EVENTS = """
SELECT event_id
FROM event
WHERE $1::integer IS NULL OR event_id = $1
ORDER BY event_id
"""
_NEWS = """
SELECT outbox_id, created_at
FROM outbox
WHERE
    event_id = $1
    AND outbox_id > $2
    AND kind = 'NEWS'
    AND created_at >= $3
    AND occasion = ANY($4::text[]::occasion[])
ORDER BY outbox_id
LIMIT $5
"""


async def replay_some(
    connection: Connection, webhook: Webhook, delivery_ids: Sequence[str], now: datetime
) -> int:
    """Make these calls again. Returns how many there are. Refuses where the webhook was removed."""
    require_open(webhook)
    tag = await connection.execute(_AGAIN, webhook.webhook_id, delivery_ids, now)
    return int(tag.rsplit(" ", 1)[1])


async def replay_since(
    connection: Connection, webhook: Webhook, since: datetime, now: datetime
) -> int:
    """Make a call for all that happened since then and that the webhook asks for, in pieces that
    are committed one by one. Returns how many. Refuses where the webhook was removed."""
    require_open(webhook)
    count = 0
    for row in await connection.fetch(_EVENTS, webhook.event_id):
        count += await _replay_event(connection, webhook, row["event_id"], since, now)
    return count


async def _replay_event(
    connection: Connection, webhook: Webhook, event_id: int, since: datetime, now: datetime
) -> int:
    occasions = [Occasion[each.name].value for each in webhook.types]
    after, count = "", 0
    while True:
        news = await connection.fetch(
            _NEWS, event_id, after, since, occasions, WEBHOOK_REPLAY_PIECE
        )
        if not news:
            return count
        after = news[-1]["outbox_id"]
        oldest = min(row["created_at"] for row in news)
        ids = [row["outbox_id"] for row in news]
        async with connection.transaction():
            count += await make_calls_again(
                connection, event_id, ids, oldest, now, webhook.webhook_id
            )
