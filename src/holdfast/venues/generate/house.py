"""A house on the drawing board, before it becomes a chart.

The three kinds of house draw blocks of rows into it; `chart()` then decides what does not depend on
the kind: price categories by view, wheelchair places with companions, seats behind pillars, ids.
"""

import math
from collections.abc import Iterable, Sequence
from itertools import groupby

import msgspec

from holdfast.venues import palette
from holdfast.venues.chart import (
    Area,
    Attribute,
    Category,
    Chart,
    Point,
    Polygon,
    Row,
    RowKind,
    Seat,
    Section,
    Shape,
    ShapeKind,
)
from holdfast.venues.generate.lines import PITCH, ROW_PITCH, XY, Line

EDGE = 60.0
"""Empty paper around the drawing, in generated units."""

WHEELCHAIR_SHARE = 0.007
"""Wheelchair places per numbered seat, as building codes ask for (between 0.5 and 1 per cent)."""

PILLAR_REACH = 3.4 * ROW_PITCH
"""How far behind a pillar the view is restricted."""

STANDING = "Standing"


class SeatRow(msgspec.Struct):
    """One row of one block: its name, where its seats stand, and their numbers in that order."""

    name: str
    line: Line
    numbers: list[str]
    kind: RowKind = "row"
    restricted: bool = False


class Block(msgspec.Struct):
    """A section: rows inside an outline. `drawback` multiplies how far away its seats count; with
    `one_price` the whole block is one category, else each row has its own. From behind one of its
    `pillars`, and from seats with y < `hidden_above`, the view is restricted."""

    name: str
    outline: list[XY]
    rows: list[SeatRow]
    drawback: float = 1.0
    one_price: bool = False
    pillars: list[XY] = []
    hidden_above: float | None = None


class Standing(msgspec.Struct):
    """A standing area, a section of its own."""

    name: str
    polygon: list[XY]
    capacity: int


class House(msgspec.Struct):
    """Everything drawn, in drawing order. `shares` are the shares of the seats per category, dear
    first; `wheelchair_rows` are groups of rows as (block, row), the preferred group first."""

    name: str
    focal_point: XY
    categories: tuple[str, ...]
    shares: tuple[float, ...]
    blocks: list[Block] = []
    standing: list[Standing] = []
    shapes: list[tuple[ShapeKind, list[XY], str, XY]] = []
    wheelchair_rows: list[list[tuple[int, int]]] = []

    def seat_count(self) -> int:
        """Numbered seats drawn so far."""
        return sum(row.line.count for block in self.blocks for row in block.rows)


def chart_of(house: House) -> Chart:
    """The house as a chart: moved to the corner of its sheet, priced, numbered through."""
    places = [[row.line.points() for row in block.rows] for block in house.blocks]
    sheet = _Sheet(_everything(house, places))
    prices = _category_per_row(house, places)
    special = _wheelchair_places(house)
    rows: list[Row] = []
    seats: list[Seat] = []
    for section_id, block in enumerate(house.blocks, start=1):
        for index, row in enumerate(block.rows):
            rows.append(
                Row(len(rows) + 1, section_id, row.name, row.kind, len(seats), row.line.count)
            )
            price = prices[section_id - 1][index]
            for number, (x, y) in zip(row.numbers, places[section_id - 1][index], strict=True):
                attributes = special.get(len(seats), ())
                if not attributes and (row.restricted or _hidden(house.focal_point, block, x, y)):
                    attributes = ("restricted_view",)
                at = sheet.move(x, y)
                seats.append(Seat(len(seats), section_id, row.name, number, *at, price, attributes))
    return Chart(
        name=house.name,
        width=sheet.width,
        height=sheet.height,
        focal_point=Point(*sheet.move(*house.focal_point)),
        seat_pitch=PITCH,
        categories=_categories(house),
        sections=_sections(house, places, sheet),
        rows=tuple(rows),
        seats=tuple(seats),
        areas=_areas(house, sheet, len(seats)),
        shapes=tuple(
            Shape(kind, sheet.polygon(polygon), text, Point(*sheet.move(*label)))
            for kind, polygon, text, label in house.shapes
        ),
    )


class _Sheet:
    """The paper: moves the drawing so that it begins at (0, 0), and rounds to hundredths."""

    def __init__(self, points: Iterable[XY]) -> None:
        points = list(points)
        self._left = min(x for x, _ in points) - EDGE
        self._top = min(y for _, y in points) - EDGE
        self.width = math.ceil(max(x for x, _ in points) - self._left + EDGE) + 0.0
        self.height = math.ceil(max(y for _, y in points) - self._top + EDGE) + 0.0

    def move(self, x: float, y: float) -> XY:
        return round(x - self._left, 2), round(y - self._top, 2)

    def polygon(self, points: Iterable[XY]) -> Polygon:
        return tuple(self.move(x, y) for x, y in points)


def _everything(house: House, places: Sequence[Sequence[Sequence[XY]]]) -> list[XY]:
    drawn = [house.focal_point]
    drawn += [point for block in places for row in block for point in row]
    drawn += [point for block in house.blocks for point in block.outline]
    drawn += [point for area in house.standing for point in area.polygon]
    drawn += [point for _, polygon, _, _ in house.shapes for point in polygon]
    return drawn


def _categories(house: House) -> tuple[Category, ...]:
    colours = palette.ramp(len(house.categories))
    priced = tuple(Category(*pair) for pair in zip(house.categories, colours, strict=True))
    return (*priced, Category(STANDING, palette.STANDING)) if house.standing else priced


