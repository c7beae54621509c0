"""Stripe as a payment provider: PaymentIntents that reserve the money and are captured later.

An intent is made first, under the payment's key and without a card, and confirmed with the card
then. So it can be made again by whoever wants to know what became of it, since the card is not
kept; the same key answers the same intent. Stripe forgets keys after a day: then it is searched
for. One that was declined is cancelled at once, so that no page can try another card on it.
"""

import hashlib
import hmac
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import structlog

from holdfast.checkout.provider import (
    AlreadyCaptured,
    Booked,
    NothingLeft,
    Notice,
    ProviderRefused,
    key_is_old,
)
from holdfast.checkout.stripe_calls import MADE, StripeCalls, StripeRefused, replayed
from holdfast.checkout.stripe_intent import (
    ERRAND,
    HOUSE,
    PAYMENT,
    can_be_closed,
    charge_of,
    from_stripe,
    metadata_of,
    to_stripe,
    untouched,
)
from holdfast.checkout.stripe_notice import SIGNATURE_HEADER, read_stripe_notice
from holdfast.config import PROVIDER_KEY_HOURS
from holdfast.desk.commands import Charge, Dispute, OutsideRefund, Returns
from holdfast.desk.order import ABANDONED, Buyer, IncidentState, Payment, PaymentStatus
from holdfast.ids import PaymentId
from holdfast.stripe_settings import StripeSettings

if TYPE_CHECKING:
    from stripe import PaymentIntent

_TOKENS = ("pm_", "ctoken_", "card_", "src_")
_DISPUTES = {
    "won": IncidentState.WON,
    "warning_closed": IncidentState.WON,
    "prevented": IncidentState.WON,
    "lost": IncidentState.LOST,
}

log = structlog.get_logger(__name__)


def stripe_house(secret: bytes) -> str:
    """What marks the intents of this box office: the same for all its servers, and no secret."""
    return hmac.digest(secret, b"stripe house", hashlib.sha256).hex()[:16]


