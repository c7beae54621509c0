"""Buyers by the thousand: their sessions, the seats they want, and their requests as bytes.

Sessions are signed here with the server's secret, since opening 60,000 of them over HTTP would be a
load of its own. Seats are dealt out in a shuffled order, each once, so that nobody stands in
anybody's way unless the journey wants it so.
"""

import random
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

import msgspec
from msgspec import Struct

from benchmarks.client import LOOPBACK
from benchmarks.instant_provider import TOKEN
from holdfast.accounts.session import SessionTokens

PREFIX: Final = b"/api/v1"
_ORDER_ID: Final = b'"order_id":"'
_PAYMENT: Final = msgspec.json.encode(
    {
        "payment_token": TOKEN,
        "buyer": {"name": "Ada Lovelace", "email": "ada@example.org"},
    }
)


class Market(Struct, frozen=True):
    """What the buyers may choose from: `seat_count` seats in each of these events, from
    `first_seat` on."""

    secret: str
    event_ids: tuple[int, ...]
    seat_count: int
    seed: int
    first_seat: int = 0


class Buyers:
    """Deals out sessions and seats; one for a whole load process."""

    def __init__(self, market: Market) -> None:
        self.market = market
        self.random = random.Random(market.seed)
        self._tokens = SessionTokens(market.secret.encode())
        self._now = datetime.now(UTC)
        self._ready: list[bytes] = []
        self._decks = {event_id: self._deck() for event_id in market.event_ids}

    def prepare(self, sessions: int) -> None:
        """Sign this many sessions ahead."""
        self._ready = [self._sign() for _ in range(sessions)]

    def new_session(self) -> bytes:
        """The token of a buyer who was never here before."""
        return self._ready.pop() if self._ready else self._sign()

    def any_pair(self) -> list[int]:
        """Two neighbouring seats, free or not."""
        first = self.market.first_seat + 2 * self.random.randrange(self.market.seat_count // 2)
        return [first, first + 1]

    def any_event(self) -> int:
        return self.random.choice(self.market.event_ids)

    def deal(self, event_id: int, seats: int) -> list[int] | None:
        """Seats that nobody else was dealt, or None where they have run out."""
        deck = self._decks[event_id]
        dealt: list[int] = []
        while len(dealt) < seats:
            pair = next(deck, None)
            if pair is None:
                return None
            dealt += pair
        return dealt[:seats]

    def _deck(self) -> Iterator[tuple[int, int]]:
        """Neighbouring pairs all over the house."""
        begin = self.market.first_seat
        pairs = list(range(begin, begin + self.market.seat_count - 1, 2))
        self.random.shuffle(pairs)
        return iter([(first, first + 1) for first in pairs])

    def _sign(self) -> bytes:
        return self._tokens.issue(self._now)[1].encode()


def request(method: bytes, path: bytes, token: bytes, body: bytes = b"") -> bytes:
    """A whole HTTP/1.1 request."""
    head = b"%b %b%b HTTP/1.1\r\nHost: %b\r\nAuthorization: Bearer %b\r\n" % (
        method, PREFIX, path, LOOPBACK.encode(), token,
    )  # fmt: skip
    if not body:
        return head + b"\r\n"
    return b"%bContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (
        head, len(body), body,
    )  # fmt: skip


def hold_request(event_id: int, seats: list[int], token: bytes) -> bytes:
    """Hold these seats."""
    body = b'{"seat_ids":[%b]}' % b",".join([b"%d" % seat for seat in seats])
    return request(b"POST", b"/events/%d/holds" % event_id, token, body)


def snapshot_request(event_id: int) -> bytes:
    """The seats of an event, as a browser asks for them."""
    return b"GET %b/events/%d/seats HTTP/1.1\r\nHost: %b\r\nAccept-Encoding: gzip\r\n\r\n" % (
        PREFIX, event_id, LOOPBACK.encode(),
    )  # fmt: skip


def release_request(order_id: bytes, token: bytes) -> bytes:
    """Give the whole hold back."""
    return request(b"DELETE", b"/orders/%b" % order_id, token)


def payment_request(order_id: bytes, token: bytes) -> bytes:
    """Pay with a card that works."""
    return request(b"POST", b"/orders/%b/payment" % order_id, token, _PAYMENT)


def order_id_of(body: bytes) -> bytes:
    """The id of the order in an answer."""
    start = body.index(_ORDER_ID) + len(_ORDER_ID)
    return body[start : body.index(b'"', start)]
