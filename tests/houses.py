"""Random small houses for property tests: rows of uneven length, aisles, kept places, areas."""

from collections.abc import Sequence

from hypothesis import strategies as st

from holdfast.venues.chart import Area, Attribute, Category, Chart, Point, Row, Seat, Section
from holdfast.venues.floor_plan import FloorPlan, floor_plan

CATEGORIES = ("dear", "cheap")
AISLE = 4.0
ATTRIBUTES: tuple[tuple[Attribute, ...], ...] = (
    (),
    (),
    (),
    ("accessible",),
    ("companion",),
    ("restricted_view",),
)


@st.composite
def floor_plans(draw: st.DrawFn) -> FloorPlan:
    """Up to 5 rows of up to 9 seats in up to 2 sections, and perhaps a standing area."""
    rows: list[Row] = []
    seats: list[Seat] = []
    sections = draw(st.integers(1, 2))
    for section_id in range(1, sections + 1):
        for number in range(draw(st.integers(1, 3))):
            gaps = draw(st.lists(st.sampled_from([1.0, 1.0, 1.0, AISLE]), min_size=1, max_size=9))
            rows.append(_row(len(rows), section_id, len(seats), len(gaps)))
            seats += _seats(draw, section_id, number, len(seats), gaps)
    areas = _area(sections, len(seats)) if draw(st.booleans()) else ()
    return floor_plan(_chart(rows, seats, areas, sections, draw(st.integers(0, 20))))


def _row(index: int, section_id: int, first_seat_id: int, seats: int) -> Row:
    return Row(index + 1, section_id, f"R{index}", "row", first_seat_id, seats)


def _seats(
    draw: st.DrawFn, section_id: int, row: int, first: int, gaps: Sequence[float]
) -> list[Seat]:
    seats: list[Seat] = []
    x = 0.0
    for place, gap in enumerate(gaps):
        x += gap
        category = draw(st.sampled_from(CATEGORIES))
        attributes = draw(st.sampled_from(ATTRIBUTES))
        y = 3.0 * row + 20.0 * section_id
        seats.append(
            Seat(first + place, section_id, f"R{row}", str(place + 1), x, y, category, attributes)
        )
    return seats


def _area(section_id: int, first_seat_id: int) -> tuple[Area, ...]:
    square = ((0.0, 70.0), (9.0, 70.0), (9.0, 79.0), (0.0, 79.0))
    return (Area(1, section_id, "Floor", 5, square, "cheap", first_seat_id),)


def _chart(
    rows: list[Row], seats: list[Seat], areas: tuple[Area, ...], sections: int, focal_x: int
) -> Chart:
    return Chart(
        name="Any house",
        width=40.0,
        height=80.0,
        focal_point=Point(float(focal_x), 0.0),
        seat_pitch=1.0,
        categories=tuple(Category(name, "#582493") for name in CATEGORIES),
        sections=tuple(
            Section(number, f"Section {number}", (), Point(5.0, 20.0 * number))
            for number in range(1, sections + 1)
        ),
        rows=tuple(rows),
        seats=tuple(seats),
        areas=areas,
        shapes=(),
    )
