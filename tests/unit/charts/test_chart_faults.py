"""Every way in which a chart can be wrong, the place that is named, and the words for it."""

import json
import math
import time
import tracemalloc
from typing import Any

import pytest

from holdfast.venues.chart_faults import ChartFaults, Fault
from holdfast.venues.chart_file import parse_chart, read_chart
from holdfast.venues.chart_limits import FILE_BYTES_MAX
from tests.unit.charts.sources import (
    REMOVED,
    TABLE,
    own_chart,
    pretix_plan,
    real_chart,
    seatsio_chart,
    spoilt,
)

SEAT = "zones.0.rows.0.seats.1"
SEAT_PLACE = "zones[0].rows[0].seats[1]"


def faults_of(data: bytes, name: str = "chart.json") -> list[Fault]:
    with pytest.raises(ChartFaults) as refusal:
        parse_chart(data, name)
    return refusal.value.faults


UNREADABLE = [
    (b"", "file", "The file is empty."),
    (b" \n\t", "file", "The file is empty."),
    (b"hello", "file", "neither JSON nor a table"),
    (b"[1, 2]", "file", "must hold one JSON object"),
    (b'{"hello": 1}', "file", "of no known chart format"),
    (b'{"zones": [', "line 1, column 12", "it was cut off"),
    (b'{"zones": "abc', "line 1, column 11", "it was cut off"),
    (b'{"zones": }', "line 1, column 11", "not valid JSON"),
    ('{"name": "ä"}'.encode("latin-1"), "line 1", "not UTF-8"),
    ("section,row".encode("utf-16"), "line 1", "not UTF-8"),
    (b'{"a":' * 50_000, "file", "nested too deeply"),
    (b'{"zones": ' + b"9" * 5_000 + b"}", "file", "a number too long"),
    (b"section,row,x\n", "line 1", "missing: seat, category, y"),
    (TABLE.encode() + b'"Stalls,A,9', "line 6", "check its quotation marks"),
]


@pytest.mark.parametrize(("data", "place", "words"), UNREADABLE)
def test_what_cannot_be_read_at_all_is_refused_in_one_sentence(
    data: bytes, place: str, words: str
) -> None:
    (fault,) = faults_of(data)
    assert fault.place == place
    assert words in fault.sentence


