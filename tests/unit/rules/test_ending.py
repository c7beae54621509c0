"""How a hold ends without a sale: released, expired, cancelled with its event."""

import pytest

from holdfast.desk.commands import CancelPending, ExpireDue
from holdfast.desk.order import CancelReason, EventStatus, ItemState, OrderStatus
from tests.cast import ADA, BEN, CLEO, HOLD_SECONDS, PaperDesk, a_release, seats, standing
from tests.unit.rules.table import Line, assert_in_order, assert_refused, name_of

RELEASING = [
    Line("not_found", lambda desk: a_release(desk.pay(desk.hold(seats(0), BEN)), ADA)),
    Line("payment_in_progress", lambda desk: a_release(desk.pay(desk.hold(seats(0))))),
    Line("order_not_pending", lambda desk: a_release(desk.buy(seats(0)))),
]


@pytest.mark.parametrize("line", RELEASING, ids=name_of)
def test_a_release_is_refused(line: Line) -> None:
    assert_refused(line)


def test_the_refusals_of_a_release_stand_in_order() -> None:
    assert_in_order(RELEASING)


def test_a_release_frees_every_seat() -> None:
    desk = PaperDesk()
    order = desk.hold(seats(0, 1))
    after = desk.do(a_release(order)).order
    assert after is not None
    assert (after.status, after.cancel_reason) == (OrderStatus.CANCELLED, CancelReason.RELEASED)
    assert {item.state for item in after.items} == {ItemState.RELEASED}
    assert desk.letters(0, 1) == "AA"
    assert desk.seating.taken == {}
    assert desk.seating.next_due() is None


def test_a_second_release_changes_nothing_and_is_no_refusal() -> None:
    desk = PaperDesk()
    order = desk.hold(seats(0))
    desk.do(a_release(order))
    desk.hold(seats(0), BEN)
    again = desk.do(a_release(order))
    assert not again.moves
    assert desk.letters(0) == "H"


def test_a_hold_can_be_released_though_its_time_has_passed() -> None:
    desk = PaperDesk()
    order = desk.hold(seats(0))
    desk.wait(HOLD_SECONDS)
    assert desk.do(a_release(order)).order is not None
    assert desk.letters(0) == "A"


def test_expiry_ends_what_is_due_and_nothing_else() -> None:
    desk = PaperDesk()
    first = desk.hold(seats(0, 1))
    desk.wait(1)
    second = desk.hold(seats(2), BEN)
    desk.wait(HOLD_SECONDS - 1)
    change = desk.do(ExpireDue(limit=100))
    assert not change.more
    assert desk.letters(0, 1, 2) == "AAH"
    lost = desk.order(first.order_id)
    assert (lost.status, lost.cancel_reason) == (OrderStatus.CANCELLED, CancelReason.EXPIRED)
    assert {item.state for item in lost.items} == {ItemState.EXPIRED}
    assert desk.order(second.order_id).status is OrderStatus.PENDING


def test_expiry_is_cut_in_pieces_the_oldest_first() -> None:
    desk = PaperDesk()
    orders = []
    for seat_id, buyer in ((5, ADA), (3, BEN), (1, CLEO)):
        orders.append(desk.hold(seats(seat_id), buyer))
        desk.wait(1)
    desk.wait(HOLD_SECONDS)
    change = desk.do(ExpireDue(limit=2))
    assert change.more
    assert [order.order_id for order in change.orders] == [o.order_id for o in orders[:2]]
    assert not desk.do(ExpireDue(limit=2)).more
    assert desk.seating.counts[ord("A")] == 36


def test_beginning_to_pay_puts_the_expiry_off() -> None:
    desk = PaperDesk()
    order = desk.hold(seats(0))
    desk.wait(HOLD_SECONDS - 1)
    desk.pay(order)
    desk.wait(2)
    assert not desk.do(ExpireDue(limit=100)).orders
    assert desk.letters(0) == "H"


def test_an_expired_hold_whose_payment_is_under_way_frees_its_seats_all_the_same() -> None:
    desk = PaperDesk()
    order = desk.pay(desk.hold(seats(0)))
    desk.facts.now = order.hold_cap_at
    desk.do(ExpireDue(limit=100))
    assert desk.letters(0) == "A"
    assert desk.order(order.order_id).paying


def test_a_cancelled_event_ends_its_holds_in_pieces() -> None:
    desk = PaperDesk()
    desk.hold(seats(0))
    desk.hold(standing(3), BEN)
    sold = desk.buy(seats(5), CLEO)
    desk.seating.event_status = EventStatus.CANCELLED
    assert desk.do(CancelPending(limit=1)).more
    assert desk.do(CancelPending(limit=1)).more
    assert not desk.do(CancelPending(limit=1)).more
    assert desk.seating.counts[ord("H")] == 0
    reasons = {order.cancel_reason for order in desk.facts.orders.values()}
    assert reasons == {None, CancelReason.EVENT_CANCELLED}
    assert desk.order(sold.order_id).status is OrderStatus.CONFIRMED
