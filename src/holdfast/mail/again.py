"""A mail asked for again: the tickets to the address of the order, and not too often.

It is an errand like the first one, with an id of its own, so that mail programs take it for a new
mail. Two requests at one time are one: they choose the same id.
"""

from datetime import datetime

from holdfast.config import RESEND_SECONDS_MIN, RESENDS_MAX
from holdfast.database.pool import Connection
from holdfast.refusals import Refusal

_SENT = """
SELECT count(*) AS times, max(created_at) AS last_at
FROM outbox
WHERE event_id = $1 AND outbox_id = ANY($2::text[])
"""
_ASK = """
INSERT INTO outbox (
    event_id, outbox_id, kind, order_id, amount, occasion, state, attempts, due_at, created_at
)
VALUES ($1, $2, 'MAIL', $3, $4, 'ORDER_CONFIRMED', 'WAITING', 0, $5, $5)
ON CONFLICT (event_id, outbox_id) DO NOTHING
"""


async def send_again(
    connection: Connection, event_id: int, order_id: str, amount: int, now: datetime
) -> None:
    """Let the mail with the tickets of a confirmed order go out once more.

    Refuses rate_limited: once in RESEND_SECONDS_MIN, and RESENDS_MAX times in all.
    """
    ids = [f"mail_again_{order_id}_{number}" for number in range(1, RESENDS_MAX + 1)]
    sent = await connection.fetchrow(_SENT, event_id, ids)
    assert sent is not None, "a count has a row"
    if sent["last_at"] is not None:
        wait = RESEND_SECONDS_MIN - int((now - sent["last_at"]).total_seconds())
        if wait > 0:
            raise Refusal(
                "rate_limited",
                "The mail was sent a moment ago: look into your spam folder too, or try again "
                "after the seconds in Retry-After.",
                retry_after=wait,
            )
    times: int = sent["times"]
    if times >= RESENDS_MAX:
        raise Refusal(
            "rate_limited",
            "The mail was sent many times already. Keep the address of this page, which opens the "
            "order, or ask the box office.",
        )
    await connection.execute(_ASK, event_id, ids[times], order_id, amount, now)
