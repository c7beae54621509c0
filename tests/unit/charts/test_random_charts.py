"""Charts nobody thought of: made up and mutated by Hypothesis."""

import copy
import json
import math
from itertools import pairwise
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from holdfast.venues.adjacency import side_by_side
from holdfast.venues.chart import Chart, public_json
from holdfast.venues.chart_faults import ChartFaults
from holdfast.venues.chart_file import parse_chart
from holdfast.venues.floor_plan import decode, encode, floor_plan
from holdfast.venues.outline import contains
from tests.unit.charts.sources import TABLE, own_chart, pretix_plan, seatsio_chart

QUIET = settings(deadline=None, max_examples=150, suppress_health_check=list(HealthCheck))

names = st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1, max_size=12).filter(
    lambda text: bool(text.split())
)


@st.composite
def charts(draw: st.DrawFn) -> dict[str, Any]:
    """A sound chart in our own format: rows straight or curved, at any angle and spacing."""
    section_names = draw(
        st.lists(names, min_size=1, max_size=3, unique_by=lambda n: " ".join(n.split()))
    )
    categories = draw(
        st.lists(names, min_size=1, max_size=4, unique_by=lambda n: " ".join(n.split()))
    )
    seats: list[dict[str, Any]] = []
    rows = draw(st.integers(0, 8))
    pitch = draw(st.floats(0.3, 500))
    for row in range(rows):
        bend = draw(st.floats(-0.2, 0.2))
        turn = draw(st.floats(-math.pi, math.pi))
        x, y = 0.0, row * pitch * 3
        for number in range(draw(st.integers(1, 25))):
            seats.append(
                {
                    "section_id": draw(st.integers(1, len(section_names))) if row % 3 == 0 else 1,
                    "row": f"R{row}",
                    "seat_number": str(number),
                    "x": x,
                    "y": y,
                    "category": draw(st.sampled_from(categories)),
                    "attributes": draw(
                        st.lists(st.sampled_from(["accessible", "companion"]), unique=True)
                    ),
                }
            )
            step = pitch * (3 if draw(st.integers(0, 9)) == 0 else 1)
            x += step * math.cos(turn + bend * number)
            y += step * math.sin(turn + bend * number)
    areas = [
        {
            "section_id": draw(st.integers(1, len(section_names))),
            "capacity": draw(st.integers(1, 300)),
            "category": draw(st.sampled_from(categories)),
            "polygon": draw(
                st.lists(
                    st.tuples(st.floats(-900, 900), st.floats(-900, 900)), min_size=3, max_size=7
                )
            ),
        }
        for _ in range(draw(st.integers(0 if seats else 1, 2)))
    ]
    return {
        "holdfast_chart": 1,
        "name": draw(names),
        "categories": [{"name": name} for name in categories],
        "sections": [{"name": name} for name in section_names],
        "seats": seats,
        "areas": areas,
    }


def read(document: object) -> Chart | None:
    """The chart, or None where it is refused, as curled rows that cross themselves may be."""
    try:
        return parse_chart(json.dumps(document).encode(), "random.json")
    except ChartFaults:
        return None


@QUIET
@given(charts())
def test_any_chart_read_and_written_is_read_back_equal(document: dict[str, Any]) -> None:
    chart = read(document)
    if chart is not None:
        written = public_json(chart)
        assert parse_chart(written, "again.json") == chart
        assert public_json(parse_chart(written, "again.json")) == written


@QUIET
@given(charts())
def test_every_seat_is_in_exactly_one_run_and_every_rank_occurs_once(
    document: dict[str, Any],
) -> None:
    chart = read(document)
    if chart is None:
        return
    plan = floor_plan(chart)
    assert sorted(seat for run in plan.runs for seat in run) == list(range(len(chart.seats)))
    assert sorted(plan.rank) == list(range(plan.seat_count))
    assert encode(decode(encode(plan))) == encode(plan)
    for seat in range(len(chart.seats)):
        assert plan.run(seat)[plan.place_in_run[seat]] == seat


