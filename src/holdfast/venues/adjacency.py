"""Which seats sit side by side.

Decided from positions alone, because numbers mislead: many houses number the odd seats on one side
of the centre and the even ones on the other. A run is a stretch of seats that nothing parts; it
ends at an aisle and at the end of the row. Around a table the labels decide instead.
"""

import math
import re
from collections.abc import Sequence
from itertools import pairwise

from holdfast.venues.chart import RowKind

XY = tuple[float, float]

AISLE_FACTOR = 1.6
"""A gap wider than this many usual spacings of the row is an aisle. An empty place in a row makes a
gap of 2; the widest armrest, a wheelchair place, about 1.5."""

PAIR_AISLE_FACTOR = 2.5
"""Two seats alone have no usual spacing of their own: measured against the chart's, generously."""

TANGLED_ROW_MAX = 2_000
"""Seats. Rows that are no simple curve are joined pair by pair; longer ones, which no house has,
are put in order along their main direction only."""

PAIRED_WITH_NEXT = 8
"""Pairs are sought among this many seats that follow along and across the row: in four lines of
chairs under one name the neighbour is at most the fourth. Keeps the pairs from growing as the
square of the row."""

STRAIGHT_ENOUGH = 0.3
"""Cosine of the sharpest turn (about 72 degrees) between three neighbours of a simple curve."""

DIRECTIONS_TRIED = 60
"""Three degrees apart."""


def side_by_side(
    positions: Sequence[XY], labels: Sequence[str], kind: RowKind, pitch: float
) -> list[list[int]]:
    """The runs of one row: lists of indices into `positions`, neighbours next to each other.

    `pitch` is the chart's usual spacing (0 where unknown). Every index is in exactly one run.
    """
    if kind == "table":
        return [sorted(range(len(positions)), key=lambda index: _label_order(labels[index]))]
    if len(positions) < 2:
        return [[index] for index in range(len(positions))]
    order = _along_the_curve(positions)
    if order is None:
        return _joined_pair_by_pair(positions)
    return _parted_at_aisles(positions, order, pitch)


def in_order(positions: Sequence[XY]) -> Sequence[int]:
    """Indices from one end of a row to the other; of a tangled row, along its main direction."""
    if len(positions) < 2:
        return range(len(positions))
    order = _along_the_curve(positions)
    return _along_the_main_direction(positions) if order is None else order


def spacings(positions: Sequence[XY]) -> list[float]:
    """Distances between neighbours along a row, aisles included, in the chart's units."""
    return [_distance(positions[a], positions[b]) for a, b in pairwise(in_order(positions))]


