"""A buyer's session: a signed token that carries its own id and end, so that nothing is stored.

The token is `hs_` and, in URL-safe base 64, 16 random bytes, the end in seconds since 1970
(4 bytes) and their signature. It says who asks, never what they may do; it cannot be revoked,
only outlived.
"""

import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections import OrderedDict
from datetime import UTC, datetime, timedelta

from msgspec import Struct

from holdfast.accounts.secret import SIGNATURE_BYTES, signature, signing_key
from holdfast.config import SESSION_DAYS, SESSIONS_REMEMBERED_MAX
from holdfast.ids import SessionId

SESSION_PREFIX = "hs_"
_RANDOM_BYTES = 16
_SIGNED_BYTES = _RANDOM_BYTES + 4
_TOKEN_BYTES = _SIGNED_BYTES + SIGNATURE_BYTES
_TOKEN_CHARACTERS = len(SESSION_PREFIX) + (_TOKEN_BYTES * 4 + 2) // 3


class Session(Struct, gc=False, frozen=True):
    """Who asks: `session_id` is what orders keep."""

    session_id: SessionId
    expires_at: datetime


class SessionTokens:
    """Issues and verifies the tokens of one secret.

    Verified tokens are remembered, so that the second request of a buyer costs a look-up.
    """

    def __init__(self, secret: bytes) -> None:
        self._key = signing_key(secret, "session")
        self._verified: OrderedDict[str, Session] = OrderedDict()

    def issue(self, now: datetime) -> tuple[Session, str]:
        """A new session and its token."""
        end = int((now + timedelta(days=SESSION_DAYS)).timestamp())
        signed = secrets.token_bytes(_RANDOM_BYTES) + end.to_bytes(4, "big")
        token = SESSION_PREFIX + _text(signed + signature(self._key, signed))
        return _session(signed), token

    def verify(self, token: str, now: datetime) -> Session | None:
        """The session of a token that this secret signed and that has not ended, else None."""
        session = self._verified.get(token)
        if session is None:
            session = self._check(token)
            if session is None:
                return None
            # A plain dict that loses its first entry again and again is slow to find its first.
            while len(self._verified) >= SESSIONS_REMEMBERED_MAX:
                self._verified.popitem(last=False)
            self._verified[token] = session
        return session if now < session.expires_at else None

    def _check(self, token: str) -> Session | None:
        if len(token) != _TOKEN_CHARACTERS or not token.startswith(SESSION_PREFIX):
            return None
        try:
            raw = urlsafe_b64decode(token[len(SESSION_PREFIX) :] + "=" * (-_TOKEN_BYTES % 3))
        except ValueError:
            return None
        signed = raw[:_SIGNED_BYTES]
        if not hmac.compare_digest(signature(self._key, signed), raw[_SIGNED_BYTES:]):
            return None
        return _session(signed)


def _session(signed: bytes) -> Session:
    session_id = "s_" + signed[:_RANDOM_BYTES].hex()
    end = int.from_bytes(signed[_RANDOM_BYTES:], "big")
    return Session(SessionId(session_id), datetime.fromtimestamp(end, UTC))


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")