@QUIET
@given(charts())
def test_every_seat_lies_inside_the_outline_of_its_section(document: dict[str, Any]) -> None:
    chart = read(document)
    if chart is None:
        return
    outlines = {section.section_id: section.outline for section in chart.sections}
    for seat in chart.seats:
        assert contains(outlines[seat.section_id], (seat.x, seat.y)), seat


@QUIET
@given(
    st.lists(st.integers(1, 4), min_size=1, max_size=30),
    st.floats(-math.pi, math.pi),
    st.floats(-0.1, 0.1),
    st.randoms(use_true_random=False),
)
def test_the_order_in_which_a_row_is_listed_does_not_matter(
    gaps: list[int], turn: float, bend: float, random: Any
) -> None:
    """Gaps of 1 are neighbours, wider ones aisles; a row bends by at most a half circle."""
    x = y = 0.0
    seats = [(x, y)]
    for index, gap in enumerate(gaps):
        angle = turn + bend * index
        x, y = x + 20 * gap * math.cos(angle), y + 20 * gap * math.sin(angle)
        seats.append((x, y))
    listed = list(range(len(seats)))
    random.shuffle(listed)
    plain = side_by_side(seats, [""] * len(seats), "row", 20)
    shuffled = side_by_side([seats[i] for i in listed], [""] * len(seats), "row", 20)
    assert _beside(plain) == _beside([[listed[i] for i in run] for run in shuffled])


def _beside(runs: list[list[int]]) -> set[tuple[int, int]]:
    return {(min(a, b), max(a, b)) for run in runs for a, b in pairwise(run)}


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from([10**30, -1, "", "1", 1e300, "\ud800", "\x00"]),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=6,
)


def places_in(document: Any, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The paths of all values of a JSON document, its own excepted."""
    pairs: list[tuple[Any, Any]] = []
    if isinstance(document, dict):
        pairs = list(document.items())
    elif isinstance(document, list):
        pairs = list(enumerate(document))
    found: list[tuple[Any, ...]] = []
    for key, value in pairs:
        found += [(*way, key), *places_in(value, (*way, key))]
    return found


SOURCES = [pretix_plan(), seatsio_chart(), own_chart()]


@settings(QUIET, max_examples=500)
@given(st.sampled_from(SOURCES), st.data())
def test_mutated_charts_are_read_or_refused_and_never_raise_anything_else(
    source: dict[str, Any], data: st.DataObject
) -> None:
    document: Any = copy.deepcopy(source)
    for _ in range(data.draw(st.integers(1, 3))):
        ways = places_in(document)
        if not ways:
            break
        *way, last = data.draw(st.sampled_from(ways))
        target = document
        for key in way:
            target = target[key]
        if data.draw(st.integers(0, 3)) == 0:
            del target[last]
        else:
            target[last] = data.draw(json_values)
    chart = read(document)
    if chart is not None:
        assert parse_chart(public_json(chart), "again.json") == chart
        floor_plan(chart)


@settings(QUIET, max_examples=300)
@given(
    st.sampled_from([*(json.dumps(source).encode() for source in SOURCES), TABLE.encode()]),
    st.integers(0, 5_000),
    st.binary(max_size=4),
    st.booleans(),
)
@example(b"section,row,seat,category,x,y\r", 9_999, b"", False)
@example(b'{"subChart":{"rows":[{"seats":[{}]}]}}', 9_999, b"", False)
def test_damaged_bytes_are_read_or_refused_and_never_raise_anything_else(
    source: bytes, at: int, put: bytes, cut: bool
) -> None:
    damaged = source[:at] + put + (b"" if cut else source[at + len(put) :])
    try:
        parse_chart(damaged, "damaged")
        return
    except ChartFaults as raised:
        refusal = raised
    assert refusal.faults
    assert all(fault.place and fault.sentence for fault in refusal.faults)
    str(refusal).encode()
