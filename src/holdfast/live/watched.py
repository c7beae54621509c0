"""One watched event: its map, and the batches that came before their turn.

Batches may come twice, late, out of order or not at all; here they are put in order, and what is
missing is known to be missing. Whoever reads the journal is somewhere else (live_maps.py).
"""

import math
from typing import Protocol

from holdfast.config import LIVE_AHEAD_MAX
from holdfast.desk.seating import PublicPart
from holdfast.live.live_map import LiveMap, MapFault
from holdfast.live.map_rows import SectionTerms


class Follower(Protocol):
    """Somebody who wants to know when a map moves; told at once, so it must be quick."""

    def moved(self) -> None:
        """The map is at a later version."""
        ...

    def restarted(self) -> None:
        """The map was read anew, and what came before does not lead to it."""
        ...


class Watched:
    """An event that this process watches. `live_map` is None until it was read.

    `heard` is the newest version that anybody spoke of, `broken` says that the map can't be
    followed any more. Times are of the event loop, in seconds: `used_at` of the last request,
    `behind_since` when something was first found missing, `read_at` and `sections_at` of the last
    reading of the map and of the sections.
    """

    __slots__ = (
        "_ahead",
        "behind_since",
        "broken",
        "event_id",
        "followers",
        "heard",
        "live_map",
        "read_at",
        "sections",
        "sections_at",
        "used_at",
    )

    def __init__(self, event_id: int, now: float) -> None:
        self.event_id = event_id
        self.live_map: LiveMap | None = None
        self.followers: set[Follower] = set()
        self.heard = 0
        self.broken = False
        self.behind_since = math.inf
        self.used_at = now
        self.read_at = now
        self.sections: tuple[SectionTerms, ...] = ()
        self.sections_at = -math.inf
        self._ahead: dict[int, PublicPart] = {}

    @property
    def known(self) -> LiveMap:
        """The map of an event whose map was read."""
        assert self.live_map is not None, "its map was read"
        return self.live_map

    @property
    def behind(self) -> bool:
        """Something is known to be missing."""
        live_map = self.live_map
        return live_map is not None and (self.broken or self.heard > live_map.version)

    def offer(self, version: int, public: PublicPart) -> None:
        """Take in a batch if its turn has come, keep it if it is early, else leave it."""
        self.heard = max(self.heard, version)
        live_map = self.live_map
        if live_map is not None and version <= live_map.version:
            return
        if version in self._ahead or len(self._ahead) < LIVE_AHEAD_MAX:
            self._ahead[version] = public
        elif live_map is not None and version == live_map.version + 1:
            self._ahead.clear()  # full of batches that wait for this one: they are in the journal
            self._ahead[version] = public
        if self._catch_up():
            for follower in tuple(self.followers):
                follower.moved()

    def renew(self, live_map: LiveMap) -> None:
        """Put a map that was just read in place, and go on from there."""
        before = self.live_map
        continues = before is not None and (
            before.epoch == live_map.epoch
            and before.chart_sha256 == live_map.chart_sha256
            and before.version <= live_map.version
        )
        self.live_map = live_map
        self.broken = False
        self._ahead = {v: p for v, p in self._ahead.items() if v > live_map.version}
        self._catch_up()
        for follower in tuple(self.followers):
            if continues:
                follower.moved()
            else:
                follower.restarted()

    def _catch_up(self) -> bool:
        """Follow as far as the batches at hand lead; True where that is any further."""
        live_map = self.live_map
        if live_map is None or self.broken:
            return False
        start = live_map.version
        while (public := self._ahead.pop(live_map.version + 1, None)) is not None:
            try:
                live_map.follow(live_map.version + 1, public)
            except MapFault:
                self.broken = True
                break
        return live_map.version > start
