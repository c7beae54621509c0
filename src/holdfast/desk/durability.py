"""What an acknowledged sale has survived, and whether that is enough to sell.

With a standby, a failover to it loses what it had not got yet. So either the primary waits for it
(synchronous_standby_names), or the operator has accepted the loss in so many words; else nothing
new is held and no payment begun. What was begun is always brought to its end.
"""

import asyncio
from typing import Literal

import structlog
from msgspec import Struct

from holdfast.config import DURABILITY_LOOK_SECONDS, HEALTH_SECONDS_MAX
from holdfast.database.errors import Trouble, classify
from holdfast.database.pool import Database
from holdfast.desk.commands import AddItems, BeginPayment, Command, Hold, Swap
from holdfast.refusals import Refusal

Standby = Literal["synchronous", "asynchronous", "none"]

SELLING = (Hold, AddItems, Swap, BeginPayment)
WAITING_FOR_IT = ("on", "remote_apply")  # remote_write: a standby whose machine stops may lose it
CLOSED = (
    "The standby is asynchronous: a failover would lose sales that were answered. Set "
    "synchronous_standby_names, or accept it in so many words with HOLDFAST_ACCEPT_LOSS."
)
# A standby that nobody reads from is seen only by a role that may see it (pg_monitor).
_ABOUT = """
SELECT
    current_setting('fsync') = 'on' AS fsync,
    current_setting('synchronous_commit') AS synchronous_commit,
    current_setting('synchronous_standby_names') <> '' AS waits,
    EXISTS (SELECT FROM pg_stat_replication WHERE state = 'streaming') AS streams
"""

log = structlog.get_logger(__name__)


class Durability(Struct, frozen=True):
    """What an acknowledged sale has survived. `standby`: whether a copy elsewhere has it too."""

    fsync: bool
    synchronous_commit: str
    standby: Standby
    loss_accepted: bool


class DurabilityWatch:
    """Looks at the primary's settings now and then, and refuses to sell where they lose sales."""

    def __init__(self, database: Database, loss_accepted: bool) -> None:
        self._database = database
        self._loss_accepted = loss_accepted
        self.durability: Durability | None = None

    @property
    def closed_because(self) -> str | None:
        """Why nothing is sold, for operators; None where selling is safe, or accepted to be not.

        A standby that we are told of counts; one that is only seen may be somebody's backup.
        """
        found = self.durability
        if not self._database.replicas.named or self._loss_accepted:
            return None
        return CLOSED if found is None or found.standby != "synchronous" else None

    def allow(self, command: Command) -> None:
        """Refuse sale_closed where this command sells, and selling would lose sales."""
        if isinstance(command, SELLING) and self.closed_because is not None:
            raise Refusal("sale_closed")

    async def look(self) -> Durability:
        """Ask the primary. Raises what the database raises; then what was known stays known."""
        async with self._database.pool.acquire(HEALTH_SECONDS_MAX) as connection:
            row = await connection.fetchrow(_ABOUT, timeout=HEALTH_SECONDS_MAX)
        assert row is not None, "settings always have a row"
        standby: Standby = "none"
        if row["waits"] and row["synchronous_commit"] in WAITING_FOR_IT:
            standby = "synchronous"
        elif self._database.replicas.named or row["streams"]:
            standby = "asynchronous"
        before = self.closed_because
        self.durability = Durability(
            row["fsync"], row["synchronous_commit"], standby, self._loss_accepted
        )
        if self.closed_because is not None and before != self.closed_because:
            log.critical("sales.closed", reason=self.closed_because)
        return self.durability

    async def run(self) -> None:
        """Look every few seconds until cancelled."""
        while True:
            try:
                await self.look()
            except Exception as error:
                if classify(error) is Trouble.BUG:
                    raise
                log.warning("durability.unknown", error=repr(error))
            await asyncio.sleep(DURABILITY_LOOK_SECONDS)
