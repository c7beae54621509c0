"""Generated houses: exact, repeatable, and built as houses are."""

import time
from collections import Counter

import pytest

from holdfast.venues.chart import chart_sha256, public_json
from holdfast.venues.chart_file import parse_chart
from holdfast.venues.floor_plan import floor_plan
from holdfast.venues.generate import DEFAULT_SEATS, Kind, generate_chart
from holdfast.venues.outline import contains

SIZES: list[tuple[Kind, int]] = [
    (kind, seats)
    for kind in DEFAULT_SEATS
    for seats in (10, 50, 51, 137, 500, 1_234, 5_000, DEFAULT_SEATS[kind])
]


@pytest.mark.parametrize(("kind", "seats"), SIZES)
def test_a_house_has_exactly_the_places_asked_for(kind: Kind, seats: int) -> None:
    chart = generate_chart(kind, seats, seed=2)
    assert chart.capacity == seats
    assert [seat.seat_id for seat in chart.seats] == list(range(len(chart.seats)))
    assert len({(s.section_id, s.row, s.seat_number) for s in chart.seats}) == len(chart.seats)


@pytest.mark.parametrize("seats", [-1, 0, 9, 250_001])
def test_what_is_no_house_is_refused_in_words(seats: int) -> None:
    with pytest.raises(ValueError, match="ask for 10 to 250,000"):
        generate_chart("theatre", seats, seed=1)


@pytest.mark.parametrize("kind", list(DEFAULT_SEATS))
def test_the_largest_houses_are_exact_too(kind: Kind) -> None:
    assert generate_chart(kind, 150_000, seed=1).capacity == 150_000


@pytest.mark.parametrize("kind", list(DEFAULT_SEATS))
def test_the_same_seed_gives_the_same_house_and_another_seed_another(kind: Kind) -> None:
    first = chart_sha256(generate_chart(kind, 1_500, seed=11))
    assert chart_sha256(generate_chart(kind, 1_500, seed=11)) == first
    assert chart_sha256(generate_chart(kind, 1_500, seed=12)) != first


@pytest.mark.parametrize("kind", list(DEFAULT_SEATS))
def test_a_generated_chart_passes_the_check_of_chart_files(kind: Kind) -> None:
    chart = generate_chart(kind, 2_500, seed=5)
    assert parse_chart(public_json(chart), "generated.json") == chart


@pytest.mark.parametrize("kind", list(DEFAULT_SEATS))
def test_seats_stand_inside_their_section_and_sections_on_the_sheet(kind: Kind) -> None:
    chart = generate_chart(kind, 3_000, seed=6)
    outlines = {section.section_id: section.outline for section in chart.sections}
    for seat in chart.seats:
        assert contains(outlines[seat.section_id], (seat.x, seat.y)), seat
    for section in chart.sections:
        assert all(0 <= x <= chart.width and 0 <= y <= chart.height for x, y in section.outline)
        assert contains(section.outline, (section.label.x, section.label.y)), section.name


@pytest.mark.parametrize("kind", list(DEFAULT_SEATS))
def test_no_two_seats_stand_closer_than_a_seat_is_wide(kind: Kind) -> None:
    chart = generate_chart(kind, 2_000, seed=8)
    cells: dict[tuple[int, int], list[tuple[float, float]]] = {}
    for seat in chart.seats:
        column, row = int(seat.x // 20), int(seat.y // 20)
        for near in ((column + dx, row + dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1)):
            for x, y in cells.get(near, []):
                assert (x - seat.x) ** 2 + (y - seat.y) ** 2 > 18**2, seat
        cells.setdefault((column, row), []).append((seat.x, seat.y))


@pytest.mark.parametrize("kind", list(DEFAULT_SEATS))
def test_every_wheelchair_place_has_a_companion_beside_it(kind: Kind) -> None:
    chart = generate_chart(kind, DEFAULT_SEATS[kind], seed=3)
    plan = floor_plan(chart)
    places = [seat for seat in chart.seats if "accessible" in seat.attributes]
    companions = sum("companion" in seat.attributes for seat in chart.seats)
    assert 0.005 <= len(places) / len(chart.seats) <= 0.01
    assert companions == len(places)
    for seat in places:
        beside = [chart.seats[seat_id].attributes for seat_id in plan.neighbours(seat.seat_id)]
        assert ("companion",) in beside, seat


def test_left_and_right_of_an_arena_cost_the_same() -> None:
    chart = generate_chart("arena", 20_000, seed=1)
    names = {section.section_id: section.name for section in chart.sections}
    price = {names[seat.section_id]: seat.category for seat in chart.seats}
    lower = sorted(name for name in price if name.startswith("Section 1"))
    assert [price[name] for name in lower] == [price[name] for name in reversed(lower)]


def test_theatre_rows_are_lettered_without_i_and_o() -> None:
    chart = generate_chart("theatre", 2_000, seed=1)
    letters = {row.name for row in chart.rows if row.kind == "row"}
    assert {"A", "H", "J", "N", "P"} <= letters
    assert not letters & {"I", "O"}


def test_some_theatres_number_odd_seats_on_the_left_and_even_ones_on_the_right() -> None:
    charts = [generate_chart("theatre", 900, seed=seed) for seed in range(8)]
    styles: Counter[bool] = Counter()
    for chart in charts:
        names = {section.section_id: section.name for section in chart.sections}
        left = [s for s in chart.seats if names[s.section_id] == "Stalls left"]
        styles[all(int(seat.seat_number) % 2 for seat in left)] += 1
    assert set(styles) == {True, False}


def test_a_stadium_has_a_sensible_number_of_sections_and_a_field() -> None:
    chart = generate_chart("stadium", 80_000, seed=1)
    assert 60 <= len(chart.sections) <= 120
    assert chart.shapes[0].kind == "field"
    assert chart.areas


@pytest.mark.alone
def test_eighty_thousand_seats_take_seconds_to_make_and_milliseconds_to_load() -> None:
    from holdfast.venues.floor_plan import decode, encode

    started = time.perf_counter()
    chart = generate_chart("stadium", 80_000, seed=1)
    assert time.perf_counter() - started < 3
    encoded = encode(floor_plan(chart))
    assert len(encoded) < 4_000_000
    fastest = min(_seconds(lambda: decode(encoded)) for _ in range(5))
    assert fastest < 0.03


def _seconds(work: object) -> float:
    started = time.perf_counter()
    assert callable(work)
    work()
    return time.perf_counter() - started
