"""What the load client saw: when each answer came and how long it took, by request and status.

Times are seconds on the machine's monotonic clock, the same in every process, so that whoever
started something can cut the samples at that instant.
"""

from array import array
from collections.abc import Iterable, Iterator
from typing import Final

from msgspec import Struct

GRANTED: Final = frozenset(range(200, 300))
REFUSED: Final = frozenset((402, 403, 409, 410, 422))
NO_ANSWER: Final = 0  # the status of requests that were not answered before the end


class Series(Struct):
    """The answers of one kind and status, as raw arrays of doubles: finished at, and seconds."""

    request: str
    status: int
    at: bytes
    took: bytes


class Samples(Struct):
    """A whole run. Measured are the answers that came between `begin` and `end`."""

    begin: float
    end: float
    series: list[Series]
    lost_connections: int = 0

    @property
    def seconds(self) -> float:
        return self.end - self.begin

    def took(
        self,
        request: str | None = None,
        statuses: Iterable[int] = GRANTED,
        window: tuple[float, float] | None = None,
    ) -> list[float]:
        """Seconds per answer of one kind of request (all kinds: None), sorted."""
        begin, end = window or (self.begin, self.end)
        wanted = frozenset(statuses)
        found: list[float] = []
        for series in self._of(request, wanted):
            ats, tooks = _doubles(series.at), _doubles(series.took)
            found += [took for at, took in zip(ats, tooks, strict=True) if begin <= at < end]
        found.sort()
        return found

    def finished(self, request: str, statuses: Iterable[int] = GRANTED) -> list[float]:
        """When these answers came, sorted; the warm-up included."""
        found: list[float] = []
        for series in self._of(request, frozenset(statuses)):
            found += _doubles(series.at)
        found.sort()
        return found

    def rate(self, request: str | None = None, statuses: Iterable[int] = GRANTED) -> float:
        """Answers per second."""
        return len(self.took(request, statuses)) / self.seconds

    def counts(self) -> dict[str, int]:
        """How many answers of each kind and status came while it was measured."""
        return {
            f"{s.request} {s.status}": sum(self.begin <= at < self.end for at in _doubles(s.at))
            for s in self.series
        }

    def unexpected(self, statuses: Iterable[int]) -> dict[str, int]:
        """Answers, of the whole run, with another status than these."""
        wanted = frozenset(statuses)
        return {
            f"{s.request} {s.status}": len(_doubles(s.at))
            for s in self.series
            if s.status not in wanted
        }

    def _of(self, request: str | None, statuses: frozenset[int]) -> Iterator[Series]:
        for series in self.series:
            if request in (None, series.request) and series.status in statuses:
                yield series


def percentile(sorted_seconds: list[float], share: float) -> float:
    """The smallest value that `share` of the values do not exceed; 0.0 where there are none."""
    if not sorted_seconds:
        return 0.0
    place = min(len(sorted_seconds) - 1, max(0, int(share * len(sorted_seconds) + 0.5) - 1))
    return sorted_seconds[place]


def median(values: Iterable[float]) -> float:
    """The middle value; of two middle ones the lower, so that it was really measured."""
    ordered = sorted(values)
    assert ordered, "there is something to take the median of"
    return ordered[(len(ordered) - 1) // 2]


def _doubles(raw: bytes) -> "array[float]":
    doubles = array("d")
    doubles.frombytes(raw)
    return doubles
