"""What processes tell each other of new batches, as the text of a NOTIFY. Pure.

A notice holds the public part of its batch where that is small; else only that there is one.
"""

from collections.abc import Sequence

import msgspec
from msgspec import Struct

from holdfast.config import NOTICE_BYTES_MAX, NOTICE_PAYLOADS_MAX
from holdfast.desk.seating import PublicPart


class Notice(Struct, frozen=True, array_like=True):
    """The event has come to this version, by this batch where `public` is given."""

    event_id: int
    version: int
    public: PublicPart | None = None


class Payload(Struct, frozen=True, array_like=True):
    """The notices of one NOTIFY and the process that sent it."""

    origin: str
    notices: list[Notice]


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Payload).decode


def payloads(origin: str, notices: Sequence[Notice]) -> list[str]:
    """The notices in as few texts as hold them, NOTICE_BYTES_MAX each.

    Where that takes more than NOTICE_PAYLOADS_MAX, only the newest version of each event is told.
    """
    texts = _packed(origin, notices)
    if len(texts) > NOTICE_PAYLOADS_MAX:
        newest: dict[int, int] = {}
        for notice in notices:
            newest[notice.event_id] = max(notice.version, newest.get(notice.event_id, 0))
        texts = _packed(origin, [Notice(event_id, newest[event_id]) for event_id in newest])
    return texts


def read_payload(text: str) -> Payload | None:
    """What was sent, or None where it is nothing of ours."""
    try:
        return _decode(text)
    except msgspec.MsgspecError:
        return None


def _packed(origin: str, notices: Sequence[Notice]) -> list[str]:
    room = NOTICE_BYTES_MAX - len(_encode(Payload(origin, [])))
    texts: list[str] = []
    packed: list[Notice] = []
    used = 0
    for notice in notices:
        size = len(_encode(notice)) + 1
        if size > room:
            notice = Notice(notice.event_id, notice.version)  # noqa: PLW2901 - the small form of it
            size = len(_encode(notice)) + 1
        if packed and used + size > room:
            texts.append(_encode(Payload(origin, packed)).decode())
            packed, used = [], 0
        packed.append(notice)
        used += size
    if packed:
        texts.append(_encode(Payload(origin, packed)).decode())
    return texts
