"""Everything that the bench measures, by name, in the order of the table in docs/benchmarks.md."""

from collections.abc import Awaitable, Callable
from typing import Final

from benchmarks.bench import Bench
from benchmarks.measures import alone, cold, expiry, holds, mix, profile, rush, sales, size, workers
from benchmarks.result import Result

Measure = Callable[[Bench], Awaitable[Result]]

MEASURES: Final[dict[str, Measure]] = {
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