SPOILT: list[tuple[dict[str, Any], str, Any, str, str]] = [
    (pretix_plan(), f"{SEAT}.category", REMOVED, SEAT_PLACE, "has no category"),
    (pretix_plan(), f"{SEAT}.category", "Box", SEAT_PLACE, 'category "Box" is not among'),
    (pretix_plan(), f"{SEAT}.seat_number", REMOVED, f"{SEAT_PLACE}.seat_number", "is missing"),
    (pretix_plan(), f"{SEAT}.seat_number", "", f"{SEAT_PLACE}.seat_number", "is empty"),
    (pretix_plan(), f"{SEAT}.seat_number", "1", "zones[0].rows[0].seats[0]", "occurs 2 times"),
    (pretix_plan(), f"{SEAT}.seat_number", True, f"{SEAT_PLACE}.seat_number", "must be a text"),
    (pretix_plan(), f"{SEAT}.seat_number", "9" * 41, f"{SEAT_PLACE}.seat_number", "to 40"),
    (pretix_plan(), f"{SEAT}.seat_guid", REMOVED, f"{SEAT_PLACE}.seat_guid", "is missing"),
    (pretix_plan(), f"{SEAT}.position", REMOVED, f"{SEAT_PLACE}.position", "is missing"),
    (pretix_plan(), f"{SEAT}.position.x", "12", f"{SEAT_PLACE}.position.x", "must be a number"),
    (pretix_plan(), f"{SEAT}.position.x", math.nan, f"{SEAT_PLACE}.position.x", "is nan"),
    (pretix_plan(), f"{SEAT}.position.y", -math.inf, f"{SEAT_PLACE}.position.y", "is -inf"),
    (pretix_plan(), f"{SEAT}.position.y", 1e300, f"{SEAT_PLACE}.position.y", "10,000,000"),
    (pretix_plan(), f"{SEAT}.position.y", 10**400, f"{SEAT_PLACE}.position.y", "10,000,000"),
    (pretix_plan(), f"{SEAT}.position.x", 0, SEAT_PLACE, 'where seat "1" of its row stands'),
    (pretix_plan(), SEAT, 7, SEAT_PLACE, "must be an object, but it is a number"),
    (pretix_plan(), "zones.1.rows", None, "zones[1].rows", "is missing"),
    (pretix_plan(), "zones", {}, "zones", "must be a list, but it is an object"),
    (pretix_plan(), "zones", [], "file", "no seats and no standing areas"),
    (pretix_plan(), "zones.0.name", "\ud800", "zones[0].name", "half a character"),
    (pretix_plan(), "zones.0.name", "x" * 101, "zones[0].name", "101 characters"),
    (seatsio_chart(), "subChart.sections.0.categoryKey", None, "subChart.sections[0]", "category"),
    (seatsio_chart(), "subChart.tables.0.categoryKey", 99, "subChart.tables[0]", '"99"'),
    (seatsio_chart(), "subChart.booths.0.label", 3.5, "subChart.booths[0].label", "a text"),
    (own_chart(), "areas.0.capacity", 0, "areas[0].capacity", "capacity of 0"),
    (own_chart(), "areas.0.capacity", -7, "areas[0].capacity", "capacity of -7"),
    (own_chart(), "areas.0.capacity", 1.5, "areas[0].capacity", "whole number"),
    (own_chart(), "areas.0.capacity", 10_000_000, "areas[0].capacity", "at most 250,000"),
    (own_chart(), "areas.0.polygon", [[0, 0], [1, 1]], "areas[0]", "at least 3 corners"),
    (own_chart(), "areas.0.polygon.1", [0], "areas[0].polygon[1]", "a corner [x, y]"),
    (own_chart(), "areas.0.first_seat_id", 3, "areas[0].first_seat_id", "must be 4"),
    (own_chart(), "seats.2.seat_id", 3, "seats[2].seat_id", "must be 2"),
    (own_chart(), "seats.2.section_id", 3, "seats[2].section_id", "no section 3"),
    (own_chart(), "seats.2.attributes", ["aisle"], "seats[2].attributes", "is no attribute"),
    (own_chart(), "sections.1.name", "Nave", "sections[1].name", "occurs twice"),
    (own_chart(), "categories.1.name", "Seats", "categories[1].name", "occurs twice"),
    (own_chart(), "width", 0, "width", "at least 0.01"),
    (own_chart(), "rows", [{"section_id": 1, "name": "1", "seat_count": 3}], "rows", "count 3"),
    (own_chart(), "shapes.0.kind", "bar", "shapes[0].kind", "is no kind of shape"),
    (own_chart(), "holdfast_chart", 2, "holdfast_chart", "install a newer one"),
]


@pytest.mark.parametrize(
    ("document", "path", "value", "place", "words"),
    SPOILT,
    ids=[f"{path}={str(value)[:20]}" for _, path, value, _, _ in SPOILT],
)
def test_a_fault_is_named_with_its_place(
    document: dict[str, Any], path: str, value: object, place: str, words: str
) -> None:
    found = faults_of(spoilt(document, path, value))
    # A fault of a section or table is reported at each of its seats.
    assert any(fault.place.startswith(place) and words in fault.sentence for fault in found), found


def test_a_seat_outside_the_given_sheet_is_a_fault() -> None:
    chart = own_chart() | {"width": 90, "height": 500}
    chart["seats"][3]["x"] = 91
    places = [fault.place for fault in faults_of(json.dumps(chart).encode())]
    assert "seats[3]" in places


