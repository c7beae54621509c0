"""Holding places: all of them or none, for so long, at the price of this moment."""

from datetime import timedelta

import pytest

from holdfast.config import HOLD_CAP_SECONDS
from holdfast.desk.commands import Best, Choice, Command, Hold
from holdfast.desk.order import CancelReason, EventStatus, OrderStatus
from holdfast.refusals import Refusal
from tests.cast import (
    ADA,
    BEN,
    CLEO,
    HOLD_SECONDS,
    NOON,
    ROW_A,
    STANDING_AREA,
    PaperDesk,
    empty_house,
    order_number,
    seats,
    standing,
)
from tests.unit.rules.table import Line, assert_in_order, assert_refused, name_of

NOWHERE = 99


def no_place(desk: PaperDesk) -> Command:
    desk.seating.event_status = EventStatus.CANCELLED
    return desk.a_hold(Choice())


def another_body_under_the_same_key(desk: PaperDesk) -> Command:
    desk.do(
        Hold(order_id=order_number(1), session_id=ADA, choice=seats(1), request_fingerprint=b"1")
    )
    desk.seating.event_status = EventStatus.CANCELLED
    return Hold(
        order_id=order_number(1), session_id=ADA, choice=seats(NOWHERE), request_fingerprint=b"2"
    )


def cancelled(desk: PaperDesk) -> Command:
    desk.seating.event_status = EventStatus.CANCELLED
    return desk.a_hold(seats(*range(90, 100)))


def not_on_sale(desk: PaperDesk) -> Command:
    desk.seating.event_status = EventStatus.DRAFT
    return desk.a_hold(seats(*range(90, 100)))


def too_many(desk: PaperDesk) -> Command:
    return desk.a_hold(seats(90, 91, 92, 93, 94, 95, 95))


def too_many_with_what_was_bought(desk: PaperDesk) -> Command:
    desk.buy(seats(0, 1, 2, 3))
    return desk.a_hold(seats(4, 5, 6))


def nowhere(desk: PaperDesk) -> Command:
    desk.buy(seats(1), BEN)
    return desk.a_hold(seats(NOWHERE, 1, 1))


def no_such_area(desk: PaperDesk) -> Command:
    return desk.a_hold(Choice(areas=((7, 2, None),)))


def twice(desk: PaperDesk) -> Command:
    desk.buy(seats(1), BEN)
    return desk.a_hold(seats(1, 1, price_type="pensioner"))


def no_such_price(desk: PaperDesk) -> Command:
    desk.buy(seats(1), BEN)
    return desk.a_hold(seats(1, price_type="pensioner"))


def no_such_price_to_stand(desk: PaperDesk) -> Command:
    return desk.a_hold(standing(2, "pensioner"))


def no_such_price_for_the_best(desk: PaperDesk) -> Command:
    return desk.a_hold(Choice(best=Best(2, price_type="pensioner")))


def taken(desk: PaperDesk) -> Command:
    desk.buy(seats(1), BEN)
    return desk.a_hold(Choice(seats=((1, None), (2, None)), best=Best(4, frozenset({NOWHERE}))))


def nowhere_left_to_stand(desk: PaperDesk) -> Command:
    desk.buy(standing(5), BEN)
    return desk.a_hold(standing(4))


def too_few_at_that_price(desk: PaperDesk) -> Command:
    return desk.a_hold(Choice(best=Best(2, max_price=100)))


def not_beside_each_other(desk: PaperDesk) -> Command:
    for seat_id in (2, 5, 8):
        desk.buy(seats(seat_id), CLEO)
    return desk.a_hold(Choice(best=Best(5, frozenset({1}))))


def one_left_alone(desk: PaperDesk) -> Command:
    desk.seating = empty_house(forbid_single_seats=True)
    return desk.a_hold(seats(1, 2))


TABLE = [
    Line("invalid_request", no_place),
    Line("idempotency_mismatch", another_body_under_the_same_key),
    Line("event_cancelled", cancelled),
    Line("sale_not_open", not_on_sale),
    Line("order_limit", too_many),
    Line("order_limit", too_many_with_what_was_bought),
    Line("unknown_seat", nowhere),
    Line("unknown_seat", no_such_area),
    Line("duplicate_seat", twice),
    Line("unknown_price_type", no_such_price),
    Line("unknown_price_type", no_such_price_to_stand),
    Line("unknown_price_type", no_such_price_for_the_best),
    Line("seat_unavailable", taken),
    Line("section_sold_out", nowhere_left_to_stand),
    Line("section_sold_out", too_few_at_that_price),
    Line("not_together", not_beside_each_other),
    Line("leaves_single_seat", one_left_alone),
]


@pytest.mark.parametrize("line", TABLE, ids=name_of)
def test_a_hold_is_refused(line: Line) -> None:
    assert_refused(line)


def test_the_refusals_of_a_hold_stand_in_order() -> None:
    assert_in_order(TABLE)