def usual(distances: Sequence[float]) -> float:
    """The lower median: where seats and aisles alternate it is the seats' spacing that counts."""
    return sorted(distances)[(len(distances) - 1) // 2] if distances else 0.0


def _label_order(label: str) -> tuple[tuple[int, int | str], ...]:
    """Seat 2 before seat 10, B after A."""
    parts = re.findall(r"[0-9]{1,9}|[^0-9]+", label)
    return tuple((0, int(part)) if part.isdecimal() else (1, part) for part in parts)


def _along_the_curve(positions: Sequence[XY]) -> Sequence[int] | None:
    """The seats in order along their row, or None where they do not form one simple curve."""
    as_listed = range(len(positions))
    if _is_simple_curve(positions, as_listed):
        return as_listed
    by_direction = _along_the_main_direction(positions)
    if len(positions) > TANGLED_ROW_MAX or _is_simple_curve(positions, by_direction):
        return by_direction
    return _along_some_direction(positions)


def _along_some_direction(positions: Sequence[XY]) -> Sequence[int] | None:
    """In the order of the first direction in which the seats form one simple curve. A row that
    bends almost by a half circle has one, which need not be that in which it spreads most."""
    for number in range(DIRECTIONS_TRIED):
        order = _along(positions, math.pi * number / DIRECTIONS_TRIED)
        if _is_simple_curve(positions, order):
            return order
    return None


def _is_simple_curve(positions: Sequence[XY], order: Sequence[int]) -> bool:
    """Whether walking the seats in this order never turns sharply, let alone back."""
    steps = [
        (positions[b][0] - positions[a][0], positions[b][1] - positions[a][1])
        for a, b in pairwise(order)
    ]
    return all(
        ux * vx + uy * vy >= STRAIGHT_ENOUGH * math.sqrt((ux * ux + uy * uy) * (vx * vx + vy * vy))
        for (ux, uy), (vx, vy) in pairwise(steps)
    )


def _along_the_main_direction(positions: Sequence[XY], *, across: bool = False) -> list[int]:
    """Sorted by projection on the direction in which the row spreads most (its principal axis), or
    across it."""
    count = len(positions)
    centre_x = sum(x for x, _ in positions) / count
    centre_y = sum(y for _, y in positions) / count
    xx = sum((x - centre_x) ** 2 for x, _ in positions)
    yy = sum((y - centre_y) ** 2 for _, y in positions)
    xy = sum((x - centre_x) * (y - centre_y) for x, y in positions)
    angle = math.atan2(2 * xy, xx - yy) / 2
    return _along(positions, angle + math.pi / 2 if across else angle)


def _along(positions: Sequence[XY], angle: float) -> list[int]:
    """Sorted by projection on this direction."""
    along_x, along_y = math.cos(angle), math.sin(angle)
    return sorted(
        range(len(positions)),
        key=lambda i: (positions[i][0] * along_x + positions[i][1] * along_y, i),
    )


def _parted_at_aisles(
    positions: Sequence[XY], order: Sequence[int], pitch: float
) -> list[list[int]]:
    gaps = [_distance(positions[a], positions[b]) for a, b in pairwise(order)]
    widest = _widest_gap(gaps, pitch)
    runs = [[order[0]]]
    for index, gap in zip(order[1:], gaps, strict=True):
        if gap > widest:
            runs.append([])
        runs[-1].append(index)
    return runs


def _widest_gap(gaps: Sequence[float], pitch: float) -> float:
    """The widest gap that is still no aisle."""
    if len(gaps) == 1:
        return pitch * PAIR_AISLE_FACTOR if pitch > 0 else gaps[0]
    return usual(gaps) * AISLE_FACTOR


def _joined_pair_by_pair(positions: Sequence[XY]) -> list[list[int]]:
    """Runs of a row that is no simple curve (a horseshoe, two staggered lines): the nearest two
    seats are joined first, none gets a third neighbour, no ring closes, no aisle is crossed."""
    count = len(positions)
    pairs = _near_pairs(positions)
    widest = usual(_nearest_distances(pairs, count)) * AISLE_FACTOR
    neighbours: list[list[int]] = [[] for _ in positions]
    run_of = list(range(count))
    members = [[index] for index in range(count)]
    for gap, a, b in pairs:
        if gap > widest:
            break
        if len(neighbours[a]) < 2 and len(neighbours[b]) < 2 and run_of[a] != run_of[b]:
            neighbours[a].append(b)
            neighbours[b].append(a)
            absorbed, grown = sorted((run_of[a], run_of[b]), key=lambda run: len(members[run]))
            for index in members[absorbed]:
                run_of[index] = grown
            members[grown] += members[absorbed]
            members[absorbed] = []
    return [_walked(run, neighbours) for run in members if run]


def _near_pairs(positions: Sequence[XY]) -> list[tuple[float, int, int]]:
    """Pairs of seats that follow each other closely along the row or across it, nearest first."""
    along = _along_the_main_direction(positions)
    across = _along_the_main_direction(positions, across=True)
    pairs = {
        (min(a, b), max(a, b))
        for order in (along, across)
        for place, a in enumerate(order)
        for b in order[place + 1 : place + 1 + PAIRED_WITH_NEXT]
    }
    return sorted((_distance(positions[a], positions[b]), a, b) for a, b in pairs)


def _nearest_distances(pairs: Sequence[tuple[float, int, int]], count: int) -> list[float]:
    nearest: list[float | None] = [None] * count
    for gap, a, b in pairs:
        for index in (a, b):
            if nearest[index] is None:
                nearest[index] = gap
    return [gap for gap in nearest if gap is not None]


def _walked(run: Sequence[int], neighbours: Sequence[Sequence[int]]) -> list[int]:
    """The run from one end to the other; it starts at the end that stands first in the chart."""
    here = min(index for index in run if len(neighbours[index]) < 2)
    path = [here]
    seen = {here}
    while len(path) < len(run):
        here = next(index for index in neighbours[here] if index not in seen)
        seen.add(here)
        path.append(here)
    return path


def _distance(a: XY, b: XY) -> float:
    """The plain square root, and not math.hypot, so that every machine rounds alike."""
    dx, dy = a[0] - b[0], a[1] - b[1]
    return math.sqrt(dx * dx + dy * dy)
