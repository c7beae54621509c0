"""Charts of houses that do not exist: for demonstrations, tests and measurements.

Seeded: the same kind, size and seed give the same chart, to the last digit.
"""

from collections.abc import Callable
from random import Random
from typing import Literal

from holdfast.venues.chart import Chart
from holdfast.venues.chart_limits import PLACES_MAX
from holdfast.venues.generate.arena import arena
from holdfast.venues.generate.house import House, chart_of
from holdfast.venues.generate.stadium import stadium
from holdfast.venues.generate.theatre import theatre

Kind = Literal["theatre", "arena", "stadium"]

SEATS_MIN = 10
"""The fewest places that still make a house: two rows of five."""

DEFAULT_SEATS: dict[Kind, int] = {"theatre": 2_000, "arena": 20_000, "stadium": 80_000}


_BUILDERS: dict[Kind, Callable[[int, Random], House]] = {
    "theatre": theatre,
    "arena": arena,
    "stadium": stadium,
}


def generate_chart(kind: Kind, seats: int, seed: int) -> Chart:
    """A chart of exactly `seats` places, standing places included.

    Raises ValueError, with a sentence, for fewer than SEATS_MIN or more than PLACES_MAX places.
    """
    if not SEATS_MIN <= seats <= PLACES_MAX:
        raise ValueError(
            f"A house of {seats:,} places cannot be generated: ask for {SEATS_MIN} to "
            f"{PLACES_MAX:,}."
        )
    rng = Random(f"{kind} {seats} {seed}")  # noqa: S311 (houses are no secrets)
    return chart_of(_BUILDERS[kind](seats, rng))
