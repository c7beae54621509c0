"""What buyers were told, held against the database at the end.

A payment that was answered with tickets stands, with these very tickets, unless it was refunded at
somebody's wish or its event was cancelled. A hold that was given back in time is not held, and one
that was not lives until the deadline that was told.
"""

from datetime import UTC, datetime

from holdfast.database.pool import Connection
from holdfast.ids import event_of_order
from tests.race.caller import Answer

_ORDERS = """
SELECT order_id, status::text AS status FROM orders WHERE order_id = ANY($1::text[])
"""
_TICKETS = """
SELECT order_id, barcode FROM ticket WHERE order_id = ANY($1::text[])
"""
PIECE = 5_000  # orders asked about at a time


class Promises:
    """Kept in memory: some hundred bytes for each order that was paid or given back."""

    def __init__(self) -> None:
        self.paid: dict[str, list[str]] = {}
        self.released: set[str] = set()
        self.refund_asked: set[str] = set()
        self.cancelled_events: set[int] = set()
        self._too_early: list[str] = []

    def keep_time(self, held: Answer, answer: Answer) -> None:
        """A hold lives until the deadline that was told: before it, no answer may say otherwise."""
        deadline = datetime.fromisoformat(held.body["expires_at"])
        if answer.code == "order_expired" and datetime.now(UTC) < deadline:
            self._too_early.append(f"{held.order_id}: expired before {deadline}")

    async def broken(self, connection: Connection) -> list[str]:
        """Every promise that this database does not keep."""
        found = list(self._too_early)
        told = [*self.paid, *self.released]
        for start in range(0, len(told), PIECE):
            piece = told[start : start + PIECE]
            rows = await connection.fetch(_ORDERS, piece)
            statuses = {row["order_id"]: row["status"] for row in rows}
            tickets: dict[str, set[str]] = {}
            for row in await connection.fetch(_TICKETS, piece):
                tickets.setdefault(row["order_id"], set()).add(row["barcode"])
            for order_id in piece:
                found += self._broken_of(order_id, statuses.get(order_id), tickets)
        return found

    def _broken_of(
        self, order_id: str, status: str | None, tickets: dict[str, set[str]]
    ) -> list[str]:
        if order_id in self.released:
            return [] if status == "CANCELLED" else [f"{order_id}: released, and {status}"]
        if not tickets.get(order_id, set()).issuperset(self.paid[order_id]):
            return [f"{order_id}: tickets were shown that are not there"]
        may_be_refunded = (
            order_id in self.refund_asked or event_of_order(order_id) in self.cancelled_events
        )
        allowed = ("CONFIRMED", "REFUNDED") if may_be_refunded else ("CONFIRMED",)
        return [] if status in allowed else [f"{order_id}: paid, and {status}"]