def test_a_hold_makes_a_pending_order_for_ten_minutes_at_todays_prices() -> None:
    desk = PaperDesk()
    order = desk.hold(Choice(seats=((0, None), (1, "child"))))
    assert order.status is OrderStatus.PENDING
    assert order.expires_at == NOON + timedelta(seconds=HOLD_SECONDS)
    assert order.hold_cap_at == order.expires_at + timedelta(seconds=HOLD_CAP_SECONDS)
    adult, child = order.items
    assert (adult.price, adult.fee_amount, adult.tax_amount) == (5_000, 200, 520)
    assert (child.price, child.fee_amount, child.tax_amount) == (2_500, 100, 260)
    assert order.total_amount == 5_720 + 2_860 + 150
    assert desk.letters(0, 1, 2) == "HHA"
    assert desk.seating.available == {1: 16, 2: 10, 3: 8}
    assert desk.seating.taken == {ADA: 2}


def test_one_taken_seat_refuses_the_whole_hold_and_is_named() -> None:
    desk = PaperDesk()
    desk.hold(seats(4, 5), BEN)
    refusal = desk.refusal(desk.a_hold(seats(3, 4, 5, 6)))
    assert refusal.extra == {"seat_ids": [4, 5]}
    assert desk.letters(3, 6) == "AA"


def test_standing_places_are_given_out_by_number_of_people() -> None:
    desk = PaperDesk()
    order = desk.hold(Choice(areas=((STANDING_AREA, 2, "adult"), (STANDING_AREA, 1, "free"))))
    assert [item.price for item in order.items] == [3_000, 3_000, 0]
    assert len({item.seat_id for item in order.items}) == 3
    assert desk.seating.available[3] == 5


def test_the_very_best_seats_are_in_the_middle_of_the_first_row() -> None:
    order = PaperDesk().hold(Choice(best=Best(3)))
    assert [item.seat_id for item in order.items] == [3, 4, 5]


def test_the_same_keyed_request_is_answered_with_its_order() -> None:
    desk = PaperDesk()
    hold = Hold(
        order_id=order_number(1), session_id=ADA, choice=seats(1), request_fingerprint=b"same"
    )
    first, second = desk.do(hold), desk.do(hold)
    assert second.replayed
    assert second.order == first.order
    assert not second.moves


def test_a_hold_before_the_sale_opens_is_told_when() -> None:
    opens = NOON + timedelta(hours=1)
    desk = PaperDesk(empty_house(on_sale_at=opens))
    refusal = desk.refusal(desk.a_hold(seats(1)))
    assert (refusal.code, refusal.extra) == ("sale_not_open", {"on_sale_at": opens})
    desk.wait(3_600)
    assert desk.hold(seats(1)).status is OrderStatus.PENDING


def test_an_expired_hold_is_anybodys_though_nobody_swept() -> None:
    desk = PaperDesk()
    slow = desk.hold(seats(4, 5))
    desk.wait(HOLD_SECONDS - 0.001)
    assert desk.refusal(desk.a_hold(seats(5), BEN)).code == "seat_unavailable"
    desk.wait(0.001)
    desk.hold(seats(5), BEN)
    assert desk.letters(4, 5) == "AH"
    lost = desk.order(slow.order_id)
    assert (lost.status, lost.cancel_reason) == (OrderStatus.CANCELLED, CancelReason.EXPIRED)
    assert desk.seating.taken == {BEN: 1}


def test_expired_holds_make_room_for_standing_and_for_the_best() -> None:
    desk = PaperDesk()
    desk.hold(standing(6))
    desk.hold(seats(*ROW_A[:6]), BEN)
    desk.wait(HOLD_SECONDS)
    assert len(desk.hold(standing(6), CLEO).items) == 6
    assert [i.seat_id for i in desk.hold(Choice(best=Best(2)), BEN).items] == [4, 5]


def test_who_was_too_slow_may_hold_as_many_again_at_once() -> None:
    desk = PaperDesk()
    desk.hold(seats(*range(6)))
    assert desk.refusal(desk.a_hold(seats(20))).code == "order_limit"
    desk.wait(HOLD_SECONDS)
    assert len(desk.hold(seats(*range(18, 24))).items) == 6


def test_the_limit_is_each_buyers_own() -> None:
    desk = PaperDesk()
    desk.hold(seats(*range(6)))
    assert len(desk.hold(seats(*range(18, 24)), BEN).items) == 6


@pytest.mark.parametrize("quantity", [0, -1])
def test_a_part_of_a_choice_may_not_be_empty(quantity: int) -> None:
    desk = PaperDesk()
    choice = Choice(seats=((1, None), (2, None)), areas=((STANDING_AREA, quantity, None),))
    assert desk.refusal(desk.a_hold(choice)).code == "invalid_request"


def test_a_refusal_names_the_limit() -> None:
    refusal = PaperDesk().refusal(too_many(PaperDesk()))
    assert isinstance(refusal, Refusal)
    assert refusal.extra == {"order_limit": 6}
