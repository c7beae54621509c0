"""Editing a hold: add, drop, swap. All or nothing, and the deadline never moves."""

import pytest

from holdfast.desk.commands import AddItems, Best, Choice, Command, RemoveItem, Swap
from holdfast.desk.order import CancelReason, EventStatus, ItemState, Order, OrderStatus
from tests.cast import ADA, BEN, HOLD_SECONDS, PaperDesk, an_addition, empty_house, seats, standing
from tests.unit.rules.table import Line, assert_in_order, assert_refused, name_of

NOWHERE = 99
TOO_MANY = seats(*range(90, 100))


def dropping(order: Order, item: str, session_id: str = ADA) -> RemoveItem:
    return RemoveItem(order_id=order.order_id, session_id=session_id, item_id=item)


def swapping(order: Order, choice: Choice, *items: str, session_id: str = ADA) -> Swap:
    return Swap(order_id=order.order_id, session_id=session_id, item_ids=items, choice=choice)


def item_ids(order: Order) -> list[str]:
    return [str(item.item_id) for item in order.items]


# Each scene ends with an order of Ada's to which something bad has happened.


def somebody_elses(desk: PaperDesk) -> Order:
    order = desk.hold(seats(0, 1), BEN)
    desk.seating.event_status = EventStatus.CANCELLED
    return order


def of_a_cancelled_event(desk: PaperDesk) -> Order:
    order = desk.pay(desk.hold(seats(0, 1)))
    desk.seating.event_status = EventStatus.CANCELLED
    return order


def of_an_event_that_is_over(desk: PaperDesk) -> Order:
    order = desk.pay(desk.hold(seats(0, 1)))
    desk.seating.event_status = EventStatus.COMPLETED
    return order


def being_paid(desk: PaperDesk) -> Order:
    order = desk.pay(desk.hold(seats(0, 1)))
    desk.wait(2 * HOLD_SECONDS)
    return order


def expired(desk: PaperDesk) -> Order:
    order = desk.hold(seats(0, 1))
    desk.wait(HOLD_SECONDS)
    return order


def expired_and_taken(desk: PaperDesk) -> Order:
    order = expired(desk)
    desk.hold(seats(0), BEN)
    return order


def paid(desk: PaperDesk) -> Order:
    return desk.buy(seats(0, 1))


def sound(desk: PaperDesk) -> Order:
    return desk.hold(seats(0, 1))


ON_THE_ORDER = [
    ("not_found", somebody_elses),
    ("event_cancelled", of_a_cancelled_event),
    ("sale_not_open", of_an_event_that_is_over),
    ("payment_in_progress", being_paid),
    ("order_expired", expired),
    ("order_expired", expired_and_taken),
    ("order_not_pending", paid),
]

ADDING = [
    Line("invalid_request", lambda desk: an_addition(somebody_elses(desk), Choice(), ADA)),
    *[
        Line(code, lambda desk, scene=scene: an_addition(scene(desk), TOO_MANY, ADA))
        for code, scene in ON_THE_ORDER
    ],
    Line("order_limit", lambda desk: an_addition(sound(desk), TOO_MANY)),
    Line("unknown_seat", lambda desk: an_addition(sound(desk), seats(NOWHERE, 1, 1))),
    Line("duplicate_seat", lambda desk: an_addition(sound(desk), seats(1, 1))),
    Line("unknown_price_type", lambda desk: an_addition(sound(desk), seats(1, price_type="x"))),
    Line("seat_unavailable", lambda desk: an_addition(sound(desk), seats(1))),
]

DROPPING = [
    *[
        Line(code, lambda desk, scene=scene: dropping(scene(desk), "no such item"))
        for code, scene in ON_THE_ORDER
        if code not in ("event_cancelled", "sale_not_open")
    ],
    Line("unknown_item", lambda desk: dropping(sound(desk), "no such item")),
]

SWAPPING = [
    Line("invalid_request", lambda desk: swapping(somebody_elses(desk), Choice(), "none")),
    *[
        Line(code, lambda desk, scene=scene: swapping(scene(desk), TOO_MANY, "none"))
        for code, scene in ON_THE_ORDER
    ],
    Line("unknown_item", lambda desk: swapping(sound(desk), TOO_MANY, "no such item")),
    Line("unknown_item", lambda desk: swapping(sound(desk), TOO_MANY)),
    Line("order_limit", lambda desk: swapping(o := sound(desk), TOO_MANY, *item_ids(o))),
    Line("unknown_seat", lambda desk: swapping(o := sound(desk), seats(NOWHERE), *item_ids(o))),
]


@pytest.mark.parametrize("line", ADDING, ids=name_of)
def test_adding_is_refused(line: Line) -> None:
    assert_refused(line)


@pytest.mark.parametrize("line", DROPPING, ids=name_of)
def test_dropping_is_refused(line: Line) -> None:
    assert_refused(line)


