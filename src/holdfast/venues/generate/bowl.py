"""A bowl: tiers of rows around a floor or a field, along a rectangle with round corners.

Row by row the straight sides keep their length and the corners grow. Each tier is cut into blocks
of about the same width; aisles run between the blocks.
"""

import math
from collections.abc import Sequence

import msgspec

from holdfast.venues.generate.house import Block, SeatRow
from holdfast.venues.generate.lines import (
    MARGIN,
    PITCH,
    ROW_PITCH,
    XY,
    ArcLine,
    Line,
    StraightLine,
    arc,
)

AISLE = 2.0 * PITCH
NARROWEST_BLOCK = 3
"""Seats in the first row; blocks that would be narrower are left out."""


class Ring(msgspec.Struct, frozen=True):
    """A tier: its first row runs along the rectangle with half sides (half_width, half_height) and
    round corners; `rows` rows follow outwards."""

    half_width: float
    half_height: float
    corner: float
    rows: int
    block_seats: int

    def beyond(self, gap_rows: float, rows: int, block_seats: int) -> "Ring":
        """The next tier, behind this one."""
        out = (self.rows + gap_rows) * ROW_PITCH
        return Ring(
            self.half_width + out, self.half_height + out, self.corner + out, rows, block_seats
        )


class _Side(msgspec.Struct, frozen=True):
    """A part of a straight side: (x, y) is its middle in the first row, (dx, dy) runs along it,
    (out_x, out_y) points outwards."""

    x: float
    y: float
    dx: float
    dy: float
    length: float

    def row(self, index: int) -> Line | None:
        count = int((self.length - AISLE) / PITCH + 1.2)
        out = index * ROW_PITCH
        x, y = self.x - self.dy * out, self.y + self.dx * out
        return StraightLine(x, y, self.dx, self.dy, count) if count >= NARROWEST_BLOCK else None

    def outline(self, rows: int) -> list[XY]:
        half = (int((self.length - AISLE) / PITCH + 1.2) - 1) / 2 * PITCH + MARGIN
        near, far = -MARGIN, (rows - 1) * ROW_PITCH + MARGIN
        return [
            (self.x + self.dx * a - self.dy * o, self.y + self.dy * a + self.dx * o)
            for a, o in ((-half, near), (half, near), (half, far), (-half, far))
        ]


class _Corner(msgspec.Struct, frozen=True):
    """A part of a round corner around (x, y), between two angles."""

    x: float
    y: float
    radius: float
    start: float
    end: float

    def row(self, index: int) -> Line | None:
        radius = self.radius + index * ROW_PITCH
        count = int(((self.end - self.start) * radius - AISLE) / PITCH + 1.2)
        if count < NARROWEST_BLOCK:
            return None
        return ArcLine(self.x, self.y, radius, (self.start + self.end) / 2, count)

    def outline(self, rows: int) -> list[XY]:
        inner = max(self.radius - MARGIN, 1.0)
        outer = self.radius + (rows - 1) * ROW_PITCH + MARGIN
        aside = AISLE / 2 - MARGIN + 4
        near, far = min(aside / inner, (self.end - self.start) / 3), aside / outer
        return [
            *arc(self.x, self.y, inner, self.start + near, self.end - near),
            *arc(self.x, self.y, outer, self.end - far, self.start + far),
        ]


_Part = _Side | _Corner

EVERY_SIDE = ("left", "bottom", "right", "top")
OPEN_AT_THE_TOP = ("left", "bottom", "right")


def tier_blocks(ring: Ring, sides: Sequence[str], first_number: int) -> list[Block]:
    """The tier's blocks, numbered from `first_number` on, counter-clockwise from the upper left.

    With EVERY_SIDE the ring is closed; OPEN_AT_THE_TOP leaves out the top and its two corners.
    """
    blocks: list[Block] = []
    for part in _parts(ring, sides):
        lines = [part.row(index) for index in range(ring.rows)]
        rows = [
            SeatRow(str(index + 1), line, [str(seat + 1) for seat in range(line.count)])
            for index, line in enumerate(lines)
            if line is not None
        ]
        if rows and len(rows) == ring.rows:
            blocks.append(
                Block(f"Section {first_number + len(blocks)}", part.outline(ring.rows), rows)
            )
    return blocks


def _parts(ring: Ring, sides: Sequence[str]) -> list[_Part]:
    straight_x = ring.half_width - ring.corner
    straight_y = ring.half_height - ring.corner
    middles = {
        "left": (-ring.half_width, 0.0, 0.0, 1.0, 2 * straight_y),
        "bottom": (0.0, ring.half_height, 1.0, 0.0, 2 * straight_x),
        "right": (ring.half_width, 0.0, 0.0, -1.0, 2 * straight_y),
        "top": (0.0, -ring.half_height, -1.0, 0.0, 2 * straight_x),
    }
    corners = {
        "left": (-straight_x, straight_y, -math.pi / 2),
        "bottom": (straight_x, straight_y, 0.0),
        "right": (straight_x, -straight_y, math.pi / 2),
        "top": (-straight_x, -straight_y, math.pi),
    }
    parts: list[_Part] = []
    for side in sides:
        parts += _cut_side(ring, *middles[side])
        if side != sides[-1] or sides == EVERY_SIDE:
            parts += _cut_corner(ring, *corners[side])
    return parts


def _cut_side(ring: Ring, x: float, y: float, dx: float, dy: float, length: float) -> list[_Part]:
    blocks = max(1, round(length / (ring.block_seats * PITCH + AISLE)))
    each = length / blocks
    return [
        _Side(x + dx * offset, y + dy * offset, dx, dy, each)
        for offset in (each * (index - (blocks - 1) / 2) for index in range(blocks))
    ]


def _cut_corner(ring: Ring, x: float, y: float, start: float) -> list[_Part]:
    middle_radius = ring.corner + ring.rows * ROW_PITCH / 2
    width = middle_radius * math.pi / 2
    blocks = max(1, round(width / (ring.block_seats * PITCH + AISLE)))
    each = math.pi / 2 / blocks
    return [
        _Corner(x, y, ring.corner, start + each * index, start + each * (index + 1))
        for index in range(blocks)
    ]
