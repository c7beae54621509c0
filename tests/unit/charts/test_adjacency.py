"""Who sits beside whom, from positions alone."""

import math
from itertools import pairwise
from random import Random

import pytest

from holdfast.venues.adjacency import side_by_side

XY = tuple[float, float]
PITCH = 20.0


def runs_of(
    positions: list[XY], labels: list[str] | None = None, kind: str = "row"
) -> list[list[str]]:
    """The runs as labels, each run and the list of runs in a direction that does not matter."""
    names = labels or [str(index) for index in range(len(positions))]
    runs = side_by_side(positions, names, "table" if kind == "table" else "row", PITCH)
    assert sorted(index for run in runs for index in run) == list(range(len(positions)))
    named = [[names[index] for index in run] for run in runs]
    return sorted(min(run, run[::-1]) for run in named)


def line(count: int, first: float = 0.0, y: float = 0.0) -> list[XY]:
    return [(first + PITCH * index, y) for index in range(count)]


def arc(count: int, radius: float, turn: float = 0.0) -> list[XY]:
    step = PITCH / radius
    return [
        (radius * math.cos(turn + step * index), radius * math.sin(turn + step * index))
        for index in range(count)
    ]


def test_odd_numbers_on_one_side_and_even_on_the_other_are_ordered_by_position() -> None:
    numbers = ["5", "3", "1", "2", "4", "6"]
    places = dict(zip(numbers, line(6), strict=True))
    listed = sorted(numbers, key=int)
    assert runs_of([places[number] for number in listed], listed) == [numbers]


def test_an_aisle_parts_a_row_whatever_the_numbers_say() -> None:
    assert runs_of(line(3) + line(3, first=110)) == [["0", "1", "2"], ["3", "4", "5"]]


def test_an_empty_place_parts_a_row_and_a_wide_armrest_does_not() -> None:
    assert runs_of([(0, 0), (20, 0), (40, 0), (80, 0)]) == [["0", "1", "2"], ["3"]]
    assert runs_of([(0, 0), (20, 0), (40, 0), (70, 0)]) == [["0", "1", "2", "3"]]


@pytest.mark.parametrize("radius", [60.0, 150.0, 900.0])
def test_curved_rows_are_one_run_in_whatever_order_they_are_listed(radius: float) -> None:
    # At radius 60 the row bends through more than half a circle.
    positions = arc(12, radius, turn=1.0)
    listed = list(range(12))
    Random(7).shuffle(listed)
    names = [str(index).zfill(2) for index in listed]
    assert runs_of([positions[index] for index in listed], names) == [
        [str(index).zfill(2) for index in range(12)]
    ]


def test_a_horseshoe_is_one_run() -> None:
    legs = [(0.0, 400 - PITCH * n) for n in range(20)] + [(PITCH * n, 0.0) for n in range(30)]
    legs += [(580.0, PITCH * n) for n in range(1, 21)]
    listed = list(range(len(legs)))
    Random(3).shuffle(listed)
    names = [str(index).zfill(2) for index in listed]
    (run,) = runs_of([legs[index] for index in listed], names)
    assert run == sorted(run)


def test_two_lines_of_chairs_under_one_name_are_two_runs_or_one_after_the_other() -> None:
    runs = runs_of(line(10) + line(10, first=10, y=34))
    assert [len(run) for run in runs] == [10, 10]


def test_where_lines_of_chairs_cross_nobody_gets_a_third_neighbour() -> None:
    cross = [(PITCH * n, 0.0) for n in range(-4, 5)] + [
        (0.0, PITCH * n) for n in (-3, -2, -1, 1, 2, 3)
    ]
    Random(5).shuffle(cross)
    runs = side_by_side(cross, [""] * len(cross), "row", PITCH)
    assert sorted(index for run in runs for index in run) == list(range(len(cross)))
    steps = [math.dist(cross[a], cross[b]) for run in runs for a, b in pairwise(run)]
    assert max(steps) < 1.6 * PITCH


def test_vertical_and_slanting_rows_are_rows() -> None:
    assert len(runs_of([(5.0, PITCH * n) for n in range(9)])) == 1
    assert len(runs_of([(14.1 * n, -14.1 * n) for n in range(9)])) == 1


def test_a_single_seat_is_a_run_of_its_own() -> None:
    assert runs_of([(3, 4)]) == [["0"]]


def test_two_seats_far_apart_are_not_neighbours() -> None:
    assert len(runs_of([(0, 0), (24, 0)])) == 1
    assert len(runs_of([(0, 0), (90, 0)])) == 2


def test_pairs_of_seats_between_aisles_stay_pairs() -> None:
    positions = [(x + dx, 0.0) for x in (0, 70, 140) for dx in (0, 20)]
    assert runs_of(positions) == [["0", "1"], ["2", "3"], ["4", "5"]]


def test_around_a_table_neighbours_follow_the_labels() -> None:
    positions = [(0.0, 0.0), (300.0, 0.0), (0.0, 300.0), (300.0, 300.0)]
    assert runs_of(positions, ["10", "2", "1", "9"], kind="table") == [["1", "2", "9", "10"]]


def test_seats_on_top_of_each_other_are_still_each_in_one_run() -> None:
    assert sum(map(len, runs_of([(0.0, 0.0)] * 5))) == 5
