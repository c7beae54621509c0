"""What a measure found: figures with what was promised, and the runs behind them."""

from collections.abc import Iterable, Sequence
from typing import Literal

from msgspec import Struct

from benchmarks.samples import GRANTED, Samples, median, percentile

Verdict = Literal["aim", "met", "missed", ""]


class Run(Struct):
    """One run as it was. Milliseconds; CPU in microseconds per answer.

    `answers` are those of the measured interval by kind and status, `answered` all of the run.
    """

    what: str
    per_second: float
    p50_ms: float
    p99_ms: float
    server_cpu_us: float
    database_cpu_us: float
    answers: dict[str, int]
    answered: int


class Figure(Struct):
    """One line of the table. `higher` says which way is better; None where nothing is promised, or
    nothing beyond it is aimed at."""

    name: str
    value: float
    unit: str
    at_least: float | None = None
    aim: float | None = None
    higher: bool = True

    @property
    def verdict(self) -> Verdict:
        """How it stands to what was promised."""
        if self.at_least is None:
            return ""
        sign = 1 if self.higher else -1
        if self.aim is not None and sign * self.value >= sign * self.aim:
            return "aim"
        return "met" if sign * self.value >= sign * self.at_least else "missed"


class Result(Struct):
    """All about one measure."""

    measure: str
    about: str
    figures: list[Figure]
    runs: list[Run]
    notes: list[str] = []


def run_of(
    what: str,
    samples: Samples,
    server_cpu: float,
    database_cpu: float,
    request: str | None = None,
    statuses: Iterable[int] = GRANTED,
) -> Run:
    """A run's rate and latencies, of one kind of request or of all.

    CPU seconds are those of the whole run, the warm-up included, so they are shared out over all
    its answers.
    """
    took = samples.took(request, statuses)
    answered = max(1, sum(len(series.at) // 8 for series in samples.series))
    return Run(
        what=what,
        per_second=round(len(took) / samples.seconds, 1),
        p50_ms=round(1000 * percentile(took, 0.5), 2),
        p99_ms=round(1000 * percentile(took, 0.99), 2),
        server_cpu_us=round(1e6 * server_cpu / answered, 1),
        database_cpu_us=round(1e6 * database_cpu / answered, 1),
        answers=samples.counts(),
        answered=answered,
    )


def middle(runs: Sequence[Run], what: str) -> Run:
    """The run with the median rate among those of this name."""
    mine = [run for run in runs if run.what == what]
    rate = median([run.per_second for run in mine])
    return next(run for run in mine if run.per_second == rate)
