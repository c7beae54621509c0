"""What each format becomes: the same chart, whoever drew it."""

import json

import pytest

from holdfast.venues import palette
from holdfast.venues.chart import public_json
from holdfast.venues.chart_file import examine_chart, parse_chart, summary
from tests.unit.charts.sources import (
    TABLE,
    own_chart,
    pretix_plan,
    real_chart,
    seatsio_chart,
    spoilt,
)


def as_bytes(document: object) -> bytes:
    return json.dumps(document).encode()


def test_the_race_track_has_8897_seats_in_four_sections() -> None:
    chart = parse_chart(real_chart("seatsio-race-track.json").read_bytes(), "race-track.json")
    assert (len(chart.seats), len(chart.rows), len(chart.sections)) == (8_897, 131, 4)
    assert [section.name for section in chart.sections][2] == "MT1"
    assert {seat.category for seat in chart.seats} == {"Goal Stands", "Mid Track Stand"}


@pytest.mark.parametrize(
    ("name", "seats", "capacity", "sections"),
    [
        ("seatsio-sections.json", 71, 71, 2),
        ("seatsio-tables.json", 12, 12, 1),
        ("seatsio-seats-and-standing.json", 32, 232, 3),
    ],
)
def test_real_seatsio_charts_are_read(name: str, seats: int, capacity: int, sections: int) -> None:
    reading = examine_chart(real_chart(name).read_bytes(), name)
    counted = summary(reading.chart, reading.notes)
    assert (counted.seats, counted.capacity, counted.sections) == (seats, capacity, sections)
    assert reading.source == "seats.io"


def test_pretix_positions_add_up_from_zone_row_and_seat() -> None:
    chart = parse_chart(as_bytes(pretix_plan()), "studio.json")
    first, second, gallery = chart.seats
    assert (second.x - first.x, second.y - first.y) == (25, 0)
    assert (gallery.x - first.x, gallery.y - first.y) == (-10, 130)
    assert [(s.section_id, s.row, s.seat_number) for s in chart.seats] == [
        (1, "A", "1"),
        (1, "A", "2"),
        (2, "A", "1"),
    ]


def test_a_pretix_area_called_buehne_is_the_stage_and_everybody_looks_at_it() -> None:
    chart = parse_chart(as_bytes(pretix_plan()), "studio.json")
    (stage,) = chart.shapes
    assert (stage.kind, stage.text) == ("stage", "Bühne")
    assert (chart.focal_point.x, chart.focal_point.y) == (stage.label.x, stage.label.y)


def test_extra_keys_are_tolerated_with_a_note_that_counts_them() -> None:
    plan = pretix_plan()
    for seat in plan["zones"][0]["rows"][0]["seats"]:
        seat["vendor_colour"] = "red"
    notes = examine_chart(as_bytes(plan), "studio.json").notes
    assert 'The key "vendor_colour" in zones[].rows[].seats[] is not used. (2 times)' in notes


def test_seatsio_seats_take_their_category_from_the_section_and_their_place_from_its_corner() -> (
    None
):
    chart = parse_chart(as_bytes(seatsio_chart()), "club.json")
    stalls = [seat for seat in chart.seats if seat.row == "A"]
    assert [seat.category for seat in stalls] == ["One", "One", "Two"]
    outline = chart.sections[-1].outline
    assert (stalls[0].x - outline[0][0], stalls[0].y - outline[0][1]) == (20, 10)


def test_seatsio_tables_booths_and_areas_become_rows_and_standing_places() -> None:
    chart = parse_chart(as_bytes(seatsio_chart()), "club.json")
    assert [(row.name, row.kind, row.seat_count) for row in chart.rows] == [
        ("T1", "table", 3),
        ("B1", "booth", 1),
        ("A", "row", 3),
    ]
    (area,) = chart.areas
    assert (area.name, area.capacity, area.first_seat_id) == ("Pit", 50, 7)
    assert chart.capacity == 57


def test_seatsio_attributes_survive() -> None:
    chart = parse_chart(as_bytes(seatsio_chart()), "club.json")
    attributes = {seat.seat_number: seat.attributes for seat in chart.seats if seat.row == "T1"}
    assert attributes == {"10": ("accessible",), "2": ("companion",), "1": ("restricted_view",)}


