"""Where seats stand: lines and arcs of seats, and the outlines of blocks made of them.

Lengths are in generated units: 20 to a seat's width. Angles are in radians; 0 points straight away
from the stage (down the page) and grows towards the right of the page.
"""

import math

import msgspec

PITCH = 20.0
"""From seat to seat: about 55 cm in a real house."""

ROW_PITCH = 34.0
"""From row to row: about 93 cm."""

MARGIN = 15.0
"""From the middle of the outermost seats to the outline of their block."""

XY = tuple[float, float]


class ArcLine(msgspec.Struct, frozen=True, gc=False):
    """`count` seats on a circle around (x, y), centred on the angle `middle`."""

    x: float
    y: float
    radius: float
    middle: float
    count: int

    def points(self) -> list[XY]:
        """The seats' positions, from the smallest angle on."""
        step = PITCH / self.radius
        first = self.middle - step * (self.count - 1) / 2
        return [
            (
                self.x + self.radius * math.sin(first + step * index),
                self.y + self.radius * math.cos(first + step * index),
            )
            for index in range(self.count)
        ]


class StraightLine(msgspec.Struct, frozen=True, gc=False):
    """`count` seats on a straight line through its middle (x, y), in the direction (dx, dy)."""

    x: float
    y: float
    dx: float
    dy: float
    count: int

    def points(self) -> list[XY]:
        """The seats' positions, along the direction."""
        first = -PITCH * (self.count - 1) / 2
        return [
            (
                self.x + self.dx * (first + PITCH * index),
                self.y + self.dy * (first + PITCH * index),
            )
            for index in range(self.count)
        ]


class FourSeats(msgspec.Struct, frozen=True, gc=False):
    """A box of two by two seats around (x, y): two in front along (dx, dy), two behind them in the
    direction (outward_x, outward_y)."""

    x: float
    y: float
    dx: float
    dy: float
    outward_x: float
    outward_y: float

    @property
    def count(self) -> int:
        return 4

    def points(self) -> list[XY]:
        """The seats' positions: the front pair first."""
        half = PITCH / 2
        return [
            (
                self.x + half * (along * self.dx + out * self.outward_x),
                self.y + half * (along * self.dy + out * self.outward_y),
            )
            for out in (-1, 1)
            for along in (-1, 1)
        ]


Line = ArcLine | StraightLine | FourSeats


def arc(x: float, y: float, radius: float, start: float, end: float) -> list[XY]:
    """Points of an arc, close enough together to look round."""
    steps = max(2, min(48, math.ceil(abs(end - start) / 0.08)))
    return [
        (x + radius * math.sin(angle), y + radius * math.cos(angle))
        for angle in (start + (end - start) * step / steps for step in range(steps + 1))
    ]


def wedge(x: float, y: float, inner: float, outer: float, start: float, end: float) -> list[XY]:
    """The outline between two circles and two rays."""
    return [*arc(x, y, inner, start, end), *arc(x, y, outer, end, start)]


def rectangle(x: float, y: float, width: float, height: float) -> list[XY]:
    """An upright rectangle around its middle (x, y)."""
    w, h = width / 2, height / 2
    return [(x - w, y - h), (x + w, y - h), (x + w, y + h), (x - w, y + h)]
