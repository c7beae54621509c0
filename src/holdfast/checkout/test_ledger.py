"""The books of the test payment provider: charges and refunds, each booked once under its key.

They stand in for another company's: nothing here reads or writes the box office's own tables, every
entry is a transaction of its own, and whoever calls this has none open. Nothing is ever unbooked.
"""

import asyncio
from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from holdfast.checkout.provider import NothingLeft, ProviderRefused
from holdfast.config import TEST_LEDGER_CONNECTIONS_MAX
from holdfast.database.clock import Clock
from holdfast.database.pool import Connection, Database, Record
from holdfast.desk.commands import Dispute, OutsideRefund, Returns
from holdfast.desk.order import IncidentState

_BOOK = """
INSERT INTO test_provider.charge (
    payment_id, status, amount, refunded_amount, currency, decline_reason, created_at, updated_at
)
VALUES ($1, $2::text::test_provider.charge_status, $3, 0, $4, $5, $6, $6)
ON CONFLICT (payment_id) DO NOTHING
"""
_FIND = """
SELECT payment_id, status::text AS status, amount, refunded_amount, currency, decline_reason
FROM test_provider.charge
WHERE payment_id = $1
"""
_MOVE = """
UPDATE test_provider.charge
SET
    status = $3::text::test_provider.charge_status,
    decline_reason = COALESCE($4, decline_reason),
    updated_at = $5
WHERE payment_id = $1 AND status = ANY($2::text[]::test_provider.charge_status[])
"""
_BOOK_REFUND = """
INSERT INTO test_provider.refund (refund_id, payment_id, amount, created_at)
VALUES ($1, $2, $3, $4)
ON CONFLICT (refund_id) DO NOTHING
"""
_PAY_BACK = """
UPDATE test_provider.charge
SET refunded_amount = refunded_amount + $2, updated_at = $3
WHERE payment_id = $1 AND status = 'CAPTURED' AND refunded_amount + $2 <= amount
"""
_TOUCH = """
UPDATE test_provider.charge
SET updated_at = $2
WHERE payment_id = $1
RETURNING status::text AS status, amount, refunded_amount
"""
_FIND_REFUND = "SELECT 1 FROM test_provider.refund WHERE refund_id = $1"
_OUTSIDE = """
SELECT refund_id, amount
FROM test_provider.refund
WHERE payment_id = $1 AND NOT starts_with(refund_id, 'refund_')
ORDER BY created_at, refund_id
"""
_DISPUTES = """
SELECT dispute_id, status::text AS status, amount, reason
FROM test_provider.dispute
WHERE payment_id = $1
ORDER BY created_at, dispute_id
"""
_BOOK_DISPUTE = """
INSERT INTO test_provider.dispute (dispute_id, payment_id, status, amount, reason, created_at)
VALUES ($1, $2, $3::text::test_provider.dispute_status, $4, $5, $6)
ON CONFLICT (dispute_id) DO UPDATE SET status = EXCLUDED.status
"""
_DONE = "1"  # the row count at the end of a command tag


class ChargeStatus(StrEnum):
    REQUIRES_ACTION = "REQUIRES_ACTION"
    AUTHORIZED = "AUTHORIZED"
    CAPTURED = "CAPTURED"
    VOIDED = "VOIDED"
    DECLINED = "DECLINED"


class Booking(Struct, frozen=True):
    """One charge as the books have it; amounts in minor units."""

    payment_id: str
    status: ChargeStatus
    amount: int
    refunded_amount: int
    currency: str
    decline_reason: str | None = None


class TestLedger:
    """The books, in the schema test_provider."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._lending = asyncio.Semaphore(TEST_LEDGER_CONNECTIONS_MAX)

    async def book(self, booking: Booking) -> Booking:
        """Book a charge; a key that was used before is answered with what it booked then."""
        async with self._lending, self._database.pool.acquire() as connection:
            await self._insert(connection, booking, await self._clock.now(connection))
            return await _booked(connection, booking.payment_id)

    async def find(self, payment_id: str) -> Booking | None:
        """The charge of this key, or None."""
        async with self._lending, self._database.pool.acquire() as connection:
            row = await connection.fetchrow(_FIND, payment_id)
            return _booking(row) if row is not None else None

    async def move(
        self,
        payment_id: str,
        before: tuple[ChargeStatus, ...],
        after: ChargeStatus,
        decline_reason: str | None = None,
    ) -> Booking | None:
        """Bring a charge from one of these states into another; answers how it stands then."""
        async with self._lending, self._database.pool.acquire() as connection:
            now = await self._clock.now(connection)
            await connection.execute(_MOVE, payment_id, before, after, decline_reason, now)
            row = await connection.fetchrow(_FIND, payment_id)
            return _booking(row) if row is not None else None

    async def refund(self, refund_id: str, payment_id: str, amount: int) -> None:
        """Pay back from a collected charge, or all that is left where that is less; a refund made
        under this key is not made again.

        Raises ProviderRefused where nothing was collected, NothingLeft where all went back.
        """
        async with (
            self._lending,
            self._database.pool.acquire() as connection,
            connection.transaction(),
        ):
            now = await self._clock.now(connection)
            row = await connection.fetchrow(_TOUCH, payment_id, now)  # nobody else pays back
            if row is None or row["status"] != ChargeStatus.CAPTURED:
                raise ProviderRefused(f"{amount} cannot be paid back from {payment_id}")
            if await connection.fetchval(_FIND_REFUND, refund_id):
                return
            amount = min(amount, row["amount"] - row["refunded_amount"])
            if amount == 0:
                raise NothingLeft(f"nothing is left to pay back from {payment_id}")
            await connection.execute(_BOOK_REFUND, refund_id, payment_id, amount, now)
            tag = await connection.execute(_PAY_BACK, payment_id, amount, now)
            assert tag.endswith(_DONE), "the charge is locked"

    async def dispute(self, dispute_id: str, payment_id: str, status: str, amount: int) -> None:
        """What the buyer's bank says of a charge: OPEN, WON or LOST."""
        async with self._lending, self._database.pool.acquire() as connection:
            now = await self._clock.now(connection)
            await connection.execute(
                _BOOK_DISPUTE, dispute_id, payment_id, status, amount, "fraudulent", now
            )

    async def returns(self, payment_id: str) -> Returns:
        """The refunds that no errand made (an errand's is called refund_...), and the disputes."""
        async with self._lending, self._database.pool.acquire() as connection:
            refunds = await connection.fetch(_OUTSIDE, payment_id)
            disputes = await connection.fetch(_DISPUTES, payment_id)
        return Returns(
            tuple([OutsideRefund(row["refund_id"], row["amount"]) for row in refunds]),
            tuple(
                [
                    Dispute(
                        row["dispute_id"],
                        IncidentState(row["status"]),
                        row["amount"],
                        row["reason"],
                    )
                    for row in disputes
                ]
            ),
        )

    async def _insert(self, connection: Connection, booking: Booking, now: datetime) -> None:
        await connection.execute(
            _BOOK,
            booking.payment_id,
            booking.status,
            booking.amount,
            booking.currency,
            booking.decline_reason,
            now,
        )


async def _booked(connection: Connection, payment_id: str) -> Booking:
    row = await connection.fetchrow(_FIND, payment_id)
    assert row is not None, "what was booked is in the books"
    return _booking(row)


def _booking(row: Record) -> Booking:
    return Booking(
        row["payment_id"],
        ChargeStatus(row["status"]),
        row["amount"],
        row["refunded_amount"],
        row["currency"],
        row["decline_reason"],
    )
