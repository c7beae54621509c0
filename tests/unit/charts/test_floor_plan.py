"""The compact plan says the same as the chart it was made from."""

import json
import math

import pytest

from holdfast.venues.chart import Chart
from holdfast.venues.chart_file import parse_chart
from holdfast.venues.floor_plan import (
    ACCESSIBLE,
    COMPANION,
    RESTRICTED,
    STANDING,
    decode,
    encode,
    floor_plan,
)
from holdfast.venues.generate import generate_chart
from tests.unit.charts.sources import TABLE, own_chart, seatsio_chart


@pytest.fixture(scope="module")
def club() -> Chart:
    return parse_chart(json.dumps(seatsio_chart()).encode(), "club.json")


def test_every_place_has_the_words_of_its_ticket(club: Chart) -> None:
    plan = floor_plan(club)
    for seat in club.seats:
        assert plan.row_name(seat.seat_id) == seat.row
        assert plan.seat_number(seat.seat_id) == seat.seat_number
        assert plan.section_of[seat.seat_id] == seat.section_id
        assert plan.category(seat.seat_id) == seat.category
    assert plan.section_name(plan.seat_count - 1) == "Pit"
    assert (plan.row_name(56), plan.seat_number(56)) == ("", "")


def test_standing_places_come_last_and_are_marked(club: Chart) -> None:
    plan = floor_plan(club)
    (area,) = plan.areas
    assert (plan.seat_count, area.first_seat_id, area.capacity) == (57, 7, 50)
    assert set(plan.attributes[7:]) == {STANDING}
    assert plan.run(7) == ()
    assert plan.neighbours(56) == ()


def test_attributes_are_bits(club: Chart) -> None:
    plan = floor_plan(club)
    bits = {plan.seat_number(n): plan.attributes[n] for n in range(3)}
    assert bits == {"10": ACCESSIBLE, "2": COMPANION, "1": RESTRICTED}


def test_capacities_of_the_sections_add_up_to_all_places(club: Chart) -> None:
    plan = floor_plan(club)
    by_name = dict(zip(plan.section_names, plan.section_capacities, strict=True))
    assert by_name == {"Tables": 3, "Booths": 1, "Pit": 50, "Stalls": 3}


def test_neighbours_are_the_seats_on_both_sides() -> None:
    plan = floor_plan(parse_chart(json.dumps(own_chart()).encode(), "hall.json"))
    assert [plan.neighbours(seat) for seat in range(4)] == [(1,), (0, 2), (1, 3), (2,)]
    assert plan.run(2) == (0, 1, 2, 3)


def test_the_best_seat_is_near_and_in_the_middle_and_restricted_views_come_last() -> None:
    rows = "".join(
        f"S,{row},{n},F,{n * 20},{row * 30},,,\n" for row in (1, 2, 3) for n in range(11)
    )
    header = TABLE.splitlines()[0] + "\n"
    plan = floor_plan(parse_chart((header + rows).encode(), "hall.csv"))
    assert sorted(plan.rank) == list(range(33))
    assert plan.rank.index(0) == 5
    assert plan.rank[16] < plan.rank[0] < plan.rank[22]
    hidden = (header + rows).replace("S,1,5,F,100,30,,,", "S,1,5,F,100,30,,,1").encode()
    assert floor_plan(parse_chart(hidden, "hall.csv")).rank[5] > 0


def test_of_seats_equally_far_away_those_on_the_centre_line_are_better() -> None:
    chart = own_chart() | {"focal_point": {"x": 500, "y": 0}}
    del chart["areas"]
    chart["sections"].pop()
    angles = [math.radians(degrees) for degrees in (30, 60, 90, 120, 150)]
    chart["seats"] = [
        {**chart["seats"][0], "seat_number": str(number)}
        | {"x": 500 + 400 * math.cos(angle), "y": 400 * math.sin(angle)}
        for number, angle in enumerate(angles)
    ]
    rank = floor_plan(parse_chart(json.dumps(chart).encode(), "hall.json")).rank
    assert rank[2] < min(rank[1], rank[3]) < max(rank[1], rank[3]) < min(rank[0], rank[4])


def test_wheelchair_places_rank_where_they_are() -> None:
    plain = TABLE.replace("0,0,1,,", "0,0,,,").replace("20,0,,yes,", "20,0,,,")
    with_places = floor_plan(parse_chart(TABLE.encode(), "hall.csv"))
    without = floor_plan(parse_chart(plain.encode(), "hall.csv"))
    assert with_places.rank == without.rank


@pytest.mark.parametrize(("kind", "seats"), [("theatre", 700), ("arena", 900), ("stadium", 15_000)])
def test_a_plan_survives_encoding(kind: str, seats: int) -> None:
    plan = floor_plan(generate_chart(kind, seats, seed=4))  # type: ignore[arg-type]
    encoded = encode(plan)
    copy = decode(encoded)
    assert encode(copy) == encoded
    for name in plan.__struct_fields__:
        assert getattr(copy, name) == getattr(plan, name), name


def test_the_same_chart_always_gives_the_same_plan() -> None:
    first, second = (encode(floor_plan(generate_chart("theatre", 500, seed=9))) for _ in range(2))
    assert first == second


def test_a_plan_of_another_version_is_refused_in_words() -> None:
    with pytest.raises(ValueError, match="make it anew from its chart"):
        decode(b"\x63" + encode(floor_plan(generate_chart("theatre", 60, seed=1)))[1:])
