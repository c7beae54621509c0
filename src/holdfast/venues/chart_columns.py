"""A chart by columns: what the map draws, in a form that browsers need not parse.

The JSON of a chart says of each seat what its row says too, and a browser needs longer to read it
than to draw it. Here a seat is five numbers in five columns, little-endian and aligned, so that a
page lays typed arrays over the bytes (docs/chart-format.md). It says nothing that the chart does
not say, and the chart is what counts.
"""

from __future__ import annotations

import gzip
import struct
import sys
from array import array
from itertools import pairwise

import msgspec

from holdfast.venues.chart import Area, Category, Chart, Point, Row, Section, Shape
from holdfast.venues.floor_plan import BIT_OF

MAGIC = b"HFC1"
"""The last sign rises when the meaning of a column changes."""

UNITS = 100
"""Positions are whole hundredths of a unit: charts are laid out in them."""

GZIP_LEVEL = 9  # 80,000 seats: a tenth of a second, once in the life of a chart


class ColumnsHead(msgspec.Struct, frozen=True):
    """The chart without its seats; `seat_numbers` are those that there are, each once."""

    name: str
    width: float
    height: float
    focal_point: Point
    seat_pitch: float
    categories: tuple[Category, ...]
    sections: tuple[Section, ...]
    rows: tuple[Row, ...]
    areas: tuple[Area, ...]
    shapes: tuple[Shape, ...]
    seat_count: int
    seat_numbers: tuple[str, ...]


def chart_columns(chart: Chart) -> bytes:
    """The columns of a sound chart; the same chart always gives the same bytes."""
    number_at: dict[str, int] = {}
    numbers = array("I", [number_at.setdefault(s.seat_number, len(number_at)) for s in chart.seats])
    category_at = {category.name: index for index, category in enumerate(chart.categories)}
    head = ColumnsHead(
        name=chart.name,
        width=chart.width,
        height=chart.height,
        focal_point=chart.focal_point,
        seat_pitch=chart.seat_pitch,
        categories=chart.categories,
        sections=chart.sections,
        rows=chart.rows,
        areas=chart.areas,
        shapes=chart.shapes,
        seat_count=len(chart.seats),
        seat_numbers=tuple(number_at),
    )
    words = _padded(msgspec.json.encode(head), b" ")
    rest = b"".join(
        (
            struct.pack("<I", len(words)),
            words,
            _steps([seat.x for seat in chart.seats]),
            _steps([seat.y for seat in chart.seats]),
            _little_endian(numbers),
            _padded(bytes(category_at[seat.category] for seat in chart.seats), b"\0"),
            _padded(bytes(sum(BIT_OF[a] for a in s.attributes) for s in chart.seats), b"\0"),
        )
    )
    return MAGIC + struct.pack("<I", _sum(rest)) + rest


def compressed_columns(chart: Chart) -> bytes:
    """The columns as they are kept and sent."""
    return gzip.compress(chart_columns(chart), GZIP_LEVEL, mtime=0)


def _steps(positions: list[float]) -> bytes:
    """Each position's distance from the one before: along a row they are nearly the same."""
    units = [0, *(round(position * UNITS) for position in positions)]
    return _little_endian(array("i", [after - before for before, after in pairwise(units)]))


def _padded(data: bytes, with_byte: bytes) -> bytes:
    return data + with_byte * (-len(data) % 4)


def _sum(data: bytes) -> int:
    """What tells damaged bytes: the sum of all 32-bit words, as far as 32 bits hold it."""
    words = array("I", data)
    if sys.byteorder != "little":
        words.byteswap()
    return sum(words) & 0xFFFFFFFF


def _little_endian(values: array[int]) -> bytes:
    if sys.byteorder != "little":
        values.byteswap()
    return values.tobytes()
