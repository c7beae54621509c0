"""New terms of sale for an event: written under the desk's lock, with an entry of their own in its
journal, which tells every process to read the event anew.

What buyers rely on once they have ordered (currency, fees, prices) is fixed from the first order
on; the rest may change at any time and holds for whoever comes next.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime
from uuid import uuid4

from holdfast.database.clock import Clock
from holdfast.database.pool import Connection, Database
from holdfast.desk.journal import encode_private, encode_public
from holdfast.desk.opening import LOCK_DESK
from holdfast.desk.seating import PrivatePart, PublicPart
from holdfast.desk.write import ADVANCE_DESK, WRITE_JOURNAL
from holdfast.refusals import Refusal

_HAS_ORDERS = "SELECT EXISTS (SELECT FROM orders WHERE event_id = $1)"

Change = Callable[[Connection, datetime], Awaitable[None]]


async def change_terms(
    database: Database, clock: Clock, event_id: int, change: Change, *, fixed: bool
) -> int:
    """Run `change` at the desk of the event, between two batches; returns the new version.

    `fixed`: it touches what is fixed since the first order. Refuses not_found and terms_fixed.
    """
    async with database.desk_pool.acquire() as connection, connection.transaction():
        row = await connection.fetchrow(LOCK_DESK, event_id)
        if row is None:
            raise Refusal("not_found", "There is no such event.")
        if fixed and await connection.fetchval(_HAS_ORDERS, event_id):
            raise Refusal("terms_fixed")
        now = max(await clock.now(connection), row["last_at"])
        await change(connection, now)
        before: int = row["version"]
        batch_id = uuid4()
        public = encode_public(PublicPart({}, {}))
        private = encode_private(PrivatePart(reload=True))
        await connection.execute(
            WRITE_JOURNAL, event_id, before + 1, batch_id, now, public, private
        )
        await connection.execute(ADVANCE_DESK, event_id, before, before + 1, now, batch_id)
    return before + 1
