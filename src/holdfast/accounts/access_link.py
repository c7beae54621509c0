"""The signed token of an order: whoever has the link opens the order, its tickets and codes.

It is `hl_` and, in URL-safe base 64, its end in seconds since 1970 (4 bytes) and a signature
over order and end. An order always has the same link, so a repeated mail opens like the first.
It shows an order and changes nothing.
"""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime

from holdfast.accounts.secret import SIGNATURE_BYTES, signature, signing_key
from holdfast.config import ACCESS_LINK_DAYS

LINK_PREFIX = "hl_"
_END_BYTES = 4
_DAY_SECONDS = 86_400
_TOKEN_BYTES = _END_BYTES + SIGNATURE_BYTES
_TOKEN_CHARACTERS = len(LINK_PREFIX) + (_TOKEN_BYTES * 4 + 2) // 3


class AccessLinks:
    """Issues and verifies the order tokens of one secret."""

    def __init__(self, secret: bytes) -> None:
        self._key = signing_key(secret, "access link")

    def token(self, order_id: str, created_at: datetime) -> str:
        """The token of an order; `created_at` is the order's and sets the token's end."""
        end = int(created_at.timestamp()) + ACCESS_LINK_DAYS * _DAY_SECONDS
        ending = end.to_bytes(_END_BYTES, "big")
        raw = ending + self._signature(order_id, ending)
        return LINK_PREFIX + urlsafe_b64encode(raw).decode().rstrip("=")

    def opens(self, token: str, order_id: str, now: datetime) -> bool:
        """Whether the token was signed for this order and has not ended."""
        if len(token) != _TOKEN_CHARACTERS or not token.startswith(LINK_PREFIX):
            return False
        try:
            raw = urlsafe_b64decode(token[len(LINK_PREFIX) :] + "=" * (-_TOKEN_BYTES % 3))
        except ValueError:
            return False
        ending = raw[:_END_BYTES]
        if not hmac.compare_digest(self._signature(order_id, ending), raw[_END_BYTES:]):
            return False
        return now.timestamp() < int.from_bytes(ending, "big")

    def _signature(self, order_id: str, ending: bytes) -> bytes:
        return signature(self._key, ending + order_id.encode())
