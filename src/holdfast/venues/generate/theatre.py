"""A theatre: curved stalls with aisles, boxes along the walls, a dress circle and a balcony.

Rows are arcs around a point behind the stage. Each tier is opened just as wide as its seats need;
the few seats too many are taken from the ends of its last rows, as in houses built into a corner.
"""

import math
from collections.abc import Callable, Sequence
from random import Random

import msgspec

from holdfast.venues.generate.house import Block, House, SeatRow
from holdfast.venues.generate.lines import (
    MARGIN,
    PITCH,
    ROW_PITCH,
    XY,
    ArcLine,
    FourSeats,
    arc,
    wedge,
)
from holdfast.venues.generate.row_names import counted, lettered, odd_and_even

AISLE = 2.2 * PITCH
TIER_GAP = 3.4 * ROW_PITCH
WIDEST = 0.62
"""Half of the widest angle a tier may open to, in radians: from further out one sees the wings."""

Numbering = Callable[[Sequence[int]], list[list[str]]]

_FIVE = ("far left", "left", "centre", "right", "far right")


class _Tier(msgspec.Struct):
    """Rows of arcs, cut by aisles into blocks side by side."""

    name: str
    blocks: int
    first_radius: float
    rows: int
    half_angle: float
    counts: list[list[int]]

    @property
    def last_radius(self) -> float:
        return self.first_radius + (self.rows - 1) * ROW_PITCH


def theatre(seats: int, rng: Random) -> House:
    """A theatre of exactly `seats` seats."""
    style = odd_and_even if rng.random() < 0.6 else counted
    boxes = _boxes_per_side(seats)
    stalls_share, circle_share = _shares(seats)
    in_tiers = seats - 8 * boxes
    stalls = round(in_tiers * stalls_share)
    circle = round(in_tiers * circle_share)
    half_angle = rng.uniform(0.44, 0.52)
    front = max(5.0, 0.88 * math.sqrt(stalls)) * PITCH / (2 * half_angle)
    rows = max(2, round(math.sqrt(stalls) * rng.uniform(0.66, 0.74)))
    blocks = 1 if stalls < 160 else 3 if stalls < 6000 else 5
    tiers = [_tier("Stalls", blocks, front, rows, stalls)]
    for name, share in (("Dress circle", circle), ("Balcony", in_tiers - stalls - circle)):
        if share:
            radius = tiers[-1].last_radius + TIER_GAP
            tiers.append(_tier(name, 3 if share > 150 else 1, radius, _rows(radius, share), share))
    house = _empty_house(front, tiers[0].half_angle, rng)
    for tier, drawback in zip(tiers, (1.0, 1.0, 1.12), strict=False):
        _draw_tier(house, tier, drawback, style if tier.name == "Stalls" else counted)
    if boxes:
        _draw_boxes(house, tiers[0], boxes)
    if len(tiers) > 1:
        pillars = _pillars(tiers[0])
        for block in house.blocks[: tiers[0].blocks]:
            block.pillars = pillars
    house.wheelchair_rows = _wheelchair_rows(house)
    return house


def _shares(seats: int) -> tuple[float, float]:
    """The shares of stalls and dress circle; the balcony has the rest."""
    if seats < 200:
        return 1.0, 0.0
    if seats < 700:
        return 0.7, 0.3
    return 0.56, 0.22


def _boxes_per_side(seats: int) -> int:
    """Boxes of four: about four per cent of the house, as many as the walls have room for."""
    return 0 if seats < 700 else min(round(seats * 0.04 / 8), int(0.26 * math.sqrt(seats)))


def _rows(radius: float, seats: int) -> int:
    """As few rows as fit into the widest opening."""
    rows = 1
    while rows < 500:
        room = sum(
            2 * 0.92 * WIDEST * (radius + row * ROW_PITCH) / PITCH - 5 for row in range(rows)
        )
        if room >= seats:
            return rows
        rows += 1
    return rows


def _tier(name: str, blocks: int, first_radius: float, rows: int, seats: int) -> _Tier:
    """The tier opened to the smallest angle that has room, then trimmed to exactly `seats`."""
    low, high = 0.0, 1.5
    for _ in range(40):
        middle = (low + high) / 2
        counts = _counts(first_radius, rows, blocks, middle)
        low, high = (low, middle) if sum(map(sum, counts)) >= seats else (middle, high)
    counts = _counts(first_radius, rows, blocks, high)
    too_many = sum(map(sum, counts)) - seats
    row = rows - 1
    while too_many > 0:
        for block in (-1, 0) if blocks > 1 else (0,):
            if too_many > 0 and counts[row][block] > 3:
                counts[row][block] -= 1
                too_many -= 1
        row = row - 1 if row > 0 else rows - 1
    return _Tier(name, blocks, first_radius, rows, high, counts)


def _counts(first_radius: float, rows: int, blocks: int, half_angle: float) -> list[list[int]]:
    """Seats per row and block."""
    counts: list[list[int]] = []
    for row in range(rows):
        radius = first_radius + row * ROW_PITCH
        spans = _spans(blocks, half_angle, radius)
        counts.append([max(2, int((end - start) * radius / PITCH + 0.35)) for start, end in spans])
    return counts


def _spans(blocks: int, half_angle: float, radius: float) -> list[tuple[float, float]]:
    """The angles between which each block's seats stand, aisles taken out."""
    cuts = {
        1: [-1.0, 1.0],
        3: [-1.0, -0.42, 0.42, 1.0],
        5: [-1.0, -0.62, -0.22, 0.22, 0.62, 1.0],
    }[blocks]
    half_aisle = AISLE / 2 / radius
    return [
        (
            cuts[index] * half_angle + (half_aisle if index else 0),
            cuts[index + 1] * half_angle - (half_aisle if index < blocks - 1 else 0),
        )
        for index in range(blocks)
    ]


