"""The payment provider of the embedded default: it moves no money and behaves like one that does.

What a charge does is chosen by its token (the table below), so that every trouble of a real
provider can be had on purpose: declined cards, 3-D Secure, an answer lost after the money moved.
Its ledger is durable and knows nothing of orders. It is never asked from inside a transaction.
"""

import asyncio
import hashlib
import hmac
from collections.abc import AsyncIterator, Mapping
from datetime import datetime

import msgspec
from msgspec import Struct

from holdfast.checkout.provider import (
    AlreadyCaptured,
    Booked,
    Notice,
    ProviderRefused,
    ProviderUnknown,
)
from holdfast.checkout.test_ledger import Booking, ChargeStatus, TestLedger
from holdfast.config import TEST_PROVIDER_SLOW_SECONDS, WEBHOOK_BYTES_MAX
from holdfast.desk.commands import Charge, Returns
from holdfast.desk.order import ABANDONED, Buyer, Payment, PaymentStatus
from holdfast.ids import PaymentId
from holdfast.refusals import Refusal

SIGNATURE_HEADER = "holdfast-test-signature"


class Card(Struct, frozen=True):
    """What a token does: how its charge is booked, and what happens to the answer afterwards."""

    status: ChargeStatus = ChargeStatus.AUTHORIZED
    decline_reason: str | None = None
    trouble: str | None = None
    slow: bool = False


CARDS = {
    "tok_ok": Card(),
    "tok_declined": Card(ChargeStatus.DECLINED, "card_declined"),
    "tok_insufficient_funds": Card(ChargeStatus.DECLINED, "insufficient_funds"),
    "tok_3ds": Card(ChargeStatus.REQUIRES_ACTION),
    "tok_timeout_after_charge": Card(trouble="the link timed out after the charge"),
    "tok_error_after_charge": Card(trouble="the provider answered 500 after the charge"),
    "tok_slow": Card(slow=True),
}

_STATUS = {
    ChargeStatus.REQUIRES_ACTION: PaymentStatus.PROCESSING,
    ChargeStatus.AUTHORIZED: PaymentStatus.AUTHORIZED,
    ChargeStatus.CAPTURED: PaymentStatus.SUCCEEDED,
    ChargeStatus.VOIDED: PaymentStatus.VOIDED,
    ChargeStatus.DECLINED: PaymentStatus.FAILED,
}

_decode_notice = msgspec.json.Decoder(Notice).decode