def _sections(
    house: House, places: Sequence[Sequence[Sequence[XY]]], sheet: _Sheet
) -> tuple[Section, ...]:
    sections: list[Section] = []
    for block, rows in zip(house.blocks, places, strict=True):
        label = Point(*sheet.move(*_middle_seat(rows)))
        sections.append(Section(len(sections) + 1, block.name, sheet.polygon(block.outline), label))
    for area in house.standing:
        label = Point(*sheet.move(*_mean(area.polygon)))
        sections.append(Section(len(sections) + 1, area.name, sheet.polygon(area.polygon), label))
    return tuple(sections)


def _areas(house: House, sheet: _Sheet, first_seat_id: int) -> tuple[Area, ...]:
    areas: list[Area] = []
    for index, area in enumerate(house.standing, start=1):
        section_id = len(house.blocks) + index
        polygon = sheet.polygon(area.polygon)
        areas.append(
            Area(index, section_id, area.name, area.capacity, polygon, STANDING, first_seat_id)
        )
        first_seat_id += area.capacity
    return tuple(areas)


def _middle_seat(rows: Sequence[Sequence[XY]]) -> XY:
    row = rows[len(rows) // 2]
    return _mean([row[(len(row) - 1) // 2], row[len(row) // 2]])


def _mean(points: Sequence[XY]) -> XY:
    return sum(x for x, _ in points) / len(points), sum(y for _, y in points) / len(points)


def _category_per_row(house: House, places: Sequence[Sequence[Sequence[XY]]]) -> list[list[str]]:
    """Rows from the best view on, handed out to the categories until each has its share.

    Rows equally far away (the left and the right half of a house) always cost the same.
    """
    scored: list[tuple[float, int, list[int], int]] = []
    for block_index, (block, rows) in enumerate(zip(house.blocks, places, strict=True)):
        whole = [list(range(len(rows)))] if block.one_price else [[i] for i in range(len(rows))]
        for indices in whole:
            points = [point for index in indices for point in rows[index]]
            score = round(_distance_counted(house.focal_point, points) * block.drawback, 3)
            scored.append((score, block_index, indices, len(points)))
    total = sum(count for _, _, _, count in scored)
    names = [[""] * len(block.rows) for block in house.blocks]
    given, category, bound = 0, 0, house.shares[0]
    for _, alike in groupby(sorted(scored), key=lambda entry: round(entry[0])):
        entries = list(alike)
        seats = sum(count for _, _, _, count in entries)
        while (given + seats / 2) / total > bound and category < len(house.categories) - 1:
            category += 1
            bound += house.shares[category]
        given += seats
        for _, block_index, indices, _ in entries:
            for index in indices:
                names[block_index][index] = house.categories[category]
    return names


def _distance_counted(focal: XY, points: Sequence[XY]) -> float:
    x, y = _mean(points)
    return math.sqrt((x - focal[0]) ** 2 + (y - focal[1]) ** 2)


def _wheelchair_places(house: House) -> dict[int, tuple[Attribute, ...]]:
    """Pairs of a wheelchair place and a companion's seat at the ends of the rows that suit, by
    seat_id; the next pair in a row stands further in."""
    first_ids: dict[tuple[int, int], tuple[int, int]] = {}
    seat_id = 0
    for block_index, block in enumerate(house.blocks):
        for row_index, row in enumerate(block.rows):
            first_ids[block_index, row_index] = (seat_id, row.line.count)
            seat_id += row.line.count
    wanted = max(1, round(seat_id * WHEELCHAIR_SHARE))
    found: dict[int, tuple[Attribute, ...]] = {}
    for group in _wheelchair_groups(house):
        pairs = [pair for place, depth in group for pair in _row_ends(*first_ids[place], depth)]
        missing = wanted - len(found) // 2
        if missing < len(pairs):
            pairs = [pairs[index * len(pairs) // missing] for index in range(missing)]
        for wheelchair, companion in pairs:
            found[wheelchair] = ("accessible",)
            found[companion] = ("companion",)
    return found


def _wheelchair_groups(house: House) -> list[list[tuple[tuple[int, int], int]]]:
    """Rows with how many pairs from their ends, in the order in which groups are filled: two pairs
    at both ends of the preferred rows, then of the others, then further in."""
    return [
        [(place, depth) for place in rows]
        for depths in ((0, 1), (2, 3, 4, 5, 6, 7))
        for rows in house.wheelchair_rows
        for depth in depths
    ]


def _row_ends(first: int, count: int, depth: int) -> list[tuple[int, int]]:
    """The pairs (wheelchair, companion) at a depth from both ends, where the row is long enough."""
    if count < 4 * (depth + 1):
        return []
    left, right = first + 2 * depth, first + count - 1 - 2 * depth
    return [(left, left + 1), (right, right - 1)]


def _hidden(focal: XY, block: Block, x: float, y: float) -> bool:
    """Whether the stage is seen from the side only, or past a pillar close in the line of sight."""
    if block.hidden_above is not None and y < block.hidden_above:
        return True
    for pillar_x, pillar_y in block.pillars:
        away_x, away_y = x - pillar_x, y - pillar_y
        if away_x * away_x + away_y * away_y > PILLAR_REACH * PILLAR_REACH:
            continue
        sight_x, sight_y = pillar_x - focal[0], pillar_y - focal[1]
        length = math.sqrt(sight_x * sight_x + sight_y * sight_y)
        behind = (away_x * sight_x + away_y * sight_y) / length
        aside = abs(away_x * sight_y - away_y * sight_x) / length
        if behind > 0 and aside < 0.75 * PITCH:
            return True
    return False