class StripeProvider:
    """`house` marks our intents in an account that others use too; `now` is the database's time."""

    name = "stripe"

    def __init__(self, settings: StripeSettings, house: str, now: Callable[[], datetime]) -> None:
        self._settings = settings
        self._house = house
        self._now = now
        self._calls = StripeCalls(settings)

    def knows(self, token: str) -> bool:
        """A payment method or a confirmation token of Stripe's."""
        return token.startswith(_TOKENS)

    async def charge(self, payment: Payment, token: str, buyer: Buyer) -> Charge:
        """Reserve the money, or say what became of it. See Provider."""
        del buyer  # Stripe gets the name and the address from its own form
        intent: PaymentIntent | None = None
        try:
            intent = await self._intent(payment)
            if intent is None:
                raise ProviderRefused(f"{payment.payment_id} is too old to be charged")
            if untouched(intent):
                intent = await self._confirm(intent, payment, token)
        except StripeRefused as refused:
            # Stripe does not take this amount or card at all: no bank was asked, and none will be.
            log.warning("stripe.not_taken", payment_id=payment.payment_id, code=refused.code)
            if intent is not None:
                await self._close(intent)
            return _not_taken(payment, refused.code)
        return await self._told(intent)

    async def lookup(self, payment: Payment) -> Charge | None:
        """How it stands; None where no card was asked. See Provider."""
        try:
            intent = await self._intent(payment)
        except StripeRefused as refused:
            return _not_taken(payment, refused.code)
        return None if intent is None or untouched(intent) else await self._told(intent)

    async def abandon(self, payment: Payment) -> Charge:
        """Cancel an intent that took no money (docs/decisions/0005). See Provider."""
        try:
            intent = await self._intent(payment)
        except StripeRefused as refused:
            return _not_taken(payment, refused.code)
        if intent is None:
            return _not_taken(payment, ABANDONED)
        return charge_of(await self._close(intent) if can_be_closed(intent) else intent)

    async def capture(self, payment: Payment, key: str, asked_at: datetime) -> None:
        """Collect the reservation. See Provider.

        What an intent is now guards it better than any key: it is captured once.
        """
        intent = None
        if not key_is_old(asked_at, self._now()):
            intent = await self._try(payment, "capture", key)
        intent = intent or await self._look(payment)
        if intent.status == "requires_capture":
            intent = await self._try(payment, "capture", None) or await self._look(payment)
        if intent.status != "succeeded":
            raise ProviderRefused(f"{intent.id} is {intent.status}, so it cannot be collected")

    async def void(self, payment: Payment, key: str, asked_at: datetime) -> None:
        """Give the reservation back. See Provider; guarded as a capture is."""
        intent = None
        if not key_is_old(asked_at, self._now()):
            intent = await self._try(payment, "cancel", key)
        intent = intent or await self._look(payment)
        if intent.status not in ("canceled", "succeeded"):
            intent = await self._try(payment, "cancel", None) or await self._look(payment)
        if intent.status == "succeeded":
            raise AlreadyCaptured(f"{intent.id} was collected before it could be given back")
        if intent.status != "canceled":
            raise ProviderRefused(f"{intent.id} is {intent.status}, so it cannot be given back")

    async def refund(self, payment: Payment, amount: int, key: str, asked_at: datetime) -> None:
        """Pay some of it back, or all that is left. See Provider."""
        reference = await self._reference(payment)
        sent_as = key
        if key_is_old(asked_at, self._now()):
            if await self._calls.refund_made(reference, key):
                return
            # Every day has its own key, so that what was looked up before is not sent twice.
            days = (self._now() - asked_at) // timedelta(hours=PROVIDER_KEY_HOURS)
            sent_as = f"{key}_day_{days}"
        left = await self._refund(payment, reference, amount, key, sent_as)
        if left is not None:
            await self._refund(payment, reference, left, key, f"{sent_as}_{left}")

    async def returns(self, payment: Payment) -> Returns:
        """Refunds that no errand of ours made, and disputes. See Provider."""
        reference = await self._reference(payment)
        refunds = await self._calls.refunds(reference)
        disputes = await self._calls.disputes(reference)
        currency = payment.currency
        return Returns(
            tuple(
                [
                    OutsideRefund(r.id, from_stripe(r.amount, currency))
                    for r in refunds
                    if r.status in MADE and ERRAND not in metadata_of(r)
                ]
            ),
            tuple(
                [
                    Dispute(
                        d.id,
                        _DISPUTES.get(d.status, IncidentState.OPEN),
                        from_stripe(d.amount, currency),
                        d.reason,
                    )
                    for d in disputes
                ]
            ),
        )

    async def read_notice(
        self, body: bytes, headers: Mapping[str, str], now: datetime
    ) -> Notice | None:
        """Check and read. What has no metadata of ours belongs to an intent that may have."""
        signature = headers.get(SIGNATURE_HEADER, "")
        told = read_stripe_notice(body, signature, self._settings.webhook_secrets, now)
        payment_id = told.about.payment_id
        if payment_id is None and told.about.intent_id is not None:
            intent = await self._calls.retrieve(told.about.intent_id)
            payment_id = metadata_of(intent).get(PAYMENT)
        if payment_id is None:
            return None
        return Notice(told.id, PaymentId(payment_id), told.returns)

    async def books(self, since: datetime) -> AsyncIterator[Booked]:
        """Every intent of this house. See Provider."""
        async for intent in self._calls.all_since(since):
            metadata = metadata_of(intent)
            if metadata.get(HOUSE) != self._house or PAYMENT not in metadata:
                continue
            paid = intent.latest_charge
            returned = getattr(paid, "amount_refunded", 0) if paid is not None else 0
            yield Booked(
                PaymentId(metadata[PAYMENT]),
                None if untouched(intent) else charge_of(intent),
                from_stripe(returned or 0, intent.currency),
            )

    async def close(self) -> None:
        """Close the links to Stripe."""
        await self._calls.close()

    async def _intent(self, payment: Payment) -> "PaymentIntent | None":
        """The intent of this payment as it is now, made where there was none; None where its key
        may be forgotten and nothing is found."""
        if payment.provider_reference is not None:
            return await self._calls.retrieve(payment.provider_reference)
        if key_is_old(payment.created_at, self._now()):
            return await self._calls.search(payment.payment_id)
        params = {
            "amount": to_stripe(payment.amount, payment.currency),
            "currency": payment.currency.lower(),
            "capture_method": "manual",
            "metadata": {PAYMENT: payment.payment_id, HOUSE: self._house},
        }
        intent = await self._calls.create(params, payment.payment_id, payment.created_at)
        return await self._calls.retrieve(intent.id) if replayed(intent) else intent

    async def _look(self, payment: Payment) -> "PaymentIntent":
        return await self._calls.retrieve(await self._reference(payment))

    async def _reference(self, payment: Payment) -> str:
        """What Stripe calls it; a settled payment has it written down."""
        if payment.provider_reference is not None:
            return payment.provider_reference
        intent = await self._intent(payment)
        if intent is None:
            raise ProviderRefused(f"Stripe has never heard of {payment.payment_id}")
        return intent.id

    async def _confirm(
        self, intent: "PaymentIntent", payment: Payment, token: str
    ) -> "PaymentIntent":
        """Ask the card. Raises StripeRefused where Stripe would not even do that."""
        kind = "confirmation_token" if token.startswith("ctoken_") else "payment_method"
        params = {
            kind: token,
            "return_url": f"{self._settings.public_url}/orders/{payment.order_id}",
            "use_stripe_sdk": True,
        }
        return await self._calls.confirm(intent.id, params, f"{payment.payment_id}_confirm")

    async def _told(self, intent: "PaymentIntent") -> Charge:
        """How it stands. One that was declined is closed: another card gets its own intent."""
        charge = charge_of(intent)
        if charge.status is PaymentStatus.FAILED and can_be_closed(intent):
            closed = await self._close(intent)
            charge = charge_of(closed)
        return charge

    async def _close(self, intent: "PaymentIntent") -> "PaymentIntent":
        """Cancel it, unless something else has become of it since."""
        closed = await self._calls.cancel(intent.id, None)
        return closed or await self._calls.retrieve(intent.id)

    async def _try(self, payment: Payment, what: str, key: str | None) -> "PaymentIntent | None":
        """The intent after a capture or cancel; None where Stripe refuses it in this state."""
        reference = await self._reference(payment)
        call: Callable[[str, str | None], Awaitable[PaymentIntent | None]]
        call = self._calls.capture if what == "capture" else self._calls.cancel
        return await call(reference, key)

    async def _refund(
        self, payment: Payment, reference: str, amount: int, key: str, sent_as: str
    ) -> int | None:
        """None: it is made. A number: only so much is left. Raises NothingLeft."""
        params: dict[str, Any] = {
            "payment_intent": reference,
            "amount": to_stripe(amount, payment.currency),
            "metadata": {ERRAND: key},
        }
        try:
            await self._calls.refund(params, sent_as)
        except ProviderRefused as refused:
            if await self._calls.refund_made(reference, key):
                return None
            left = from_stripe(await self._calls.left(reference), payment.currency)
            if left == 0:
                raise NothingLeft(f"nothing is left to pay back of {reference}") from refused
            if left >= amount:
                raise
            return left
        return None


def _not_taken(payment: Payment, reason: str) -> Charge:
    return Charge(PaymentStatus.FAILED, payment.amount, payment.currency, decline_reason=reason)
