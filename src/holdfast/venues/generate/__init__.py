"""Charts of houses that do not exist: for demonstrations, tests and measurements.

Seeded: the same kind, size and seed give the same chart, to the last digit.
"""

from collections.abc import Callable
from random import Random
from typing import Literal

from holdfast.venues.chart import Chart
from holdfast.venues.generate.arena import arena
from holdfast.venues.generate.house import House, chart_of
from holdfast.venues.generate.stadium import stadium
from holdfast.venues.generate.theatre import theatre

Kind = Literal["theatre", "arena", "stadium"]

DEFAULT_SEATS: dict[Kind, int] = {"theatre": 2_000, "arena": 20_000, "stadium": 80_000}


_BUILDERS: dict[Kind, Callable[[int, Random], House]] = {
    "theatre": theatre,
    "arena": arena,
    "stadium": stadium,
}


def generate_chart(kind: Kind, seats: int, seed: int) -> Chart:
    """A chart of exactly `seats` places, standing places included."""
    rng = Random(f"{kind} {seats} {seed}")  # noqa: S311 (houses are no secrets)
    return chart_of(_BUILDERS[kind](seats, rng))
