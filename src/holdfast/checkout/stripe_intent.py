"""What a Stripe PaymentIntent means here: its state as a Charge, its amounts in our minor units.

Pure: it reads what Stripe sent and asks nobody. Stripe has a few currencies in hundredths that have
none (ISK, UGX); everything else is in the currency's own minor units, as ours is.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from holdfast.desk.commands import Charge
from holdfast.desk.order import ABANDONED, PaymentStatus

if TYPE_CHECKING:
    from stripe import PaymentIntent

PAYMENT = "holdfast_payment"
"""The metadata that carries our payment_id."""
HOUSE = "holdfast_house"
"""The metadata that says which box office it was; several may share one account."""
ERRAND = "holdfast_errand"
"""The metadata of a refund that our relay made."""

_HUNDREDFOLD = frozenset({"ISK", "UGX"})
_WAITS = ("requires_action", "requires_payment_method", "requires_confirmation")


def to_stripe(amount: int, currency: str) -> int:
    """Our minor units as Stripe counts them."""
    return amount * 100 if currency in _HUNDREDFOLD else amount


def from_stripe(amount: int, currency: str) -> int:
    """Stripe's amount in our minor units."""
    return amount // 100 if currency.upper() in _HUNDREDFOLD else amount


def metadata_of(holder: object) -> Mapping[str, str]:
    """The metadata of anything of Stripe's; empty where it has none."""
    found = getattr(holder, "metadata", None)
    return {} if found is None else found.to_dict()


def untouched(intent: "PaymentIntent") -> bool:
    """Made, and never confirmed: no card was asked."""
    waits = intent.status in ("requires_payment_method", "requires_confirmation")
    return waits and intent.last_payment_error is None and intent.latest_charge is None


def can_be_closed(intent: "PaymentIntent") -> bool:
    """Whether it has taken no money, and a cancel makes sure that it never will."""
    return intent.status in _WAITS


def charge_of(intent: "PaymentIntent") -> Charge:
    """How it stands. To be asked of one that is not untouched."""
    status, amount, reason = _standing(intent)
    currency = intent.currency.upper()
    return Charge(
        status=status,
        amount=from_stripe(amount, currency),
        currency=currency,
        provider_reference=intent.id,
        next_action=_next_action(intent),
        decline_reason=reason,
    )


def _standing(intent: "PaymentIntent") -> tuple[PaymentStatus, int, str | None]:
    match intent.status:
        case "requires_capture":
            return PaymentStatus.AUTHORIZED, intent.amount_capturable, None
        case "succeeded":
            return PaymentStatus.SUCCEEDED, intent.amount_received, None
        case "requires_action" | "processing":
            return PaymentStatus.PROCESSING, intent.amount, None
        case "canceled":
            return _closed(intent)
        case _:
            return PaymentStatus.FAILED, intent.amount, why_declined(intent) or "declined"


def _closed(intent: "PaymentIntent") -> tuple[PaymentStatus, int, str | None]:
    """One that was cancelled: after a decline, before any card was asked, or given back."""
    declined = why_declined(intent)
    if declined is not None:
        return PaymentStatus.FAILED, intent.amount, declined
    if intent.latest_charge is None and intent.payment_method is None:
        return PaymentStatus.FAILED, intent.amount, ABANDONED
    return PaymentStatus.VOIDED, intent.amount, "not_completed"


def why_declined(intent: "PaymentIntent") -> str | None:
    """The bank's reason, else Stripe's code; None where nothing was declined."""
    error = intent.last_payment_error
    if error is None:
        return None
    return getattr(error, "decline_code", None) or getattr(error, "code", None) or "declined"


def _next_action(intent: "PaymentIntent") -> dict[str, str] | None:
    """What the buyer's page hands to Stripe.js; `redirect_url` where a bank has its own page."""
    if intent.status != "requires_action" or intent.client_secret is None:
        return None
    action = {"type": "stripe", "client_secret": intent.client_secret}
    redirect = getattr(intent.next_action, "redirect_to_url", None)
    url = getattr(redirect, "url", None)
    return action if url is None else {**action, "redirect_url": url}
