"""Charts of houses that do not exist: for demonstrations, tests and measurements.

Seeded: the same kind, size and seed give the same chart, to the last digit.
"""

from random import Random
from typing import Literal

from holdfast.venues.chart import Chart
from holdfast.venues.generate.house import chart_of
from holdfast.venues.generate.theatre import theatre

Kind = Literal["theatre", "arena", "stadium"]

DEFAULT_SEATS: dict[Kind, int] = {"theatre": 2_000, "arena": 20_000, "stadium": 80_000}


def generate_chart(kind: Kind, seats: int, seed: int) -> Chart:
    """A chart of exactly `seats` places, standing places included."""
    rng = Random(f"{kind} {seats} {seed}")  # noqa: S311 (houses are no secrets)
    return chart_of(theatre(seats, rng))