class TestProvider:
    """Pays with tokens instead of cards. `secret` signs its webhooks."""

    name = "test"

    def __init__(
        self,
        ledger: TestLedger,
        secret: bytes,
        slow_seconds: float = TEST_PROVIDER_SLOW_SECONDS,
    ) -> None:
        self._ledger = ledger
        self._secret = secret
        self._slow_seconds = slow_seconds

    def knows(self, token: str) -> bool:
        """A token of the table, or one with a suffix after a colon: another card of that kind."""
        return _kind(token) in CARDS

    async def charge(self, payment: Payment, token: str, buyer: Buyer) -> Charge:
        """Book the charge as its token says. See Provider."""
        del buyer
        card = CARDS[_kind(token)]
        booking = await self._ledger.book(_new(payment, card.status, card.decline_reason))
        if card.slow:
            await asyncio.sleep(self._slow_seconds)
        if card.trouble is not None:
            raise ProviderUnknown(card.trouble)
        return _charge(booking)

    async def lookup(self, payment: Payment) -> Charge | None:
        """How the charge stands, or None. See Provider."""
        booking = await self._ledger.find(payment.payment_id)
        return _charge(booking) if booking is not None else None

    async def complete(self, payment_id: PaymentId, approve: bool = True) -> None:
        """What the buyer's bank does at the end of 3-D Secure. Twice is once.

        Raises Refusal not_found where no such charge was made.
        """
        waiting = (ChargeStatus.REQUIRES_ACTION,)
        if approve:
            booking = await self._ledger.move(payment_id, waiting, ChargeStatus.AUTHORIZED)
        else:
            booking = await self._ledger.move(
                payment_id, waiting, ChargeStatus.DECLINED, "authentication_failed"
            )
        if booking is None:
            raise Refusal("not_found")

    async def abandon(self, payment: Payment) -> Charge:
        """Use an unknown key up, give a waiting charge up. See Provider."""
        await self._ledger.book(_new(payment, ChargeStatus.DECLINED, ABANDONED))
        waiting = (ChargeStatus.REQUIRES_ACTION,)
        booking = await self._ledger.move(
            payment.payment_id, waiting, ChargeStatus.VOIDED, "not_completed"
        )
        assert booking is not None, "it was booked just now, or before"
        return _charge(booking)

    async def capture(self, payment: Payment, key: str, asked_at: datetime) -> None:
        """Collect what is reserved. See Provider; the books here never forget a key."""
        del key, asked_at  # a charge is captured whole, so its own key is enough
        before = (ChargeStatus.AUTHORIZED,)
        booking = await self._ledger.move(payment.payment_id, before, ChargeStatus.CAPTURED)
        _require(booking, ChargeStatus.CAPTURED, payment)

    async def void(self, payment: Payment, key: str, asked_at: datetime) -> None:
        """Give back what is reserved. See Provider."""
        del key, asked_at
        before = (ChargeStatus.AUTHORIZED, ChargeStatus.REQUIRES_ACTION)
        booking = await self._ledger.move(payment.payment_id, before, ChargeStatus.VOIDED)
        if booking is not None and booking.status is ChargeStatus.CAPTURED:
            raise AlreadyCaptured(f"{payment.payment_id} was collected before it could be voided")
        _require(booking, ChargeStatus.VOIDED, payment)

    async def refund(self, payment: Payment, amount: int, key: str, asked_at: datetime) -> None:
        """Pay some of it back. See Provider."""
        del asked_at
        await self._ledger.refund(key, payment.payment_id, amount)

    async def returns(self, payment: Payment) -> Returns:
        """What went back by other hands than ours, or is contested. See Provider."""
        return await self._ledger.returns(payment.payment_id)

    async def books(self, since: datetime) -> AsyncIterator[Booked]:
        """Nothing: audit/ledger.py reads these books by SQL, in one snapshot with ours."""
        del since
        for booked in ():
            yield booked

    async def close(self) -> None:
        """Nothing is held open."""

    def sign(self, body: bytes) -> str:
        """The signature of a webhook body, in hexadecimal."""
        return hmac.new(self._secret, b"test webhook\0" + body, hashlib.sha256).hexdigest()

    async def read_notice(
        self, body: bytes, headers: Mapping[str, str], now: datetime
    ) -> Notice | None:
        """Check and read `{"notice_id","payment_id","returns"?}`. See Provider."""
        del now  # these signatures do not grow old
        given = headers.get(SIGNATURE_HEADER, "")
        if len(body) > WEBHOOK_BYTES_MAX:
            raise Refusal("body_too_large")
        if not hmac.compare_digest(given.encode(), self.sign(body).encode()):
            raise Refusal("unauthorized", "The signature does not fit this body.")
        try:
            return _decode_notice(body)
        except msgspec.MsgspecError as error:
            raise Refusal("invalid_request", str(error)) from error


def _kind(token: str) -> str:
    return token.split(":", 1)[0]


def _new(payment: Payment, status: ChargeStatus, decline_reason: str | None) -> Booking:
    return Booking(payment.payment_id, status, payment.amount, 0, payment.currency, decline_reason)


def _require(booking: Booking | None, status: ChargeStatus, payment: Payment) -> None:
    if booking is None or booking.status is not status:
        found = "unknown" if booking is None else booking.status.value
        raise ProviderRefused(f"{payment.payment_id} is {found}, so it cannot become {status}")


def _charge(booking: Booking) -> Charge:
    action = None
    if booking.status is ChargeStatus.REQUIRES_ACTION:
        action = {
            "type": "three_d_secure",
            "method": "POST",
            "url": f"/api/v1/payments/test/{booking.payment_id}/complete",
        }
    return Charge(
        status=_STATUS[booking.status],
        amount=booking.amount,
        currency=booking.currency,
        provider_reference=f"test_{booking.payment_id}",
        next_action=action,
        decline_reason=booking.decline_reason,
    )
