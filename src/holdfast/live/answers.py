"""What is answered to questions for the map: status, headers and body, made once per version.

The bodies are kept with the map (`LiveMap.encoded`) until it moves on. Nothing here waits.
"""

import zlib
from collections.abc import Callable, Sequence
from functools import lru_cache

import msgspec
from msgspec import Struct

from holdfast.live.live_map import LiveMap
from holdfast.live.map_rows import SectionTerms
from holdfast.refusals import Refusal

Header = tuple[bytes, bytes]

# Letters come in runs, and looking for runs only is what they need: 80,000 of a half sold house
# take 0.5 ms and 12 kB; level 6 takes 5 ms for 11 kB.
GZIP_LEVEL = 1
LETTERS_STRATEGY = zlib.Z_RLE
GZIP_WINDOW = 31  # zlib's way to ask for 32 kB and a gzip header
GZIP_BYTES_MIN = 1_024  # below, the headers weigh more than what is saved
ENCODED_MAX = 128  # bodies kept per version: sections, and versions that readers come from
CHANGES_PLACES_MIN = 1_000  # fewer changes are told as changes, whatever the size of the house
BYTES_PER_PLACE = 6  # of a change; the snapshot needs one

_encode = msgspec.json.Encoder().encode


class Answer(Struct, frozen=True):
    """`headers` hold neither content-length nor anything about origins."""

    status: int
    headers: tuple[Header, ...]
    body: bytes


def seats_answer(
    live_map: LiveMap,
    *,
    since: int | None = None,
    section_id: int | None = None,
    gzip: bool = False,
    if_none_match: str | None = None,
) -> Answer:
    """`GET /events/{event_id}/seats`: one letter per seat, of the house or of one section.

    `since`: only what changed after that version, or everything where that can't be told or would
    be larger. `gzip`: the reader takes it. Raises Refusal not_found for an unknown section.
    """
    if section_id is not None and section_id not in live_map.plan.section_ids:
        raise Refusal("not_found")
    tag = f"{live_map.epoch}-{live_map.version}-{_dashed(since)}-{_dashed(section_id)}"

    def body() -> bytes:
        return _changes(live_map, since, section_id) or _snapshot(live_map, section_id)

    return _answer(live_map, tag, body, gzip, if_none_match, LETTERS_STRATEGY)


def availability_answer(
    live_map: LiveMap,
    sections: Sequence[SectionTerms],
    *,
    gzip: bool = False,
    if_none_match: str | None = None,
) -> Answer:
    """`GET /events/{event_id}/availability`: the free places of every section, as of the map."""
    prices = zlib.crc32(_encode(sections))
    tag = f"{live_map.epoch}-{live_map.version}-a{prices:x}"

    def body() -> bytes:
        free = live_map.seating.available
        return _encode(
            {
                "version": live_map.version,
                "sections": [
                    {**msgspec.structs.asdict(s), "available_count": free.get(s.section_id, 0)}
                    for s in sections
                ],
            }
        )

    return _answer(live_map, tag, body, gzip, if_none_match)


@lru_cache(maxsize=256)  # browsers send a handful of them
def accepts_gzip(accept_encoding: str) -> bool:
    """Whether a header Accept-Encoding allows gzip."""
    for part in accept_encoding.lower().split(","):
        coding, _, weight = part.partition(";")
        if coding.strip() in ("gzip", "*"):
            return weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False


def _answer(
    live_map: LiveMap,
    tag: str,
    make: Callable[[], bytes],
    gzip: bool,
    if_none_match: str | None,
    strategy: int = zlib.Z_DEFAULT_STRATEGY,
) -> Answer:
    # The tag is weak: one for the body as it is and as gzip.
    etag = f'W/"{tag}"'
    headers: tuple[Header, ...] = (
        (b"etag", etag.encode()),
        (b"cache-control", b"public, max-age=1"),
        (b"vary", b"accept-encoding"),
        (b"holdfast-version", b"%d" % live_map.version),
    )
    if if_none_match is not None and _matches(if_none_match, tag):
        return Answer(304, headers, b"")
    headers += ((b"content-type", b"application/json"),)
    body = _kept(live_map, (tag,), make)
    if gzip and len(body) >= GZIP_BYTES_MIN:
        headers += ((b"content-encoding", b"gzip"),)
        body = _kept(live_map, (tag, "gzip"), lambda: _gzip(body, strategy))
    return Answer(200, headers, body)


def _matches(if_none_match: str, tag: str) -> bool:
    names = [name.strip().removeprefix("W/") for name in if_none_match.split(",")]
    return f'"{tag}"' in names or "*" in names


def _kept(live_map: LiveMap, key: tuple[str, ...], make: Callable[[], bytes]) -> bytes:
    """The body made of this version before, or made now and kept."""
    encoded = live_map.encoded
    body = encoded.get(key)
    if body is None:
        body = make()
        if len(encoded) >= ENCODED_MAX:
            del encoded[next(iter(encoded))]
        encoded[key] = body
    return body


def _changes(live_map: LiveMap, since: int | None, section_id: int | None) -> bytes | None:
    if since is None:
        return None
    sections = None if section_id is None else frozenset({section_id})
    changes = live_map.changes_since(since, sections)
    if changes is None:
        return None
    places = changes.places
    if places > CHANGES_PLACES_MIN and places * BYTES_PER_PLACE > live_map.plan.seat_count:
        return None
    return _encode(changes)


def _snapshot(live_map: LiveMap, section_id: int | None) -> bytes:
    if section_id is None:
        return b'{"version":%d,"seats":"%b"}' % (live_map.version, live_map.seating.letters)
    letters = live_map.section_letters(section_id)
    assert letters is not None, "the section was found"
    return b'{"version":%d,"section_id":%d,"seats":"%b"}' % (live_map.version, section_id, letters)


def _dashed(number: int | None) -> str:
    return "" if number is None else str(number)


def _gzip(body: bytes, strategy: int) -> bytes:
    """The same bytes every time: a gzip header without a time."""
    compressor = zlib.compressobj(GZIP_LEVEL, zlib.DEFLATED, GZIP_WINDOW, 9, strategy)
    return compressor.compress(body) + compressor.flush()
