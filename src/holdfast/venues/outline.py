"""Outlines of sections whose file brings none: a polygon around their seats.

The convex hull, dug in where a long edge runs far from any seat (the hollow front of a horseshoe),
and widened by a margin. The digging follows the idea of concave hulls by edge length (J.-S. Park
and S.-J. Oh, "A new concave hull algorithm", 2012). Every seat ends up inside.
"""

import math
from collections.abc import Sequence
from heapq import nsmallest

XY = tuple[float, float]

MARGIN_PITCHES = 0.8
"""From the middle of the outermost seats to the outline, in seat pitches."""

LONG_EDGE_PITCHES = 10.0
"""Edges are dug in down to this length; shorter ones would follow single aisles and tables."""

DIGGING_POINTS_MAX = 300
"""Seats of a section that are tried as corners: bounds the digging to a few milliseconds."""

TRIED_PER_EDGE = 6
"""Seats that are tried for one edge before it is left as it is."""

CORNERS_MAX = 120
"""Corners of an outline: enough for a horseshoe, few enough for a phone."""


def outline_around(rows: Sequence[Sequence[XY]], pitch: float) -> list[XY]:
    """A polygon that contains every point of the rows, `pitch * MARGIN_PITCHES` away from them.

    `rows` are not all empty; each is in order along the row, so that its ends are its ends.
    """
    points = [point for row in rows for point in row]
    margin = pitch * MARGIN_PITCHES
    hull = convex_hull(points)
    if len(hull) >= 3:
        dug = _simplified(_dug_in(hull, _tried(rows), pitch), 0.2 * pitch)
        if len(dug) > 3 and not _is_convex(dug):
            widened = _widened(dug, margin)
            if all(contains(widened, point) for point in points):
                return widened
    return _rounded(hull, margin)


def label_point(rows: Sequence[Sequence[XY]], outline: Sequence[XY]) -> XY:
    """Where a section's name is drawn: in the middle of its seats if that is inside the section,
    else on the seat nearest to it."""
    points = [point for row in rows for point in row]
    x = sum(x for x, _ in points) / len(points)
    y = sum(y for _, y in points) / len(points)
    if contains(outline, (x, y)):
        return x, y
    return min(points, key=lambda point: (point[0] - x) ** 2 + (point[1] - y) ** 2)


def convex_hull(points: Sequence[XY]) -> list[XY]:
    """The convex hull in counter-clockwise order, without straight corners (A. M. Andrew's
    monotone chain, 1979). One or two points where all are on a line."""
    ordered = sorted(set(points))
    if len(ordered) < 3:
        return ordered
    halves: list[list[XY]] = []
    for sequence in (ordered, ordered[::-1]):
        half: list[XY] = []
        for point in sequence:
            while len(half) >= 2 and _turn(half[-2], half[-1], point) <= 0:
                half.pop()
            half.append(point)
        halves.append(half[:-1])
    return halves[0] + halves[1]


def contains(polygon: Sequence[XY], point: XY) -> bool:
    """Whether the point is inside the polygon, by counting crossings to the right."""
    x, y = point
    inside = False
    ax, ay = polygon[-1]
    for bx, by in polygon:
        if (ay > y) != (by > y) and x < ax + (y - ay) / (by - ay) * (bx - ax):
            inside = not inside
        ax, ay = bx, by
    return inside