SPOILT_LINES = [
    ("Stalls,A,9,Front,zero,0", "line 6, column x", '"zero" is no number'),
    ("Stalls,A,9,Front,1_000,0", "line 6, column x", "is no number"),
    ("Stalls,A,9,Front,0,inf", "line 6, column y", "further from 0"),
    ("Stalls,A,,Front,60,0", "line 6, column seat", "The seat is empty"),
    (",A,9,Front,60,0", "line 6, column section", "The section is empty"),
    ("Stalls,A,9,,60,0", "line 6", "has no category"),
    ("Stalls,A,9,Front,60,0,maybe", "line 6, column accessible", "1 for yes"),
    ("Stalls,A,9", "line 6", "3 columns"),
    ("Stalls,A,1,Front,60,0", "line 2", "occurs 2 times (again at line 6)"),
]


@pytest.mark.parametrize(("line", "place", "words"), SPOILT_LINES)
def test_a_fault_in_a_table_is_named_with_line_and_column(
    line: str, place: str, words: str
) -> None:
    found = faults_of((TABLE + line).encode(), "chart.csv")
    assert [fault.place for fault in found] == [place]
    assert words in found[0].sentence


def test_all_faults_are_reported_at_once() -> None:
    plan = pretix_plan()
    first, second = plan["zones"][0]["rows"][0]["seats"]
    first["category"] = "Nowhere"
    second["position"]["x"] = "left"
    plan["zones"][1]["rows"][0]["seats"][0]["seat_guid"] = "floor-a-1"
    sentences = " ".join(fault.sentence for fault in faults_of(json.dumps(plan).encode()))
    assert "Nowhere" in sentences
    assert "must be a number" in sentences
    assert '"floor-a-1" occurs 2 times' in sentences


def test_many_faults_of_one_kind_are_listed_up_to_a_limit_and_then_counted() -> None:
    lines = "".join(f"Stalls,C,{n},Front,{n},here\n" for n in range(400))
    found = faults_of((TABLE + lines).encode(), "chart.csv")
    assert len(found) == 51
    assert found[-1].sentence == "And 350 more impossible values of y."


def test_the_real_stadium_with_copied_seats_is_refused_with_its_duplicate_ids_named() -> None:
    path = real_chart("seatmap-canvas-stadium-duplicates.json")
    with pytest.raises(ChartFaults) as refusal:
        read_chart(path)
    first, *_ = refusal.value.faults
    assert first.place == "zones[0].rows[0].seats[0].seat_guid"
    assert '"Groundfloor-A-1" occurs 8 times' in first.sentence
    told = str(refusal.value)
    assert "126 seat_guids are shared by 546 seats in all; 318 are distinct" in told


FLOODS = [
    b'{"categories":[],"zones":[{"rows":[{"seats":[' + b"{}," * 10_000_000 + b"{}]}]}]}",
    b'{"categories":[],"zones":[' + b"[]," * 10_000_000 + b"[]]}",
    b'{"categories":[],"zones":[' + b"0," * 10_000_000 + b"0]}",
    b'{"categories":[],"zones":[' + b"{}," * 2_000_000 + b"{}]}",
    b"section,row,seat,category,x,y\n" + b"a,b,c\n" * 10_000_000,
    b" " * (FILE_BYTES_MAX + 1),
]


@pytest.mark.alone
@pytest.mark.parametrize(
    "data", FLOODS, ids=["objects", "lists", "numbers", "two million", "lines", "bytes"]
)
def test_ten_million_seats_are_refused_before_they_cost_memory(data: bytes) -> None:
    tracemalloc.start()
    started = time.perf_counter()
    try:
        (fault,) = faults_of(data)
        seconds = time.perf_counter() - started
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert "250,000" in fault.sentence
    assert seconds < 5
    assert peak_bytes < 1.5 * len(data)


def test_a_million_empty_seats_are_one_fault() -> None:
    data = b'{"categories":[],"zones":[{"rows":[{"row_number":"1","seats":['
    found = faults_of(data + b"{}," * 1_000_000 + b"{}]}]}]}")
    assert [fault.place for fault in found][:1] == ["zones[0].rows[0].seats"]
    assert "1,000,001 entries" in found[0].sentence
