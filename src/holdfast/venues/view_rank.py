"""The order in which seats are offered when somebody asks for the best available.

Nearer to the focal point is better; being off the centre line is mildly worse, where the house has
one (a theatre has, a stadium around a field has not); a restricted view is clearly worse. Places
for wheelchairs and companions are ranked by where they are, like any other.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence

from holdfast.venues.chart import Chart, Point, Polygon

OFF_CENTRE_PENALTY = 0.35
"""A seat fully to the side counts as this much further away than one on the centre line. With 0.35,
row 1 at 45 degrees ranks with about row 3 in the middle of a usual theatre."""

RESTRICTED_VIEW_PENALTY = 1.0
"""A seat with a restricted view counts as twice as far away: last choice among its neighbours."""


def view_rank(chart: Chart) -> array[int]:
    """Rank per place, 0 the best, each rank once; equal views rank in chart order."""
    positions = [(seat.x, seat.y) for seat in chart.seats]
    restricted = ["restricted_view" in seat.attributes for seat in chart.seats]
    for area in chart.areas:
        centre = middle(area.polygon)
        positions.extend([centre] * area.capacity)
        restricted.extend([False] * area.capacity)
    scores = _scores(positions, restricted, chart.focal_point)
    rank = array("I", bytes(4 * len(scores)))
    for place, seat_id in enumerate(sorted(range(len(scores)), key=scores.__getitem__)):
        rank[seat_id] = place
    return rank


def _scores(
    positions: Sequence[tuple[float, float]], restricted: Sequence[bool], focal: Point
) -> list[float]:
    """How far away each place counts. Rounded, so that a last bit never decides; plain square
    roots, and not math.hypot, so that every machine rounds alike."""
    offsets = [(x - focal.x, y - focal.y) for x, y in positions]
    distances = [math.sqrt(dx * dx + dy * dy) for dx, dy in offsets]
    axis_x, axis_y = _centre_line(offsets, distances)
    scores: list[float] = []
    for (dx, dy), distance, hidden in zip(offsets, distances, restricted, strict=True):
        # The axis is shorter than 1 where the audience sits around the stage, and the penalty
        # shrinks with it: in the round nobody is off centre.
        aside = math.sqrt(axis_x * axis_x + axis_y * axis_y) * distance - (
            axis_x * dx + axis_y * dy
        )
        score = distance + OFF_CENTRE_PENALTY * aside + RESTRICTED_VIEW_PENALTY * hidden * distance
        scores.append(round(score, 4))
    return scores


def _centre_line(
    offsets: Sequence[tuple[float, float]], distances: Sequence[float]
) -> tuple[float, float]:
    """From the focal point towards the audience's middle; length 1 if all sit on one side, 0 if
    they surround it."""
    total = sum(distances)
    if total == 0:
        return 0.0, 0.0
    return sum(dx for dx, _ in offsets) / total, sum(dy for _, dy in offsets) / total


def middle(polygon: Polygon) -> tuple[float, float]:
    """The mean of the corners: good enough to say where a standing area is."""
    count = max(len(polygon), 1)
    return sum(x for x, _ in polygon) / count, sum(y for _, y in polygon) / count
