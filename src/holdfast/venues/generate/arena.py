"""An arena set up for a concert: a stage at one end, standing before it, blocks of chairs on the
floor, and a lower and an upper bowl on three sides. The standing area takes what the chairs leave,
so that the number of places comes out exactly.
"""

import math
from random import Random

import msgspec

from holdfast.venues.generate.bowl import OPEN_AT_THE_TOP, Ring, tier_blocks
from holdfast.venues.generate.house import Block, House, SeatRow, Standing
from holdfast.venues.generate.lines import MARGIN, PITCH, ROW_PITCH, StraightLine, rectangle

FULL_SIZE = 6_000
"""Places from which the floor has its real size of about 60 x 30 m; smaller houses are shrunk."""

LARGEST_USUAL = 25_000
"""Places up to which only the bowl grows; beyond, the floor grows too, as in a dome."""

STANDING_SHARE = 0.09
"""At least this share of the places is standing; what whole rows cannot seat comes on top."""

ROWS_MAX = 400


class _Plan(msgspec.Struct, frozen=True):
    """Measures of the floor, in generated units; `rows` are those of the whole bowl."""

    half_width: float
    half_height: float
    rows: int
    upper: bool

    @property
    def stage_depth(self) -> float:
        return 0.3 * self.half_height

    @property
    def stage_front(self) -> float:
        return -self.half_height + self.stage_depth

    @property
    def floor_depth(self) -> float:
        """From the stage to the first row of the bowl at the far end."""
        return self.half_height - self.stage_front


def arena(seats: int, rng: Random) -> House:
    """An arena of exactly `seats` places."""
    grown = max(1.0, math.sqrt(seats / LARGEST_USUAL))
    scale = min(grown, math.sqrt(seats / FULL_SIZE)) * rng.uniform(0.97, 1.05)
    upper = seats >= 4_000
    numbered = int(seats * (1 - STANDING_SHARE))
    low, high = 0, ROWS_MAX
    while high - low > 1:
        rows = (low + high) // 2
        fits = sum(map(_block_seats, _blocks(_plan(scale, rows, upper)))) <= numbered
        low, high = (rows, high) if fits else (low, rows)
    plan = _plan(scale, low, upper)
    house = House(
        name=rng.choice(("Harbour Arena", "Arena am Park", "Northgate Arena", "The Dome")),
        focal_point=(0.0, plan.stage_front),
        categories=("Premium", "Category 1", "Category 2", "Category 3", "Category 4"),
        shares=(0.08, 0.2, 0.27, 0.27, 0.18),
    )
    house.blocks = _blocks(plan)
    standing = seats - house.seat_count()
    depth = _standing_depth(plan)
    middle = plan.stage_front + 2.2 * ROW_PITCH + depth / 2
    area = rectangle(0.0, middle, 1.72 * plan.half_width, depth)
    house.standing = [Standing("Floor standing", area, standing)]
    stage = rectangle(
        0.0, plan.stage_front - plan.stage_depth / 2, 1.2 * plan.half_width, plan.stage_depth
    )
    label = (0.0, plan.stage_front - plan.stage_depth / 2)
    house.shapes = [("stage", stage, "Stage", label)]
    lower, upper = (
        [index for index, block in enumerate(house.blocks) if block.name.startswith(prefix)]
        for prefix in ("Section 1", "Section 2")
    )
    house.wheelchair_rows = [
        [(index, len(house.blocks[index].rows) - 1) for index in lower],
        [(index, 0) for index in lower],
        [(index, 0) for index in upper],
    ]
    return house


def _plan(scale: float, rows: int, upper: bool) -> _Plan:
    return _Plan(600 * scale, 1180 * scale, rows, upper)


def _block_seats(block: Block) -> int:
    return sum(row.line.count for row in block.rows)


def _blocks(plan: _Plan) -> list[Block]:
    lower_rows = round(plan.rows * 0.47) if plan.upper else plan.rows
    corner = 0.42 * plan.half_width
    gap = 1.5 * ROW_PITCH
    lower = Ring(plan.half_width + gap, plan.half_height + gap, corner, lower_rows, 18)
    blocks = _floor_blocks(plan)
    bowl = tier_blocks(lower, OPEN_AT_THE_TOP, 101)
    if plan.upper:
        upper = lower.beyond(3.0, plan.rows - lower_rows, 22)
        bowl += tier_blocks(upper, OPEN_AT_THE_TOP, 201)
    for block in bowl:
        block.hidden_above = plan.stage_front - 0.3 * plan.stage_depth
        block.one_price = True
        block.drawback = 1.0 if block.name.startswith("Section 1") else 1.12
    return blocks + bowl


def _standing_depth(plan: _Plan) -> float:
    return 0.3 * plan.floor_depth


def _floor_blocks(plan: _Plan) -> list[Block]:
    """Chairs on the floor: lettered blocks, two deep where there is room, three wide."""
    top = plan.stage_front + 2.2 * ROW_PITCH + _standing_depth(plan) + 2 * ROW_PITCH
    depth = plan.half_height - 1.2 * ROW_PITCH - top
    wide = 3 if plan.half_width > 400 else 2 if plan.half_width > 160 else 1
    deep = 2 if depth > 16 * ROW_PITCH else 1
    aisle = 2.6 * PITCH
    count = int((1.78 * plan.half_width - aisle * (wide - 1)) / wide / PITCH)
    rows = int((depth - (deep - 1) * 2 * ROW_PITCH) / deep / ROW_PITCH)
    if count < 3 or rows < 1:
        return []
    step_x = count * PITCH + aisle
    step_y = (rows + 2) * ROW_PITCH
    blocks: list[Block] = []
    for y_index in range(deep):
        for x_index in range(wide):
            x = step_x * (x_index - (wide - 1) / 2)
            y = top + step_y * y_index
            name = f"Floor {'ABCDEF'[len(blocks)]}"
            seats = [
                SeatRow(
                    str(row + 1),
                    StraightLine(x, y + row * ROW_PITCH, 1.0, 0.0, count),
                    [str(seat + 1) for seat in range(count)],
                )
                for row in range(rows)
            ]
            outline = rectangle(
                x,
                y + (rows - 1) * ROW_PITCH / 2,
                (count - 1) * PITCH + 2 * MARGIN,
                (rows - 1) * ROW_PITCH + 2 * MARGIN,
            )
            blocks.append(Block(name, outline, seats, drawback=0.8))
    return blocks
