"""Everything that the bench measures, by name, in the order of the tables in docs/benchmarks.md."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from benchmarks.bench import Bench
from benchmarks.measures import (
    alone,
    cold,
    crowd,
    expiry,
    holds,
    mix,
    page,
    profile,
    rush,
    sales,
    screen,
    size,
    snapshot,
    workers,
)
from benchmarks.result import Result

Measure = Callable[[Bench], Awaitable[Result]]

SALE: Final[dict[str, Measure]] = {
    "holds": holds.measure,
    "mix": mix.measure,
    "sales": sales.measure,
    "rush": rush.measure,
    "workers": workers.measure,
    "expiry": expiry.measure,
    "size": size.measure,
    "cold": cold.measure,
    "alone": alone.measure,
    "profile": profile.measure,
}
LIVE: Final[dict[str, Measure]] = {
    "snapshot": snapshot.measure,
    "page": page.measure,
    "screen": screen.measure,
    "crowd": crowd.measure,
}
MEASURES: Final[dict[str, Measure]] = {**SALE, **LIVE}


def chosen(names: Sequence[str]) -> list[str]:
    """The measures meant by these names: `live` are all of the live map, none those of the sale.
    Names of no measure are left as they are."""
    found: list[str] = []
    for name in names or SALE:
        found += LIVE if name == "live" else [name]
    return found
