"""How a transaction of a desk begins: the lock, then the time, then the rows that its batch will
want, all in the flight that goes out behind the statement before it.

The time is read by a statement of its own: in the locking one it would be that before the wait.
"""

import time
from collections.abc import Awaitable, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct

from holdfast.database.clock import NOW
from holdfast.database.flight import Answer, Call
from holdfast.database.pool import Connection
from holdfast.database.statements import load
from holdfast.desk.gather import Rows, Wanted

LOCK_DESK = load("desk/sql/lock_desk.sql")


class Locked(Struct):
    """The desk's row, None where there is no such event; the time; the rows that were wanted."""

    desk: dict[str, Any] | None
    now: datetime
    rows: Rows


class Opening(Struct):
    """A transaction whose lock is asked for. `asked_at`: when, by this machine's clock."""

    asked_at: float
    wanted: Wanted
    calls: Sequence[Call]
    answers: Awaitable[list[Answer]]

    async def locked(self) -> Locked:
        """Wait for the lock, lock_timeout at most, and what came with it."""
        lock, clock, *answers = await self.answers
        rows = Rows()
        rows.take(self.wanted, self.calls, answers)
        return Locked(lock.rows[0] if lock.rows else None, clock.rows[0]["now"], rows)


async def open_transaction(
    connection: Connection, statement: str, event_id: int, wanted: Wanted
) -> Opening:
    """Begin one by this statement (BEGIN, or the end of another AND CHAIN). Returns when that is
    done; the lock is on its way."""
    asked_at = time.monotonic()
    calls = wanted.calls(event_id)
    locking = [Call(LOCK_DESK, (event_id,)), Call(NOW), *calls]
    return Opening(asked_at, wanted, calls, await connection.execute_and_fly(statement, locking))
