"""What the organiser does with the house: keep seats back, open, cancel, complete."""

from itertools import product

import pytest

from holdfast.desk.commands import BlockSeats, ChangeStatus, Command, UnblockSeats
from holdfast.desk.order import EventStatus, OrderStatus
from tests.cast import BEN, HOLD_SECONDS, PaperDesk, empty_house, seats
from tests.unit.rules.table import Line, assert_in_order, assert_refused, name_of


def with_a_sold_seat(desk: PaperDesk, command: Command) -> Command:
    desk.buy(seats(1))
    return command


def with_a_held_seat(desk: PaperDesk, command: Command) -> Command:
    desk.hold(seats(1))
    return command


BLOCKING = [
    Line("unknown_seat", lambda d: with_a_sold_seat(d, BlockSeats(seat_ids=(99, 1, 1)))),
    Line("duplicate_seat", lambda d: with_a_sold_seat(d, BlockSeats(seat_ids=(1, 1)))),
    Line("seat_not_blockable", lambda d: with_a_sold_seat(d, BlockSeats(seat_ids=(0, 1)))),
    Line("seat_not_blockable", lambda d: with_a_held_seat(d, BlockSeats(seat_ids=(0, 1)))),
]
UNBLOCKING = [
    Line("unknown_seat", lambda d: with_a_sold_seat(d, UnblockSeats(seat_ids=(99, 1, 1)))),
    Line("duplicate_seat", lambda d: with_a_sold_seat(d, UnblockSeats(seat_ids=(1, 1)))),
    Line("seat_not_blockable", lambda d: with_a_sold_seat(d, UnblockSeats(seat_ids=(0, 1)))),
]


@pytest.mark.parametrize("line", BLOCKING + UNBLOCKING, ids=name_of)
def test_blocking_is_refused(line: Line) -> None:
    assert_refused(line)


@pytest.mark.parametrize("table", [BLOCKING, UNBLOCKING])
def test_the_refusals_of_blocking_stand_in_order(table: list[Line]) -> None:
    assert_in_order(table)


def test_a_blocked_seat_cannot_be_held_until_it_is_unblocked() -> None:
    desk = PaperDesk()
    desk.do(BlockSeats(seat_ids=(0, 1)))
    assert desk.letters(0, 1) == "BB"
    assert desk.seating.available[1] == 16
    assert desk.refusal(desk.a_hold(seats(0))).code == "seat_unavailable"
    desk.do(UnblockSeats(seat_ids=(0,)))
    assert desk.hold(seats(0)).status is OrderStatus.PENDING


def test_blocking_twice_is_blocking_once() -> None:
    desk = PaperDesk()
    desk.do(BlockSeats(seat_ids=(0,)))
    assert [m.seat_id for m in desk.do(BlockSeats(seat_ids=(0, 1))).moves] == [1]
    assert [m.seat_id for m in desk.do(UnblockSeats(seat_ids=(0, 5))).moves] == [0]


def test_blocking_ends_the_expired_hold_in_its_way() -> None:
    desk = PaperDesk()
    order = desk.hold(seats(0, 1), BEN)
    desk.wait(HOLD_SECONDS)
    desk.do(BlockSeats(seat_ids=(0,)))
    assert desk.letters(0, 1) == "BA"
    assert desk.order(order.order_id).status is OrderStatus.CANCELLED
    assert desk.seating.taken == {}


def test_a_house_whose_rest_is_blocked_is_sold_out() -> None:
    desk = PaperDesk()
    desk.do(BlockSeats(seat_ids=tuple(range(1, 36))))
    assert desk.seating.event_status is EventStatus.ON_SALE
    desk.buy(seats(0))
    assert desk.seating.event_status is EventStatus.SOLD_OUT
    desk.do(UnblockSeats(seat_ids=(7,)))
    assert desk.seating.event_status is EventStatus.ON_SALE


def test_a_house_whose_last_seat_is_held_is_not_sold_out_yet() -> None:
    desk = PaperDesk()
    desk.do(BlockSeats(seat_ids=tuple(range(2, 36))))
    desk.buy(seats(0))
    order = desk.pay(desk.hold(seats(1)))
    assert desk.seating.event_status is EventStatus.ON_SALE
    desk.settle(order)
    assert desk.seating.event_status is EventStatus.SOLD_OUT


def test_a_house_that_is_blocked_whole_is_not_sold_out() -> None:
    desk = PaperDesk()
    desk.do(BlockSeats(seat_ids=tuple(range(36))))
    assert desk.seating.event_status is EventStatus.ON_SALE


DRAFT, ON_SALE, SOLD_OUT = EventStatus.DRAFT, EventStatus.ON_SALE, EventStatus.SOLD_OUT
CANCELLED, COMPLETED = EventStatus.CANCELLED, EventStatus.COMPLETED
ALLOWED = {
    (DRAFT, ON_SALE),
    (DRAFT, CANCELLED),
    (ON_SALE, COMPLETED),
    (ON_SALE, CANCELLED),
    (SOLD_OUT, COMPLETED),
    (SOLD_OUT, CANCELLED),
}
NO_CHANGE = {(status, status) for status in EventStatus} | {(SOLD_OUT, ON_SALE)}


@pytest.mark.parametrize(("before", "wanted"), list(product(EventStatus, EventStatus)))
def test_an_event_changes_only_along_its_life(before: EventStatus, wanted: EventStatus) -> None:
    desk = PaperDesk(empty_house(before))
    command = ChangeStatus(status=wanted)
    if (before, wanted) in NO_CHANGE:
        assert desk.do(command).event_status is None
    elif (before, wanted) in ALLOWED:
        assert desk.do(command).event_status is wanted
    else:
        assert desk.refusal(command).code == "wrong_transition"