@pytest.mark.parametrize("line", SWAPPING, ids=name_of)
def test_swapping_is_refused(line: Line) -> None:
    assert_refused(line)


@pytest.mark.parametrize("table", [ADDING, DROPPING, SWAPPING])
def test_the_refusals_of_an_edit_stand_in_order(table: list[Line]) -> None:
    assert_in_order(table)


def test_adding_keeps_the_deadline_and_counts_the_price() -> None:
    desk = PaperDesk()
    order = desk.hold(seats(0))
    desk.wait(300)
    after = desk.do(an_addition(order, standing(2))).order
    assert after is not None
    assert after.expires_at == order.expires_at
    assert after.total_amount == order.total_amount + 2 * 3_000
    assert len({item.item_id for item in after.items}) == 3


def test_dropping_frees_the_seat_and_keeps_the_rest() -> None:
    desk = PaperDesk()
    order = desk.hold(seats(0, 1))
    after = desk.do(dropping(order, item_ids(order)[0])).order
    assert after is not None
    assert after.status is OrderStatus.PENDING
    assert [item.state for item in after.items] == [ItemState.RELEASED, ItemState.ACTIVE]
    assert after.total_amount == 5_720 + 150
    assert after.expires_at == order.expires_at
    assert desk.letters(0, 1) == "AH"
    assert desk.seating.taken == {ADA: 1}


def test_dropping_the_last_place_ends_the_order() -> None:
    desk = PaperDesk()
    order = desk.hold(seats(0))
    after = desk.do(dropping(order, item_ids(order)[0])).order
    assert after is not None
    assert (after.status, after.cancel_reason) == (OrderStatus.CANCELLED, CancelReason.RELEASED)
    assert desk.letters(0) == "A"


def test_a_dropped_item_cannot_be_dropped_again() -> None:
    desk = PaperDesk()
    order = desk.hold(seats(0, 1))
    desk.do(dropping(order, item_ids(order)[0]))
    assert desk.refusal(dropping(order, item_ids(order)[0])).code == "unknown_item"


def test_a_swap_takes_the_new_seats_and_frees_the_old_ones() -> None:
    desk = PaperDesk()
    order = desk.hold(seats(0, 1))
    after = desk.do(swapping(order, seats(20, 21), *item_ids(order))).order
    assert after is not None
    assert [item.seat_id for item in after.active] == [20, 21]
    assert after.total_amount == 2 * 8_200 + 150
    assert after.expires_at == order.expires_at
    assert desk.letters(0, 1, 20, 21) == "AAHH"


def test_a_swap_that_cannot_have_everything_changes_nothing() -> None:
    desk = PaperDesk()
    desk.hold(seats(21), BEN)
    order = desk.hold(seats(0, 1))
    refusal = desk.refusal(swapping(order, seats(20, 21), *item_ids(order)))
    assert (refusal.code, refusal.extra) == ("seat_unavailable", {"seat_ids": [21]})


def test_a_buyer_at_the_limit_may_still_swap() -> None:
    desk = PaperDesk()
    order = desk.hold(seats(*range(6)))
    after = desk.do(swapping(order, Choice(best=Best(2, frozenset({2}))), *item_ids(order)[:2]))
    assert after.order is not None
    assert len(after.order.active) == 6
    assert desk.seating.taken == {ADA: 6}


def test_a_swap_may_be_for_the_same_seat_at_another_price() -> None:
    desk = PaperDesk()
    order = desk.hold(seats(0, 1))
    after = desk.do(swapping(order, seats(0, price_type="child"), item_ids(order)[0])).order
    assert after is not None
    assert [(item.seat_id, item.price_type) for item in after.active] == [
        (1, "adult"),
        (0, "child"),
    ]
    assert desk.letters(0, 1) == "HH"


def test_seats_given_back_do_not_count_as_taken_when_single_seats_are_forbidden() -> None:
    desk = PaperDesk(empty_house(forbid_single_seats=True))
    order = desk.hold(seats(0, 1))
    after = desk.do(swapping(order, seats(3, 4), *item_ids(order))).order
    assert after is not None
    assert [item.seat_id for item in after.active] == [3, 4]


def test_an_expired_hold_of_another_gives_way_to_an_addition() -> None:
    desk = PaperDesk()
    desk.hold(seats(4), BEN)
    desk.wait(HOLD_SECONDS - 10)
    order = desk.hold(seats(0))
    desk.wait(10)
    command: AddItems = an_addition(order, seats(4))
    assert desk.do(command).order is not None
    assert desk.seating.taken == {ADA: 2}


def test_an_organisers_key_opens_any_order() -> None:
    desk = PaperDesk()
    order = desk.hold(seats(0, 1))
    command: Command = RemoveItem(
        order_id=order.order_id, session_id=None, item_id=item_ids(order)[0]
    )
    assert desk.do(command).order is not None
