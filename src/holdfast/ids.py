"""Identifiers: opaque strings that say which event, and so which shard, they belong to.

An order is ``o_<event in base 36>_<26 characters>``. Its items, payments and tickets carry the
same stem and a number (``i_..._1``), so that each of them leads to its order without a look-up.
Nothing here decides whether a thing exists; a well-formed id may name nothing.
"""

import hashlib
import hmac
import re
import secrets
from typing import NewType

EventId = NewType("EventId", int)
SectionId = NewType("SectionId", int)
SeatId = NewType("SeatId", int)
SessionId = NewType("SessionId", str)
OrderId = NewType("OrderId", str)
ItemId = NewType("ItemId", str)
PaymentId = NewType("PaymentId", str)
TicketId = NewType("TicketId", str)

EVENT_ID_MAX = 2**31 - 1
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_ORDER = re.compile(r"o_([0-9a-z]{1,6})_[a-z2-7]{26}")
_PART = re.compile(r"[ipt]_([0-9a-z]{1,6}_[a-z2-7]{26})_[0-9]{1,5}")
_BARCODE = re.compile(r"([0-9A-Z]{1,6})-[A-Z2-7]{26}")
_STEM_CHARACTERS = 26  # of 5 bits: 130
_STEMS_AHEAD = 256
_LETTER_OF_BYTE = b"abcdefghijklmnopqrstuvwxyz234567" * 8  # 256 values, each letter eight times


def base36(number: int) -> str:
    """Write a number >= 0 in base 36, lower case."""
    digits = ""
    while True:
        number, rest = divmod(number, 36)
        digits = _DIGITS[rest] + digits
        if number == 0:
            return digits


def _stem(raw: bytes) -> str:
    """One letter a byte: as random as its lower five bits, and ten times as quick as base 32
    in Python."""
    return raw[:_STEM_CHARACTERS].translate(_LETTER_OF_BYTE).decode()


def new_order_id(event_id: EventId) -> OrderId:
    """A fresh order id with 130 random bits."""
    return OrderId(f"o_{base36(event_id)}_{_stem(secrets.token_bytes(_STEM_CHARACTERS))}")


class OrderIds:
    """Fresh order ids for one process, their randomness asked for 256 at a time.

    Asking the system lets Python's lock go, and in the busiest minute another thread takes it. To
    be made in the process that uses it, never copied by a fork.
    """

    __slots__ = ("_fresh",)

    def __init__(self) -> None:
        self._fresh: list[str] = []

    def new(self, event_id: EventId) -> OrderId:
        """A fresh order id with 130 random bits."""
        if not self._fresh:
            letters = secrets.token_bytes(_STEMS_AHEAD * _STEM_CHARACTERS).translate(
                _LETTER_OF_BYTE
            )
            ends = range(_STEM_CHARACTERS, len(letters) + 1, _STEM_CHARACTERS)
            self._fresh = [letters[end - _STEM_CHARACTERS : end].decode() for end in ends]
        return OrderId(f"o_{base36(event_id)}_{self._fresh.pop()}")


def keyed_order_id(secret: bytes, event_id: EventId, session_id: str, key: str) -> OrderId:
    """The order id of a request that carries an Idempotency-Key: the same request, the same id."""
    message = f"{event_id}\0{session_id}\0{key}".encode()
    digest = hmac.digest(secret, message, hashlib.sha256)
    return OrderId(f"o_{base36(event_id)}_{_stem(digest)}")


def item_id(order_id: OrderId, number: int) -> ItemId:
    return ItemId(f"i_{order_id[2:]}_{number}")


def payment_id(order_id: OrderId, number: int) -> PaymentId:
    return PaymentId(f"p_{order_id[2:]}_{number}")


def ticket_id(order_id: OrderId, number: int) -> TicketId:
    return TicketId(f"t_{order_id[2:]}_{number}")


def item_number(item: str) -> int:
    """The number at the end of an item, payment or ticket id."""
    return int(item.rsplit("_", 1)[1])


def event_of_order(order_id: str) -> EventId | None:
    """The event an order id belongs to, or None where it is no order id."""
    match = _ORDER.fullmatch(order_id)
    if match is None:
        return None
    event_id = int(match[1], 36)
    return EventId(event_id) if 0 < event_id <= EVENT_ID_MAX else None


def order_of(part_id: str) -> OrderId | None:
    """The order that an item, payment or ticket id belongs to, or None where it is no such id."""
    match = _PART.fullmatch(part_id)
    return OrderId(f"o_{match[1]}") if match else None


def barcode(event_id: int, seed: bytes, item: str) -> str:
    """The code of a ticket: the event and 130 bits that nobody can guess without the seed.

    `seed`: 32 random bytes. The letters are those that a QR code packs tightly; the same item and
    seed give the same code.
    """
    digest = hmac.digest(seed, item.encode(), hashlib.sha256)
    return f"{base36(event_id).upper()}-{_stem(digest).upper()}"


def event_of_barcode(barcode: str) -> EventId | None:
    """The event a barcode belongs to, or None where it is no barcode of this box office."""
    match = _BARCODE.fullmatch(barcode)
    if match is None:
        return None
    event_id = int(match[1], 36)
    return EventId(event_id) if 0 < event_id <= EVENT_ID_MAX else None