def _draw_tier(house: House, tier: _Tier, drawback: float, style: Numbering) -> None:
    names = {1: ("",), 3: _FIVE[1:4], 5: _FIVE}[tier.blocks]
    blocks = [Block(f"{tier.name} {name}".strip(), [], [], drawback=drawback) for name in names]
    for row in range(tier.rows):
        radius = tier.first_radius + row * ROW_PITCH
        spans = _spans(tier.blocks, tier.half_angle, radius)
        numbers = style(tier.counts[row])
        for block, (start, end), count, numbered in zip(
            blocks, spans, tier.counts[row], numbers, strict=True
        ):
            line = ArcLine(0.0, 0.0, radius, (start + end) / 2, count)
            block.rows.append(SeatRow(lettered(row), line, numbered))
    for index, block in enumerate(blocks):
        block.outline = _outline(tier, index)
    house.blocks += blocks


def _outline(tier: _Tier, block: int) -> list[XY]:
    """Round the block, its sides following the aisles."""
    inner, outer = tier.first_radius - MARGIN, tier.last_radius + MARGIN
    start, end = _spans(tier.blocks, tier.half_angle, inner)[block]
    outer_start, outer_end = _spans(tier.blocks, tier.half_angle, outer)[block]
    side = 4.0
    return [
        *arc(0, 0, inner, start - side / inner, end + side / inner),
        *arc(0, 0, outer, outer_end + side / outer, outer_start - side / outer),
    ]


def _draw_boxes(house: House, stalls: _Tier, per_side: int) -> None:
    """Boxes of two by two seats along both walls, the nearest to the stage first; from the nearest
    one part of the stage is hidden."""
    step = max(3.0 * PITCH, (stalls.rows - 1) * ROW_PITCH / per_side)
    angle = stalls.half_angle
    for side, name in ((-1, "Boxes left"), (1, "Boxes right")):
        along = (side * math.sin(angle), math.cos(angle))
        outward = (side * math.cos(angle), -math.sin(angle))
        first = stalls.first_radius - ROW_PITCH / 2 + step / 2
        rows: list[SeatRow] = []
        for box in range(per_side):
            x, y = _stepped(along, first + step * box, outward, 3.6 * PITCH)
            number = box + 1 if side < 0 else per_side + box + 1
            rows.append(
                SeatRow(
                    f"Box {number}",
                    FourSeats(x, y, *along, *outward),
                    ["1", "2", "3", "4"],
                    kind="booth",
                    restricted=box == 0,
                )
            )
        last = first + step * (per_side - 1)
        near, far = 3.1 * PITCH - MARGIN, 4.1 * PITCH + MARGIN
        start, end = first - PITCH / 2 - MARGIN, last + PITCH / 2 + MARGIN
        corners = ((start, near), (start, far), (end, far), (end, near))
        outline = [_stepped(along, a, outward, o) for a, o in corners]
        house.blocks.append(Block(name, outline, rows, drawback=1.1))


def _stepped(along: XY, far: float, outward: XY, aside: float) -> XY:
    """The point so far along the wall and so far aside from it."""
    return along[0] * far + outward[0] * aside, along[1] * far + outward[1] * aside


def _empty_house(front: float, half_angle: float, rng: Random) -> House:
    """The stage with its curved apron, in half of the houses an orchestra pit, and no seat yet."""
    pit = rng.random() < 0.5
    apron = front - (4.4 if pit else 2.6) * ROW_PITCH
    half_width = max(7.0 * PITCH, front * math.sin(half_angle) * 1.02)
    side_y = apron * math.cos(half_angle) - 0.2 * ROW_PITCH
    depth = 0.62 * half_width
    bow = math.asin(min(0.9, half_width * 0.86 / max(apron, half_width)))
    edge = arc(0, 0, apron, -bow, bow)
    stage = [
        *edge,
        (half_width, side_y - 0.12 * depth),
        (half_width * 0.82, side_y - depth),
        (-half_width * 0.82, side_y - depth),
        (-half_width, side_y - 0.12 * depth),
    ]
    house = House(
        name=rng.choice(("The Grand Theatre", "Lyric Theatre", "Theatre Royal", "The Alhambra")),
        focal_point=(0.0, apron),
        categories=("Premium", "Band A", "Band B", "Band C", "Band D"),
        shares=(0.1, 0.22, 0.28, 0.25, 0.15),
    )
    house.shapes = [("stage", stage, "Stage", (0.0, apron - 0.4 * depth))]
    if pit:
        outer = apron + 1.9 * ROW_PITCH
        polygon = wedge(0, 0, apron + 0.3 * ROW_PITCH, outer, -bow * 0.8, bow * 0.8)
        label = (0.0, apron + 1.1 * ROW_PITCH)
        house.shapes.append(("decor", polygon, "Orchestra pit", label))
    return house


def _pillars(stalls: _Tier) -> list[XY]:
    """What carries the circle: a row of pillars a few rows before the last of the stalls."""
    radius = stalls.last_radius - 3.5 * ROW_PITCH
    if radius < stalls.first_radius + ROW_PITCH:
        return []
    return [
        (radius * math.sin(stalls.half_angle * share), radius * math.cos(stalls.half_angle * share))
        for share in (-0.86, -0.3, 0.3, 0.86)
    ]


def _wheelchair_rows(house: House) -> list[list[tuple[int, int]]]:
    """The last row of the stalls, on the level of the foyer, then its first, then further tiers."""
    return [
        [
            (index, row % len(block.rows))
            for index, block in enumerate(house.blocks)
            if block.name.startswith(tier)
        ]
        for tier in ("Stalls", "Dress circle", "Balcony")
        for row in (-1, 0)
    ]
