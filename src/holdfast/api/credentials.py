"""Who asks: a buyer's session, an order's link, an organiser's or a gate's key.

A bearer token wins over the cookie. The cookie is a browser's, which also sends it where another
site made it do so; therefore a request that changes something must come from our own pages.
"""

from urllib.parse import urlsplit

from holdfast.accounts.access_link import LINK_PREFIX
from holdfast.accounts.api_key import KEY_PREFIX, ApiKey, KeyRole
from holdfast.accounts.session import Session
from holdfast.api.headers import Headers, text
from holdfast.api.parts import Parts
from holdfast.config import SESSION_DAYS
from holdfast.refusals import Refusal

STOREFRONT_HEADER = b"holdfast-storefront"
_PLAIN_COOKIE = "holdfast"
_SECURE_COOKIE = "__Host-holdfast"
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def bearer_of(headers: Headers) -> str | None:
    """The token of the Authorization header, or None where there is none.

    Refuses another scheme than Bearer.
    """
    value = headers.get(b"authorization")
    if value is None:
        return None
    scheme, _, token = value.decode("latin-1").strip().partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Refusal("unauthorized", "Send the token as Authorization: Bearer TOKEN.")
    return token.strip()


def session_of(parts: Parts, headers: Headers, method: str, scheme: str) -> Session:
    """The buyer's session. Refuses unauthorized without a valid one, wrong_origin."""
    session = session_if_any(parts, headers, method, scheme)
    if session is None:
        raise Refusal("unauthorized")
    return session


def session_if_any(parts: Parts, headers: Headers, method: str, scheme: str) -> Session | None:
    """The buyer's session, or None where nothing was sent or a key or link was.

    Refuses a session token that is not valid: its owner should open a new one.
    """
    token = bearer_of(headers)
    if token is not None:
        if token.startswith((KEY_PREFIX, LINK_PREFIX)):
            return None
        return _verified(parts, token)
    cookie = _cookie(parts, headers, scheme)
    if cookie is None:
        return None
    if method not in _SAFE_METHODS:
        _require_own_pages(parts, headers)
    return _verified(parts, cookie)


async def key_of(parts: Parts, headers: Headers, role: KeyRole) -> ApiKey:
    """The key that the request carries. Refuses unauthorized without, forbidden in another role.

    An organiser's key may do at the gate what a gate's key may.
    """
    token = bearer_of(headers)
    if token is None:
        raise Refusal("unauthorized", f"Send a key as Authorization: Bearer; its role is {role}.")
    key = await parts.keys.find(token)
    if key is None:
        if token.startswith(KEY_PREFIX):
            raise Refusal("unauthorized", "This key does not exist or was revoked.")
        raise Refusal("forbidden", f"This needs a key with the role {role}, not another token.")
    if key.role not in (role, KeyRole.organiser):
        raise Refusal(
            "forbidden", f"This key is for the {key.role}; a key of role {role} is needed."
        )
    return key


def cookie_with(parts: Parts, token: str, scheme: str) -> str:
    """The Set-Cookie value that gives a browser its session."""
    secure = is_secure(parts, scheme)
    name = _SECURE_COOKIE if secure else _PLAIN_COOKIE
    age = SESSION_DAYS * 86_400
    ending = "; Secure" if secure else ""
    return f"{name}={token}; Path=/; Max-Age={age}; HttpOnly; SameSite=Lax{ending}"


def is_secure(parts: Parts, scheme: str) -> bool:
    """Whether buyers reach us over https: as the public address says, else as the request came."""
    public_url = parts.settings.public_url
    return public_url.startswith("https:") if public_url else scheme == "https"


def _verified(parts: Parts, token: str) -> Session:
    session = parts.sessions.verify(token, parts.time.now())
    if session is None:
        raise Refusal("unauthorized", "This session is not valid or has ended: open a new one.")
    return session


def _cookie(parts: Parts, headers: Headers, scheme: str) -> str | None:
    raw = headers.get(b"cookie")
    if raw is None:
        return None
    wanted = _SECURE_COOKIE if is_secure(parts, scheme) else _PLAIN_COOKIE
    for pair in raw.decode("latin-1").split(";"):
        name, _, value = pair.strip().partition("=")
        if name == wanted:
            return value
    return None


def _require_own_pages(parts: Parts, headers: Headers) -> None:
    """Refuse a request with a cookie that our own pages did not send.

    Another site can neither set the custom header without asking us first (CORS) nor choose Origin.
    """
    origin = text(headers, b"origin")
    if STOREFRONT_HEADER not in headers:
        raise Refusal("wrong_origin")
    same_host = urlsplit(origin).netloc == text(headers, b"host")
    if not origin or not (same_host or origin == parts.settings.public_url):
        raise Refusal("wrong_origin")
