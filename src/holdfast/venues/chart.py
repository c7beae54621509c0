"""A seating chart: the geometry of a house, without prices, events or states.

A chart never changes. It is known by the SHA-256 of its canonical JSON, which is also what browsers
fetch and what `holdfast chart generate` prints (docs/chart-format.md). This file says what a chart
is; whether a file holds a sound one is the business of chart_file.py and chart_draft.py.
"""

import hashlib
from typing import Literal

import msgspec

Attribute = Literal["accessible", "companion", "restricted_view"]
RowKind = Literal["row", "table", "booth"]
ShapeKind = Literal["stage", "field", "text", "decor"]

ATTRIBUTES: tuple[Attribute, ...] = ("accessible", "companion", "restricted_view")
ROW_KINDS: tuple[RowKind, ...] = ("row", "table", "booth")
SHAPE_KINDS: tuple[ShapeKind, ...] = ("stage", "field", "text", "decor")

CHART_FORMAT = 1

Polygon = tuple[tuple[float, float], ...]
"""Corners [x, y] in order, not closed: the last corner is joined to the first."""


class Point(msgspec.Struct, frozen=True, gc=False):
    """A place on the drawing: x to the right, y downwards, in the chart's own units."""

    x: float
    y: float


class Category(msgspec.Struct, frozen=True, gc=False):
    """A price category. `color` is `#rrggbb`."""

    name: str
    color: str


class Section(msgspec.Struct, frozen=True):
    """A part of the house as tickets name it. `label` is where its name is drawn."""

    section_id: int
    name: str
    outline: Polygon
    label: Point


class Row(msgspec.Struct, frozen=True, gc=False):
    """Seats `first_seat_id .. first_seat_id + seat_count - 1`: a row, a table or a booth.

    Two rows of a section may share a name (the two halves of row C); their seats may not share
    a number.
    """

    row_id: int
    section_id: int
    name: str
    kind: RowKind
    first_seat_id: int
    seat_count: int


class Seat(msgspec.Struct, frozen=True, gc=False):
    """A numbered seat. (section, row, seat_number) is unique within the chart."""

    seat_id: int
    section_id: int
    row: str
    seat_number: str
    x: float
    y: float
    category: str
    attributes: tuple[Attribute, ...] = ()


class Area(msgspec.Struct, frozen=True):
    """A standing area: `capacity` places with ids from `first_seat_id`, after all seats."""

    area_id: int
    section_id: int
    name: str
    capacity: int
    polygon: Polygon
    category: str
    first_seat_id: int


class Shape(msgspec.Struct, frozen=True):
    """Something drawn that is not for sale. `text` stands at `label`; texts have no polygon."""

    kind: ShapeKind
    polygon: Polygon
    text: str
    label: Point


class Chart(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="holdfast_chart", tag=CHART_FORMAT
):
    """A whole chart. `seats[i].seat_id == i`; standing places follow the seats, area after area.

    `seat_pitch` is the usual distance between neighbouring seats and `focal_point` what everybody
    looks at; lengths are in the chart's own units, and everything lies within width x height.
    """

    name: str
    width: float
    height: float
    focal_point: Point
    seat_pitch: float
    categories: tuple[Category, ...]
    sections: tuple[Section, ...]
    rows: tuple[Row, ...]
    seats: tuple[Seat, ...]
    areas: tuple[Area, ...]
    shapes: tuple[Shape, ...]

    @property
    def capacity(self) -> int:
        """Seats and standing places together."""
        return len(self.seats) + sum(area.capacity for area in self.areas)


def public_json(chart: Chart) -> bytes:
    """The canonical JSON of a chart: the same chart always gives the same bytes."""
    return msgspec.json.encode(chart)


def chart_sha256(chart: Chart) -> str:
    """The chart's name for ever: 64 hexadecimal digits over `public_json`."""
    return hashlib.sha256(public_json(chart)).hexdigest()
