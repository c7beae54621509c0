"""A payment provider that answers at once, so that the box office is measured and not its provider.

It approves every charge, keeps its books in memory, and writes them down when the server stops:
then `doctor` can compare them with the orders. It stands in for another company's computers, which
are not on this machine.
"""

from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Final

from holdfast.checkout.provider import Booked, Notice, ProviderRefused
from holdfast.checkout.test_ledger import ChargeStatus
from holdfast.database.pool import Connection
from holdfast.desk.commands import Charge, Returns
from holdfast.desk.order import Buyer, Payment, PaymentStatus
from holdfast.refusals import Refusal

TOKEN: Final = "tok_ok"  # the only token it knows

# Worker processes keep books of their own: one reserves, another's relay may collect.
_WRITE_DOWN: Final = """
INSERT INTO test_provider.charge AS charge (
    payment_id, status, amount, refunded_amount, currency, created_at, updated_at
)
SELECT u.payment_id, u.status::test_provider.charge_status, u.amount, 0, u.currency, $5, $5
FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[])
    AS u (payment_id, status, amount, currency)
ON CONFLICT (payment_id) DO UPDATE
SET status = EXCLUDED.status
WHERE charge.status = 'AUTHORIZED'
"""


class InstantProvider:
    """Implements checkout/provider.py `Provider` in memory."""

    name = "test"

    def __init__(self) -> None:
        self._charges: dict[str, tuple[Payment, ChargeStatus]] = {}

    def knows(self, token: str) -> bool:
        return token == TOKEN

    async def charge(self, payment: Payment, token: str, buyer: Buyer) -> Charge:
        """Reserve the amount; the same key again is the same charge."""
        del token, buyer
        self._charges.setdefault(payment.payment_id, (payment, ChargeStatus.AUTHORIZED))
        return _charge(payment)

    async def lookup(self, payment: Payment) -> Charge | None:
        """The charge, if this process made it."""
        return _charge(payment) if payment.payment_id in self._charges else None

    async def abandon(self, payment: Payment) -> Charge:
        """Every charge here took the money at once, so it is answered as it is."""
        return _charge(payment)

    async def capture(self, payment: Payment, key: str, asked_at: datetime) -> None:
        """Collect what this or another process has reserved."""
        del key, asked_at
        self._charges[payment.payment_id] = (payment, ChargeStatus.CAPTURED)

    async def void(self, payment: Payment, key: str, asked_at: datetime) -> None:
        del key, asked_at
        self._charges[payment.payment_id] = (payment, ChargeStatus.VOIDED)

    async def refund(self, payment: Payment, amount: int, key: str, asked_at: datetime) -> None:
        del payment, amount, key, asked_at
        raise ProviderRefused("the bench refunds nothing")

    async def returns(self, payment: Payment) -> Returns:
        del payment
        return Returns()

    async def read_notice(
        self, body: bytes, headers: Mapping[str, str], now: datetime
    ) -> Notice | None:
        del body, headers, now
        raise Refusal("not_found")

    async def books(self, since: datetime) -> AsyncIterator[Booked]:
        del since
        for booked in ():
            yield booked

    async def close(self) -> None:
        """Nothing is held open."""

    async def write_down(self, connection: Connection, now: datetime) -> None:
        """Put the books into the ledger that `doctor` reads. In order, since a charge that one
        process took and another collected is in the books of both, and both may write at once."""
        charges = [charge for _, charge in sorted(self._charges.items())]
        await connection.execute(
            _WRITE_DOWN,
            [payment.payment_id for payment, _ in charges],
            [status.value for _, status in charges],
            [payment.amount for payment, _ in charges],
            [payment.currency for payment, _ in charges],
            now,
        )


def _charge(payment: Payment) -> Charge:
    return Charge(
        status=PaymentStatus.AUTHORIZED,
        amount=payment.amount,
        currency=payment.currency,
        provider_reference=f"instant_{payment.payment_id}",
    )
