"""Best available and single seats, compared with the plainest program that could be right."""

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from holdfast.desk.best_seats import best_seats
from holdfast.desk.commands import Best
from holdfast.desk.order import EventStatus
from holdfast.desk.seating import BLOCKED, FREE, HELD, SOLD, Seating, Terms
from holdfast.desk.single_seats import left_single
from holdfast.refusals import Refusal
from holdfast.venues.floor_plan import ACCESSIBLE, COMPANION, STANDING, FloorPlan
from holdfast.venues.price import Price, PriceList
from tests.cast import COMPANION_SEAT, WHEELCHAIR, PaperDesk, seats
from tests.houses import CATEGORIES, floor_plans

PRICES = PriceList(
    [
        Price("dear", "adult", 9_000, fee_fixed=100),
        Price("cheap", "adult", 4_000),
        Price("cheap", "child", 2_000),
    ]
)
TERMS = Terms(1, "EUR", 600, 10, 0, False, None, PRICES)


@st.composite
def seatings(draw: st.DrawFn) -> Seating:
    """A random house in which every place is in a random state."""
    plan = draw(floor_plans())
    letters = st.sampled_from([FREE, FREE, FREE, HELD, SOLD, BLOCKED])
    drawn = draw(st.lists(letters, min_size=plan.seat_count, max_size=plan.seat_count))
    return Seating(
        plan,
        TERMS,
        bytearray(drawn),
        (),
        {},
        epoch=1,
        version=0,
        event_status=EventStatus.ON_SALE,
    )


wishes = st.builds(
    Best,
    quantity=st.integers(1, 5),
    section_ids=st.sets(st.integers(1, 3)).map(frozenset),
    categories=st.sets(st.sampled_from((*CATEGORIES, "unheard of"))).map(frozenset),
    max_price=st.none() | st.sampled_from([1_000, 4_000, 9_100]),
    accessible=st.booleans(),
    price_type=st.sampled_from([None, None, "adult", "child"]),
)


def suits(seating: Seating, wish: Best, seat_id: int) -> bool:
    """Whether the seat is one of those asked for, whoever has it."""
    plan = seating.plan
    quote = PRICES.quote(plan.category(seat_id), wish.price_type)
    kept = STANDING if wish.accessible else STANDING | ACCESSIBLE | COMPANION
    return (
        quote is not None
        and (wish.max_price is None or quote.total <= wish.max_price)
        and (not wish.section_ids or plan.section_of[seat_id] in wish.section_ids)
        and (not wish.categories or plan.category(seat_id) in wish.categories)
        and not plan.attributes[seat_id] & kept
    )


def windows(plan: FloorPlan, quantity: int) -> list[tuple[int, ...]]:
    """Every group of so many seats side by side."""
    return [
        run[start : start + quantity]
        for run in plan.runs
        for start in range(len(run) - quantity + 1)
    ]


def check(seating: Seating, wish: Best, freed: set[int], avoid: set[int]) -> None:
    """The answer is that of trying every window."""
    plan = seating.plan
    free = {s for s in range(plan.seat_count) if seating.letters[s] == FREE or s in freed} - avoid
    open_seats = {s for s in free if suits(seating, wish, s)}
    wanted = {s for s in open_seats if plan.attributes[s] & ACCESSIBLE or not wish.accessible}
    fitting = [
        window
        for window in windows(plan, wish.quantity)
        if open_seats.issuperset(window) and not wanted.isdisjoint(window)
    ]
    if not fitting:
        with pytest.raises(Refusal) as refused:
            best_seats(seating, wish, freed, avoid)
        enough = len(open_seats) >= wish.quantity and bool(wanted)
        assert refused.value.code == ("not_together" if enough else "section_sold_out")
        event(refused.value.code)
        return
    found = best_seats(seating, wish, freed, avoid)
    ranks = [sum(plan.rank[s] for s in window) for window in fitting]
    assert tuple(sorted(found)) in {tuple(sorted(window)) for window in fitting}
    assert sum(plan.rank[s] for s in found) == min(ranks)
    event("found")


@given(seatings(), wishes, st.data())
def test_the_best_seats_are_the_best_of_all_windows(
    seating: Seating, wish: Best, data: st.DataObject
) -> None:
    some = st.sets(st.integers(0, seating.plan.seat_count - 1), max_size=4)
    check(seating, wish, data.draw(some, label="freed"), data.draw(some, label="avoid"))


@given(seatings(), st.lists(wishes, min_size=1, max_size=3), st.data())
def test_a_search_that_is_kept_while_seats_come_and_go_finds_the_same(
    seating: Seating, few_wishes: list[Best], data: st.DataObject
) -> None:
    seat_ids = st.integers(0, seating.plan.seat_count - 1)
    moves = st.tuples(seat_ids, st.sampled_from([FREE, FREE, HELD, SOLD, BLOCKED]))
    for move in data.draw(st.lists(moves, max_size=30), label="moves"):
        seating.place(*move)
        wish = data.draw(st.sampled_from(few_wishes), label="wish")
        check(seating, wish, set(), set())
    some = st.sets(seat_ids, max_size=3)
    check(seating, few_wishes[0], data.draw(some, label="freed"), data.draw(some, label="avoid"))
    check(seating, few_wishes[0], set(), set())


def alone(plan: FloorPlan, free: set[int], seat_id: int) -> bool:
    """A free seat with no free seat beside it."""
    return seat_id in free and not any(n in free for n in plan.neighbours(seat_id))


@given(seatings(), st.data())
def test_single_seats_are_those_that_the_choice_isolates_without_need(
    seating: Seating, data: st.DataObject
) -> None:
    plan = seating.plan
    freed = data.draw(st.sets(st.integers(0, plan.seat_count - 1), max_size=3), label="freed")
    free = {s for s in range(plan.seat_count) if seating.letters[s] == FREE or s in freed}
    free = {s for s in free if not plan.attributes[s] & STANDING}
    chosen = data.draw(st.sets(st.sampled_from(sorted(free)), max_size=6)) if free else set()
    isolated = {
        s for s in free - chosen if alone(plan, free - chosen, s) and not alone(plan, free, s)
    }
    excused = {s for s in isolated if stretch(plan, free, s) - chosen == {s}}
    assert set(left_single(seating, chosen, freed)) == isolated - excused


def stretch(plan: FloorPlan, free: set[int], seat_id: int) -> set[int]:
    """The free seats that can be walked to from this one without crossing a taken one."""
    reached, border = {seat_id}, [seat_id]
    while border:
        for neighbour in plan.neighbours(border.pop()):
            if neighbour in free and neighbour not in reached:
                reached.add(neighbour)
                border.append(neighbour)
    return reached


def test_places_for_wheelchairs_are_kept_for_who_asks_for_them() -> None:
    desk = PaperDesk()
    usual = best_seats(desk.seating, Best(4, frozenset({1})), set(), set())
    assert WHEELCHAIR not in usual
    asked = best_seats(desk.seating, Best(2, frozenset({1}), accessible=True), set(), set())
    assert asked == [WHEELCHAIR, COMPANION_SEAT]


def test_a_window_without_the_wheelchair_place_does_not_do() -> None:
    desk = PaperDesk()
    desk.hold(seats(COMPANION_SEAT))
    assert best_seats(desk.seating, Best(1, accessible=True), set(), set()) == [WHEELCHAIR]
