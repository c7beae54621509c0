"""The few request headers that anybody here reads, picked out of the request once."""

from collections.abc import Iterable

Headers = dict[bytes, bytes]
"""Lower-case name to value; where a header is repeated, its last value."""

_READ = frozenset(
    {
        b"accept",
        b"accept-encoding",
        b"access-control-request-method",
        b"authorization",
        b"content-length",
        b"content-type",
        b"cookie",
        b"holdfast-storefront",
        b"holdfast-version",
        b"host",
        b"idempotency-key",
        b"if-none-match",
        b"last-event-id",
        b"origin",
    }
)


def pick(raw: Iterable[tuple[bytes, bytes]]) -> Headers:
    """The headers that are read here, of all those that came."""
    return {name: value for name, value in raw if name in _READ}


def text(headers: Headers, name: bytes) -> str:
    """A header as text, without spaces at its ends; empty where it is absent."""
    return headers.get(name, b"").decode("latin-1").strip()
