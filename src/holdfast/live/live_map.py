"""One event's seats as everybody may see them, and which of them changed recently.

A pure value: it is told every batch of the journal in order and answers what changed since a
version. It does no I/O, reads no clock and keeps nothing private.
"""

from array import array
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

from msgspec import Struct, field

from holdfast.config import CATCH_UP_PLACES_MAX, CATCH_UP_VERSIONS_MAX
from holdfast.desk.order import EventStatus
from holdfast.desk.seating import PublicPart, PublicSeating
from holdfast.venues.floor_plan import FloorPlan

LETTERS = "AHSB"


class MapFault(Exception):  # noqa: N818 - it reads as what it says
    """A batch does not fit this map; the map has to be read anew."""


class Changes(Struct, frozen=True, omit_defaults=True):
    """What differs between two versions: the last letter of every seat that moved, seat_ids in
    order, and the free places of their sections. `event_status` only where it changed."""

    since: int = field(name="from")
    version: int
    changes: dict[str, list[int]]
    available: dict[int, int]
    event_status: EventStatus | None = None

    @property
    def places(self) -> int:
        """How many seats are named."""
        return sum(map(len, self.changes.values()))

    @property
    def empty(self) -> bool:
        return self.event_status is None and not any(self.changes.values())


class LiveMap:
    """The public seating of one event with a memory of its last batches.

    `oldest` is the earliest version from which changes can still be told. `encoded` is for whoever
    serves the map: what was made of this version; it is emptied when the map moves on.
    """

    __slots__ = (
        "_places",
        "_recent",
        "_runs",
        "_status_at",
        "chart_sha256",
        "encoded",
        "epoch",
        "event_id",
        "oldest",
        "seating",
    )

    def __init__(
        self, event_id: int, epoch: int, chart_sha256: str, seating: PublicSeating
    ) -> None:
        self.event_id = event_id
        self.epoch = epoch
        self.chart_sha256 = chart_sha256
        self.seating = seating
        self.oldest = seating.version
        self.encoded: dict[tuple[object, ...], Any] = {}
        self._recent: deque[tuple[int, array[int]]] = deque()
        self._places = 0
        self._status_at = -1
        self._runs: dict[int, list[slice]] | None = None

    @property
    def version(self) -> int:
        return self.seating.version

    @property
    def plan(self) -> FloorPlan:
        return self.seating.plan

    def follow(self, version: int, public: PublicPart) -> None:
        """Take in the next batch. Raises MapFault, changing nothing, where it does not fit."""
        if version != self.version + 1:
            raise MapFault(f"version {version} does not follow {self.version}")
        moved = self._moved(public)
        self.seating.apply_public(version, public)
        self.encoded.clear()
        if public.event_status is not None:
            self._status_at = version
        self._recent.append((version, moved))
        self._places += len(moved)
        while len(self._recent) > CATCH_UP_VERSIONS_MAX or self._places > CATCH_UP_PLACES_MAX:
            self.oldest, forgotten = self._recent.popleft()
            self._places -= len(forgotten)

    def recall(self, past: Sequence[tuple[int, PublicPart]]) -> None:
        """Learn what led here: batches in order, the last of them this map's version. As many of
        the newest as there is room for are kept; one that does not fit the plan ends it."""
        assert not self._recent, "a map recalls the past once, before it moves"
        for version, public in reversed(past):
            if version != self.oldest or len(self._recent) >= CATCH_UP_VERSIONS_MAX:
                return
            try:
                moved = self._moved(public)
            except MapFault:
                return
            if self._places + len(moved) > CATCH_UP_PLACES_MAX:
                return
            if public.event_status is not None:
                self._status_at = max(self._status_at, version)
            self._recent.appendleft((version, moved))
            self._places += len(moved)
            self.oldest = version - 1

    def changes_since(self, since: int, sections: frozenset[int] | None = None) -> Changes | None:
        """What changed after version `since`, in these sections (None: all); None where `since` is
        too old or not yet known here."""
        if not self.oldest <= since <= self.version:
            return None
        moved: set[int] = set()
        for seat_ids in self.moved_since(since):
            moved.update(seat_ids)
        section_of = self.plan.section_of
        if sections is not None:
            moved = {seat_id for seat_id in moved if section_of[seat_id] in sections}
        changes: dict[str, list[int]] = {letter: [] for letter in LETTERS}
        letters = self.seating.letters
        for seat_id in sorted(moved):
            changes[chr(letters[seat_id])].append(seat_id)
        touched = sorted({section_of[seat_id] for seat_id in moved})
        available = self.seating.available
        return Changes(
            since,
            self.version,
            changes,
            {section_id: available[section_id] for section_id in touched},
            self.seating.event_status if self._status_at > since else None,
        )

    def moved_since(self, since: int) -> Iterator["array[int]"]:
        """The seats of every batch after version `since` that is still known, newest first."""
        for version, seat_ids in reversed(self._recent):
            if version <= since:
                return
            yield seat_ids

    def section_letters(self, section_id: int) -> bytes | None:
        """The letters of one section's places in seat_id order, or None for no such section."""
        if self._runs is None:
            self._runs = _runs(self.plan.section_of)
        runs = self._runs.get(section_id)
        if runs is None:
            return b"" if section_id in self.plan.section_ids else None
        letters = self.seating.letters
        return b"".join([letters[run] for run in runs])

    def _moved(self, public: PublicPart) -> "array[int]":
        """The seats of a batch, checked against the plan."""
        moved: array[int] = array("I")
        try:
            for letter, seat_ids in public.changes.items():
                if len(letter) != 1 or letter not in LETTERS:
                    raise MapFault(f"{letter!r} is no letter of a seat")
                moved.extend(seat_ids)
        except OverflowError as error:
            raise MapFault("a batch names a seat that no house has") from error
        if moved and max(moved) >= self.plan.seat_count:
            raise MapFault(f"a batch names seat {max(moved)} of {self.plan.seat_count}")
        return moved


def _runs(section_of: Iterable[int]) -> dict[int, list[slice]]:
    """Where each section's places stand in seat_id order; mostly one run, two with standing."""
    runs: dict[int, list[slice]] = {}
    start = 0
    for section_id, places in groupby(section_of):
        end = start + sum(1 for _ in places)
        runs.setdefault(section_id, []).append(slice(start, end))
        start = end
    return runs