def test_lines_of_one_row_make_one_row_wherever_they_stand() -> None:
    chart = parse_chart(TABLE.encode(), "hall.csv")
    assert chart.name == "hall"
    assert [(row.name, row.seat_count) for row in chart.rows] == [("A", 3), ("B", 1)]
    assert [seat.attributes for seat in chart.seats] == [
        ("accessible",),
        ("companion",),
        (),
        ("restricted_view",),
    ]


def test_semicolons_and_decimal_commas_are_read_as_spreadsheets_write_them() -> None:
    table = "Section;Row;Seat;Category;X;Y\r\nStalls;A;1;Front;0,5;0\r\nStalls;A;2;Front;20,5;0\r\n"
    chart = parse_chart(b"\xef\xbb\xbf" + table.encode(), "hall.csv")
    assert chart.seats[1].x - chart.seats[0].x == 20


def test_categories_without_a_colour_get_one_each() -> None:
    chart = parse_chart(as_bytes(own_chart()), "hall.json")
    colours = [category.color for category in chart.categories]
    assert colours == list(palette.ramp(2))
    assert len(set(colours)) == 2


def test_a_sparse_chart_of_our_own_is_completed() -> None:
    chart = parse_chart(as_bytes(own_chart()), "hall.json")
    assert [seat.seat_id for seat in chart.seats] == [0, 1, 2, 3]
    assert chart.areas[0].first_seat_id == 4
    assert chart.seat_pitch == 20
    assert [row.seat_count for row in chart.rows] == [4]
    assert all(len(section.outline) >= 3 for section in chart.sections)


@pytest.mark.parametrize("document", [pretix_plan(), seatsio_chart(), own_chart()])
def test_a_chart_written_as_our_own_json_is_read_back_equal(document: object) -> None:
    chart = parse_chart(as_bytes(document), "hall.json")
    assert parse_chart(public_json(chart), "other-name.json") == chart


def test_drawings_in_metres_are_scaled_so_that_hundredths_do_not_matter() -> None:
    table = "section,row,seat,category,x,y\nS,A,1,F,0,0\nS,A,2,F,0.55,0\nS,A,3,F,1.1,0\n"
    chart = parse_chart(table.encode(), "metres.csv")
    assert chart.seat_pitch == 20
    assert chart.seats[2].x - chart.seats[0].x == pytest.approx(40)


@pytest.mark.parametrize("axis", ["x", "y"])
def test_minus_zero_is_zero_so_that_equal_charts_have_equal_hashes(axis: str) -> None:
    chart = own_chart() | {"width": 200, "height": 200}
    plain, minus = (spoilt(chart, f"seats.0.{axis}", zero) for zero in (0, -0.0))
    assert b"-0.0" in minus
    assert public_json(parse_chart(minus, "a.json")) == public_json(parse_chart(plain, "a.json"))


def test_everything_lies_on_the_sheet() -> None:
    plan = spoilt(pretix_plan(), "zones.0.position", {"x": -5_000, "y": -70})
    chart = parse_chart(plan, "studio.json")
    corners = [corner for section in chart.sections for corner in section.outline]
    corners += [(seat.x, seat.y) for seat in chart.seats]
    assert all(0 <= x <= chart.width and 0 <= y <= chart.height for x, y in corners)


def test_seats_lying_on_seats_of_another_table_are_noted() -> None:
    chart = seatsio_chart()
    tables = chart["subChart"]["tables"]
    tables.append({**tables[0], "label": "T2"})
    notes = examine_chart(as_bytes(chart), "club.json").notes
    assert any(note.startswith("3 seats lie exactly on seats of other rows") for note in notes)


def test_the_summary_counts_seats_apart_from_standing_places() -> None:
    counted = summary(parse_chart(as_bytes(own_chart()), "hall.json"))
    assert (counted.seats, counted.areas, counted.capacity) == (4, 1, 34)
    assert [(c.name, c.places) for c in counted.categories] == [("Seats", 4), ("Standing", 30)]
