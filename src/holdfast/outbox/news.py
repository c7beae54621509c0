"""News: what has happened, made into one errand for everybody who is to be told.

The desk writes one row per occasion, in the commit that makes it true. Here it becomes a mail to
the buyer and a call for every webhook that asked for such news; from then on each goes its own way
and waits for nobody else. All of a batch is one commit, so that nobody is told twice or forgotten.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from holdfast.database.pool import Connection
from holdfast.desk.order import OutboxKind
from holdfast.outbox.calls import make_calls
from holdfast.outbox.errand import Taken
from holdfast.outbox.rows import tick_off

_TELL_BUYERS = """
INSERT INTO outbox (
    event_id, outbox_id, kind, order_id, payment_id, amount, occasion, webhook_id, state, attempts,
    due_at, created_at
)
SELECT
    n.event_id, 'mail_' || substr(n.outbox_id, 6), 'MAIL', n.order_id, NULL, n.amount, n.occasion,
    NULL, 'WAITING', 0, $3, n.created_at
FROM outbox AS n
WHERE n.event_id = $1 AND n.outbox_id = ANY($2::text[]) AND n.order_id IS NOT NULL
ON CONFLICT (event_id, outbox_id) DO NOTHING
"""


async def spread(
    connection: Connection,
    event_id: int,
    news: Sequence[Taken],
    tellers: Collection[OutboxKind],
    now: datetime,
) -> None:
    """Write the errands that these news make for the tellers that there are, and tick them off."""
    if not news:
        return
    ids = [errand.outbox_id for errand in news]
    async with connection.transaction():
        if OutboxKind.MAIL in tellers:
            await connection.execute(_TELL_BUYERS, event_id, ids, now)
        if OutboxKind.WEBHOOK in tellers:
            oldest = min(errand.created_at for errand in news)
            await make_calls(connection, event_id, ids, oldest, now)
        await tick_off(connection, event_id, ids, now)
