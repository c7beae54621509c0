"""Drawn figures of chart editors as polygons: rectangles, ellipses, turned by an angle."""

import math

XY = tuple[float, float]

ELLIPSE_CORNERS = 48
"""Enough to look round at any size a phone shows."""


def rectangle(centre: XY, width: float, height: float, degrees: float = 0.0) -> list[XY]:
    """A rectangle around its centre, turned clockwise."""
    w, h = abs(width) / 2, abs(height) / 2
    return turned([(-w, -h), (w, -h), (w, h), (-w, h)], centre, degrees)


def ellipse(centre: XY, radius_x: float, radius_y: float, degrees: float = 0.0) -> list[XY]:
    """An ellipse around its centre, turned clockwise."""
    angles = (2 * math.pi * step / ELLIPSE_CORNERS for step in range(ELLIPSE_CORNERS))
    figure = [(radius_x * math.cos(angle), radius_y * math.sin(angle)) for angle in angles]
    return turned(figure, centre, degrees)


def turned(figure: list[XY], to: XY, degrees: float) -> list[XY]:
    """The figure turned clockwise around (0, 0), which is then moved to a point."""
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return [(to[0] + x * cos - y * sin, to[1] + x * sin + y * cos) for x, y in figure]


def centre_of(polygon: list[XY]) -> XY:
    """The middle of the polygon's bounding box."""
    xs = [x for x, _ in polygon]
    ys = [y for _, y in polygon]
    return (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2
