"""A stadium: a field, one to three tiers all around it, and standing blocks behind one goal. The
standing blocks take what the seats leave, so that the number of places comes out exactly.
"""

import math
from random import Random

from holdfast.venues.chart import ShapeKind
from holdfast.venues.generate.bowl import EVERY_SIDE, Ring, tier_blocks
from holdfast.venues.generate.house import Block, House, Standing
from holdfast.venues.generate.lines import PITCH, ROW_PITCH, XY, arc, rectangle

FULL_SIZE = 15_000
"""Places from which the field has its real size of 105 x 68 m; smaller stadiums are shrunk."""

STANDING_SHARE = 0.045
"""At least this share of the places is standing; what whole rows cannot seat comes on top."""

ROWS_MAX = 400
HALF_FIELD = (1890.0, 1225.0)


def stadium(seats: int, rng: Random) -> House:
    """A stadium of exactly `seats` places."""
    scale = min(1.0, math.sqrt(seats / FULL_SIZE)) * rng.uniform(0.98, 1.02)
    numbered = int(seats * (1 - STANDING_SHARE))
    shares = _tier_shares(seats)
    low, high = 0, ROWS_MAX
    while high - low > 1:
        rows = (low + high) // 2
        blocks, _ = _blocks(scale, rows, shares)
        fits = sum(row.line.count for block in blocks for row in block.rows) <= numbered
        low, high = (rows, high) if fits else (low, rows)
    house = House(
        name=rng.choice(("Riverside Stadium", "City Ground", "Stadion am Wald", "Olympic Park")),
        focal_point=(0.0, 0.0),
        categories=("Category 1", "Category 2", "Category 3", "Category 4", "Category 5"),
        shares=(0.12, 0.22, 0.26, 0.24, 0.16),
    )
    house.blocks, standing = _blocks(scale, max(low, 1), shares)
    house.standing = _filled(standing, seats - house.seat_count())
    half_width, half_height = HALF_FIELD[0] * scale, HALF_FIELD[1] * scale
    house.shapes = [
        ("field", rectangle(0, 0, 2 * half_width, 2 * half_height), "Field", (0.0, 0.0)),
        *_markings(half_width),
    ]
    lower = [
        index for index, block in enumerate(house.blocks) if block.name.startswith("Section 1")
    ]
    house.wheelchair_rows = [
        [(index, len(house.blocks[index].rows) - 1) for index in lower],
        [(index, 0) for index in range(len(house.blocks))],
    ]
    return house


def _tier_shares(seats: int) -> tuple[float, ...]:
    """Which share of the rows each tier has, from the field outwards."""
    if seats < 12_000:
        return (1.0,)
    if seats < 40_000:
        return (0.55, 0.45)
    return (0.4, 0.17, 0.43)


def _blocks(scale: float, rows: int, shares: tuple[float, ...]) -> tuple[list[Block], list[Block]]:
    """The blocks with seats, and apart from them those of the lower tier behind the left goal."""
    out = max(230 * scale, 2.5 * PITCH)
    half_width, half_height = HALF_FIELD[0] * scale + out, HALF_FIELD[1] * scale + out
    ring = Ring(half_width, half_height, 0.3 * half_height, _tier_rows(rows, shares[0]), 24)
    seated: list[Block] = []
    standing: list[Block] = []
    for tier, share in enumerate(shares):
        if tier:
            ring = ring.beyond(3.0, _tier_rows(rows, share), 28 + 4 * tier)
        for block in tier_blocks(ring, EVERY_SIDE, 100 * (tier + 1) + 1):
            behind_goal = tier == 0 and _is_left_side(block, ring)
            (standing if behind_goal else seated).append(block)
            block.one_price = True
            block.drawback = (1.0, 1.0, 1.08)[tier]
            block.pillars = _pillars(block) if tier == 0 and len(shares) > 1 else []
    return seated, standing


def _tier_rows(rows: int, share: float) -> int:
    return max(1, round(rows * share))


def _is_left_side(block: Block, ring: Ring) -> bool:
    """Whether the block is a straight one, parallel to the left goal line."""
    return all(x < -ring.half_width + ROW_PITCH for x, _ in block.outline)


def _pillars(block: Block) -> list[XY]:
    """What carries the next tier: one pillar per block, five rows from the top of the lower one."""
    if len(block.rows) < 12:
        return []
    seats = block.rows[-5].line.points()
    return [seats[len(seats) // 2]]


def _filled(blocks: list[Block], places: int) -> list[Standing]:
    """The places shared out evenly."""
    each, over = divmod(places, len(blocks))
    return [
        Standing(f"{block.name} standing", block.outline, each + (index < over))
        for index, block in enumerate(blocks)
        if each + (index < over)
    ]


def _markings(half_width: float) -> list[tuple[ShapeKind, list[XY], str, XY]]:
    """Penalty areas and the centre circle, to scale."""
    metre = half_width / 52.5
    circle = arc(0, 0, 9.15 * metre, -math.pi, math.pi)[:-1]
    boxes = [
        rectangle(side * (half_width - 8.25 * metre), 0, 16.5 * metre, 40.3 * metre)
        for side in (-1, 1)
    ]
    return [("field", polygon, "", (0.0, 0.0)) for polygon in (circle, *boxes)]