def _turn(a: XY, b: XY, c: XY) -> float:
    """Twice the area of the triangle: positive where a, b, c turn to the left."""
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _tried(rows: Sequence[Sequence[XY]]) -> list[XY]:
    """The seats tried as corners: the ends of the rows, and evenly spread ones between them."""
    per_row = max(2, DIGGING_POINTS_MAX // len(rows))
    tried: list[XY] = []
    for row in rows:
        if len(row) <= per_row:
            tried += row
        else:
            tried += [row[index * (len(row) - 1) // (per_row - 1)] for index in range(per_row)]
    step = math.ceil(len(tried) / (2 * DIGGING_POINTS_MAX))
    return tried[::step] if step else tried


def _dug_in(hull: list[XY], tried: Sequence[XY], pitch: float) -> list[XY]:
    """The hull with long edges split at the nearest seat beside them, again and again."""
    corners = list(hull)
    used = set(hull)
    edge = 0
    while edge < len(corners) and len(corners) < CORNERS_MAX:
        a, b = corners[edge], corners[(edge + 1) % len(corners)]
        beside = _nearest_beside(a, b, tried, used, pitch)
        nearest = next((point for point in beside if not _crosses(corners, edge, point)), None)
        if nearest is None:
            edge += 1
        else:
            used.add(nearest)
            corners.insert(edge + 1, nearest)
    return corners


def _nearest_beside(a: XY, b: XY, tried: Sequence[XY], used: set[XY], pitch: float) -> list[XY]:
    """The few seats nearest to a long edge, of those beside it and not too close to its ends."""
    along_x, along_y = b[0] - a[0], b[1] - a[1]
    length = math.sqrt(along_x * along_x + along_y * along_y)
    if length <= LONG_EDGE_PITCHES * pitch:
        return []
    along_x, along_y = along_x / length, along_y / length
    keep_off = 1.5 * pitch
    beside: list[tuple[float, XY]] = []
    for point in tried:
        from_a_x, from_a_y = point[0] - a[0], point[1] - a[1]
        along = from_a_x * along_x + from_a_y * along_y
        depth = along_x * from_a_y - along_y * from_a_x
        if keep_off < along < length - keep_off and -pitch < depth < length and point not in used:
            beside.append((depth, point))
    return [point for _, point in nsmallest(TRIED_PER_EDGE, beside)]


def _crosses(corners: Sequence[XY], edge: int, point: XY) -> bool:
    """Whether splitting this edge at the point would make the outline cross itself."""
    count = len(corners)
    a, b = corners[edge], corners[(edge + 1) % count]
    for other in range(count):
        c, d = corners[other], corners[(other + 1) % count]
        for end in (a, b):
            if end in (c, d):
                continue
            if _turn(end, point, c) * _turn(end, point, d) <= 0 and (
                _turn(c, d, end) * _turn(c, d, point) <= 0
            ):
                return True
    return False


def _simplified(corners: Sequence[XY], tolerance: float) -> list[XY]:
    """The polygon without corners that lie within the tolerance of the line between others (D. H.
    Douglas and T. K. Peucker, 1973), from two corners far apart on."""
    far = max(range(len(corners)), key=lambda i: math.dist(corners[0], corners[i]))
    closed = [*corners, corners[0]]
    kept = {0, far}
    spans = [(0, far), (far, len(corners))]
    while spans:
        start, end = spans.pop()
        a, b = closed[start], closed[end]
        base = math.dist(a, b) or 1.0
        heights = [(abs(_turn(a, b, closed[i])) / base, i) for i in range(start + 1, end)]
        height, split = max(heights, default=(0.0, start))
        if height > tolerance:
            kept.add(split)
            spans += [(start, split), (split, end)]
    return [corners[index] for index in sorted(kept)]


def _is_convex(corners: Sequence[XY]) -> bool:
    count = len(corners)
    return all(
        _turn(corners[i - 1], corners[i], corners[(i + 1) % count]) >= 0 for i in range(count)
    )


def _widened(corners: Sequence[XY], margin: float) -> list[XY]:
    """Every corner moved outwards along the bisector of its edges; sharp ones are capped."""
    moved: list[XY] = []
    for index, (x, y) in enumerate(corners):
        in_x, in_y = _outward(corners[index - 1], (x, y))
        out_x, out_y = _outward((x, y), corners[(index + 1) % len(corners)])
        sum_x, sum_y = in_x + out_x, in_y + out_y
        square = sum_x * sum_x + sum_y * sum_y
        if square < 1.0:
            # The outward normal turned by a quarter is the direction of its edge.
            moved.append((x + margin * (in_x - in_y), y + margin * (in_y + in_x)))
            moved.append((x + margin * (out_x + out_y), y + margin * (out_y - out_x)))
        else:
            moved.append((x + 2 * margin * sum_x / square, y + 2 * margin * sum_y / square))
    return moved


def _outward(a: XY, b: XY) -> XY:
    """The unit normal to the right of a->b: outwards, where the polygon turns to the left."""
    length = math.dist(a, b)
    return (b[1] - a[1]) / length, (a[0] - b[0]) / length


def _rounded(hull: Sequence[XY], margin: float) -> list[XY]:
    """The convex hull of small octagons around the corners: works for one or two points too."""
    reach = margin / math.cos(math.pi / 8)
    angles = [math.pi / 8 + math.pi / 4 * step for step in range(8)]
    return convex_hull(
        [(x + reach * math.cos(t), y + reach * math.sin(t)) for x, y in hull for t in angles]
    )
