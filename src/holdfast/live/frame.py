"""The events of the stream as bytes: what stands on the line between server and browser.

Each carries `id:` the version where the reader stands after it. Pure.
"""

import msgspec

from holdfast.config import FRAME_BYTES_MAX
from holdfast.live.live_map import Changes

FRAME_PLACES_MAX = FRAME_BYTES_MAX // 2  # a seat takes two bytes and more, so more never fit

_encode = msgspec.json.Encoder().encode


def seats_event(changes: Changes) -> bytes:
    """What changed, or `resync` where that would be larger than FRAME_BYTES_MAX."""
    if changes.places <= FRAME_PLACES_MAX:
        event = b"event: seats\nid: %d\ndata: %b\n\n" % (changes.version, _encode(changes))
        if len(event) <= FRAME_BYTES_MAX:
            return event
    return resync_event(changes.version)


def version_event(version: int) -> bytes:
    """Where the stream stands: the heartbeat, and the start for a reader who names no version."""
    return b'event: version\nid: %d\ndata: {"version":%d}\n\n' % (version, version)


def resync_event(version: int) -> bytes:
    """What the reader has is too old: fetch the seats, then go on from there."""
    return b'event: resync\nid: %d\ndata: {"version":%d}\n\n' % (version, version)
