"""Which of the rare branches a run has reached: told by the database and the servers' log."""

import asyncio
from pathlib import Path
from typing import Final

from msgspec import Struct

from holdfast.database.pool import Connection
from holdfast.desk.journal import decode_private
from tests.race.soak.postman import DUPLICATE
from tests.race.soak.totals import Totals

_LATE: Final = """
SELECT count(*)
FROM orders AS o
WHERE EXISTS (
    SELECT
    FROM ticket AS t
    WHERE t.event_id = o.event_id AND t.order_id = o.order_id AND t.issued_at > o.expires_at
)
"""
_MONEY_BACK: Final = """
SELECT count(*)
FROM payment AS p
INNER JOIN orders AS o ON o.event_id = p.event_id AND o.order_id = p.order_id
WHERE o.cancel_reason = 'EXPIRED' AND (p.status = 'VOIDED' OR p.refunded_amount = p.amount)
"""
_VOID_LOST: Final = """
SELECT count(*)
FROM outbox AS b
INNER JOIN payment AS p
    ON p.event_id = b.event_id AND p.order_id = b.order_id AND p.payment_id = b.payment_id
WHERE b.kind = 'VOID' AND b.state = 'DONE' AND p.status = 'SUCCEEDED'
"""
_ISSUED: Final = "SELECT order_id, min(issued_at) AS at FROM ticket GROUP BY order_id"
_JOURNAL: Final = """
SELECT event_id, version, at, private_part
FROM seat_change
WHERE (event_id, version) > ($1, $2)
ORDER BY event_id, version
LIMIT 2000
"""
_AMBIGUOUS: Final = b"desk.ambiguous_commit"


class Branches(Struct):
    """How often each was reached."""

    reached: dict[str, int]

    @property
    def missed(self) -> list[str]:
        return [name for name, count in self.reached.items() if count == 0]

    def line(self) -> str:
        told = ", ".join(f"{count} {name}" for name, count in self.reached.items())
        missed = f"; NOT REACHED: {', '.join(self.missed)}" if self.missed else ""
        return f"branches: {told}{missed}"


async def count_branches(connection: Connection, log: Path, totals: Totals) -> Branches:
    """Look through everything that a run has left."""
    return Branches(
        {
            "late successes": await connection.fetchval(_LATE),
            "rescues of ended holds": await _rescues(connection),
            "late payments given back": await connection.fetchval(_MONEY_BACK),
            "ambiguous commits": await asyncio.to_thread(ambiguous_commits, log),
            "voids lost to a capture": await connection.fetchval(_VOID_LOST),
            "duplicate webhooks": totals.count(DUPLICATE, "200"),
        }
    )


def ambiguous_commits(log: Path) -> int:
    """How many COMMITs of a desk have lost their answer, as the servers have logged it."""
    return log.read_bytes().count(_AMBIGUOUS)


async def _rescues(connection: Connection) -> int:
    """Orders whose hold had ended in one batch, and which were sold in a later one."""
    issued = {row["order_id"]: row["at"] for row in await connection.fetch(_ISSUED)}
    rescued: set[str] = set()
    place = (0, 0)
    while rows := await connection.fetch(_JOURNAL, *place):
        for row in rows:
            ended = decode_private(row["private_part"]).ended
            rescued.update([i for i in ended if i in issued and row["at"] < issued[i]])
        place = rows[-1]["event_id"], rows[-1]["version"]
    return len(rescued)
