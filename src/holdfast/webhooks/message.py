"""What a webhook is told: a thin body, made from the errand alone, signed by Standard Webhooks 1.0.

The body says what has happened to which order and where to read it, not what the order is: so it is
the same at every attempt without being kept, no buyer's name leaves unasked, and a message that
comes late or twice does no harm. Headers and signature: the specification of Standard Webhooks,
version 1.0.0; the signature is HMAC-SHA256 of `id.timestamp.body`, in base 64.
"""

import hashlib
import hmac
from base64 import b64encode
from datetime import datetime

import msgspec
from msgspec import Struct

from holdfast.desk.order import Occasion
from holdfast.outbox.errand import Taken
from holdfast.webhooks.webhook import Webhook, WebhookType

SCHEMA = 1
"""Rises when a member of the body changes its meaning or goes; new members may come at any time."""

TEST_TYPE = "webhook.test"
SECRET_PURPOSE = "webhook"  # noqa: S105 (which key of the box office makes them)
SECRET_PREFIX = "whsec_"  # noqa: S105 (what secrets begin with)
_ADMIN = "/api/v1/admin"


class Matter(Struct, frozen=True):
    """What it is about. `version`: the event's, after the commit that made it true; of two messages
    about one event the higher one is the later. `amount`: minor units of the order's currency.
    `path`: where the organiser's API shows how it stands now."""

    event_id: int | None
    order_id: str | None
    version: int | None
    amount: int | None
    path: str | None


class Message(Struct, frozen=True):
    """The body of a call. `id` is its webhook-id, `timestamp` when it happened."""

    id: str
    type: str
    schema: int
    timestamp: datetime
    data: Matter


class Secrets:
    """Makes the secrets of webhooks from a key of the box office."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def text(self, webhook: Webhook) -> str:
        """The newest secret, as its receiver keeps it."""
        return SECRET_PREFIX + b64encode(self._raw(webhook, webhook.secret_number)).decode()

    def headers(
        self, webhook: Webhook, message_id: str, body: bytes, now: datetime
    ) -> dict[str, str]:
        """The headers of an attempt at this time, signed by every secret that is valid."""
        timestamp = str(int(now.timestamp()))
        signed = f"{message_id}.{timestamp}.".encode() + body
        signatures = [
            "v1," + b64encode(hmac.digest(self._raw(webhook, n), signed, hashlib.sha256)).decode()
            for n in webhook.signing_numbers(now)
        ]
        return {
            "webhook-id": message_id,
            "webhook-timestamp": timestamp,
            "webhook-signature": " ".join(signatures),
            "content-type": "application/json",
        }

    def _raw(self, webhook: Webhook, number: int) -> bytes:
        return hmac.digest(self._key, f"{webhook.webhook_id} {number}".encode(), hashlib.sha256)


def body_of(errand: Taken) -> bytes:
    """The body of a call: always the same bytes for the same errand."""
    occasion = errand.occasion or Occasion.ORDER_CONFIRMED
    order_id = errand.order_id
    path = f"{_ADMIN}/events/{errand.event_id}"
    if order_id is not None:
        path = f"{_ADMIN}/orders/{order_id}"
    amount = None if order_id is None else errand.amount
    matter = Matter(errand.event_id, order_id, errand.version, amount, path)
    kind = WebhookType[occasion.name].value
    return msgspec.json.encode(Message(errand.outbox_id, kind, SCHEMA, errand.created_at, matter))


def trial_body(message_id: str, now: datetime) -> bytes:
    """The body of a call that is only made to see whether it arrives."""
    matter = Matter(None, None, None, None, None)
    return msgspec.json.encode(Message(message_id, TEST_TYPE, SCHEMA, now, matter))
