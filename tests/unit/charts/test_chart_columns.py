"""A chart by columns says of every seat what the chart says, to whoever reads docs/chart-format."""

import json
import struct
from itertools import accumulate

import msgspec
import pytest

from holdfast.venues.chart import Chart, public_json
from holdfast.venues.chart_columns import ColumnsHead, chart_columns
from holdfast.venues.chart_file import parse_chart
from holdfast.venues.generate import generate_chart
from tests.unit.charts.sources import seatsio_chart

BITS = {"accessible": 1, "companion": 2, "restricted_view": 4}

CHARTS = {
    "a club": lambda: parse_chart(json.dumps(seatsio_chart()).encode(), "club.json"),
    "a theatre": lambda: generate_chart("theatre", 1_501, 1),
    "an arena": lambda: generate_chart("arena", 6_000, 1),
}


@pytest.fixture(params=CHARTS)
def chart(request: pytest.FixtureRequest) -> Chart:
    return CHARTS[request.param]()


def read(data: bytes) -> tuple[ColumnsHead, list[tuple[float, float, str, str, int]]]:
    """By the book: magic, sum, length of the head, head, five columns."""
    magic, total, length = struct.unpack_from("<4sII", data)
    assert magic == b"HFC1"
    assert total == sum(struct.unpack(f"<{len(data) // 4 - 2}I", data[8:])) % 2**32
    head = msgspec.json.decode(data[12 : 12 + length], type=ColumnsHead)
    count, first = head.seat_count, 12 + length
    xs, ys, numbers = (
        struct.unpack_from(f"<{count}{code}", data, first + column * 4 * count)
        for column, code in enumerate("iiI")
    )
    padded = -(-count // 4) * 4
    assert len(data) == first + 12 * count + 2 * padded
    categories = data[first + 12 * count :][:count]
    attributes = data[first + 12 * count + padded :][:count]
    seats = [
        (x / 100, y / 100, head.seat_numbers[number], head.categories[category].name, bits)
        for x, y, number, category, bits in zip(
            accumulate(xs), accumulate(ys), numbers, categories, attributes, strict=True
        )
    ]
    return head, seats


def test_every_seat_is_what_it_is_in_the_chart(chart: Chart) -> None:
    _, seats = read(chart_columns(chart))
    assert seats == [
        (s.x, s.y, s.seat_number, s.category, sum(BITS[a] for a in s.attributes))
        for s in chart.seats
    ]


def test_all_else_is_said_as_the_chart_says_it(chart: Chart) -> None:
    head, _ = read(chart_columns(chart))
    for name in msgspec.structs.asdict(chart):
        if name != "seats":
            assert getattr(head, name) == getattr(chart, name), name


def test_section_and_row_of_a_seat_are_those_of_its_row(chart: Chart) -> None:
    head, seats = read(chart_columns(chart))
    said = [(row.section_id, row.name) for row in head.rows for _ in range(row.seat_count)]
    assert len(said) == len(seats)
    assert said == [(seat.section_id, seat.row) for seat in chart.seats]


def test_a_stadium_takes_less_than_a_sixth_of_the_bytes() -> None:
    chart = generate_chart("stadium", 20_000, 1)
    assert len(chart_columns(chart)) * 6 < len(public_json(chart))
