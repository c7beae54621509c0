"""Stripe's webhooks: the signature over the raw body, and what a body is about. Asks nobody.

The scheme is Stripe's own (docs.stripe.com/webhooks, "verify manually"): HMAC-SHA256 over
`{time}.{body}`. Two secrets count during a rotation. The time is compared with the database's.
"""

import hashlib
import hmac
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import msgspec
from msgspec import Struct, field

from holdfast.checkout.stripe_intent import PAYMENT
from holdfast.config import STRIPE_SIGNATURE_SECONDS_MAX, WEBHOOK_BYTES_MAX
from holdfast.refusals import Refusal

SIGNATURE_HEADER = "stripe-signature"
_RETURNS = ("charge.refund", "refund.", "charge.dispute.")


class About(Struct, frozen=True):
    """The object of a notice: an intent, or something that belongs to one."""

    id: str = ""
    object: str = ""
    payment_intent: str | None = None
    metadata: dict[str, str] | None = None

    @property
    def intent_id(self) -> str | None:
        return self.id if self.object == "payment_intent" else self.payment_intent

    @property
    def payment_id(self) -> str | None:
        return (self.metadata or {}).get(PAYMENT)


class _Data(Struct, frozen=True):
    about: About = field(name="object")


class StripeNotice(Struct, frozen=True):
    """A notice as Stripe sends it, as far as anybody here reads it."""

    id: str
    type: str
    data: _Data

    @property
    def about(self) -> About:
        return self.data.about

    @property
    def returns(self) -> bool:
        """Whether it says that money went back, or that a bank contests the charge."""
        return self.type.startswith(_RETURNS)


_decode = msgspec.json.Decoder(StripeNotice).decode


def read_stripe_notice(
    body: bytes, signature: str, secrets: Iterable[str], now: datetime
) -> StripeNotice:
    """Check the signature and read. Raises Refusal: body_too_large, unauthorized,
    invalid_request."""
    if len(body) > WEBHOOK_BYTES_MAX:
        raise Refusal("body_too_large")
    if not _signed(body, signature, secrets, now):
        raise Refusal("unauthorized", "The signature does not fit this body, or it is too old.")
    try:
        return _decode(body)
    except msgspec.MsgspecError as error:
        raise Refusal("invalid_request", str(error)) from error


def sign(body: bytes, secret: str, at: datetime) -> str:
    """The header that Stripe would send with this body."""
    seconds = int(at.timestamp())
    return f"t={seconds},v1={_mac(body, str(seconds), secret)}"


def _signed(body: bytes, signature: str, secrets: Iterable[str], now: datetime) -> bool:
    parts = [part.strip().partition("=") for part in signature.split(",")]
    times = [value for name, _, value in parts if name == "t"]
    given = [value for name, _, value in parts if name == "v1"]
    if len(times) != 1 or not times[0].isascii() or not times[0].isdigit() or len(times[0]) > 12:
        return False
    apart = now - datetime.fromtimestamp(int(times[0]), UTC)
    if abs(apart) > timedelta(seconds=STRIPE_SIGNATURE_SECONDS_MAX):
        return False
    expected = [_mac(body, times[0], secret).encode() for secret in secrets]
    return any(hmac.compare_digest(mac, value.encode()) for mac in expected for value in given)


def _mac(body: bytes, seconds: str, secret: str) -> str:
    return hmac.new(secret.encode(), seconds.encode() + b"." + body, hashlib.sha256).hexdigest()
