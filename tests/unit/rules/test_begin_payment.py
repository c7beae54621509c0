"""Beginning to pay: written down before anybody is charged, once per card, in bounded number."""

import pytest

from holdfast.config import PAYMENT_ATTEMPTS_MAX
from holdfast.desk.commands import Charge, Command
from holdfast.desk.order import EventStatus, OrderStatus, PaymentStatus
from tests.cast import (
    ADA,
    ADA_BUYS,
    BEN,
    CARD,
    HOLD_SECONDS,
    OTHER_CARD,
    THIRD_CARD,
    PaperDesk,
    a_payment,
    declined,
    empty_house,
    seats,
    standing,
)
from tests.unit.rules.table import Line, assert_in_order, assert_refused, name_of


def somebody_elses(desk: PaperDesk) -> Command:
    order = desk.hold(seats(0), BEN)
    desk.seating.event_status = EventStatus.CANCELLED
    return a_payment(order, session_id=ADA)


def of_a_cancelled_event(desk: PaperDesk) -> Command:
    order = desk.pay(desk.hold(seats(0)))
    desk.seating.event_status = EventStatus.CANCELLED
    return a_payment(order, OTHER_CARD)


def a_second_card_meanwhile(desk: PaperDesk) -> Command:
    order = desk.pay(desk.hold(seats(0)))
    desk.wait(2 * HOLD_SECONDS)
    return a_payment(order, OTHER_CARD)


def money_on_its_way_back(desk: PaperDesk) -> Command:
    """The provider collected another amount than was asked: it goes back before the next try."""
    order = desk.pay(desk.hold(seats(0)))
    order = desk.settle(order, Charge(PaymentStatus.SUCCEEDED, 1, "EUR"))
    assert not order.paying
    return a_payment(order, OTHER_CARD)


def too_late(desk: PaperDesk) -> Command:
    order = desk.hold(seats(0))
    desk.wait(HOLD_SECONDS)
    return a_payment(order, None)


def ended(desk: PaperDesk) -> Command:
    return a_payment(desk.buy(seats(0)), OTHER_CARD)


def too_often(desk: PaperDesk) -> Command:
    order = desk.hold(seats(0))
    for number in range(PAYMENT_ATTEMPTS_MAX):
        desk.pay(order, b"card %d" % number)
        order = desk.settle(order, declined(desk.payment(order.order_id)))
    return a_payment(order, None)


TABLE = [
    Line("not_found", somebody_elses),
    Line("event_cancelled", of_a_cancelled_event),
    Line("payment_in_progress", a_second_card_meanwhile),
    Line("payment_in_progress", money_on_its_way_back),
    Line("order_expired", too_late),
    Line("order_not_pending", ended),
    Line("attempts_exhausted", too_often),
    Line("payment_token_required", lambda desk: a_payment(desk.hold(seats(0)), None)),
]


@pytest.mark.parametrize("line", TABLE, ids=name_of)
def test_beginning_to_pay_is_refused(line: Line) -> None:
    assert_refused(line)


def test_the_refusals_of_a_payment_stand_in_order() -> None:
    assert_in_order(TABLE)


def test_a_card_for_an_order_that_costs_nothing_is_refused() -> None:
    desk = PaperDesk(empty_house(order_fee_amount=0))
    order = desk.hold(standing(1, "free"))
    assert desk.refusal(a_payment(order, CARD)).code == "payment_token_unexpected"


def test_an_attempt_is_written_down_and_extends_the_hold_to_its_cap() -> None:
    desk = PaperDesk()
    order = desk.hold(seats(0, 1))
    desk.wait(60)
    after = desk.pay(order)
    payment = desk.payment(order.order_id)
    assert (payment.status, payment.amount) == (PaymentStatus.CREATED, order.total_amount)
    assert (after.paying, after.payment_count, after.buyer) == (True, 1, ADA_BUYS)
    assert after.expires_at == order.hold_cap_at
    assert desk.letters(0, 1) == "HH"
    assert desk.seating.next_due() == order.hold_cap_at


def test_a_second_attempt_extends_nothing_further() -> None:
    desk = PaperDesk()
    order = desk.pay(desk.hold(seats(0)))
    desk.settle(order, declined(desk.payment(order.order_id)))
    again = desk.pay(order, OTHER_CARD)
    assert again.expires_at == order.hold_cap_at == order.expires_at


def test_the_same_card_again_is_the_same_attempt() -> None:
    desk = PaperDesk()
    order = desk.hold(seats(0))
    desk.pay(order)
    again = desk.do(a_payment(order))
    assert again.replayed
    assert again.payment == desk.payment(order.order_id)
    assert len(desk.facts.payments[order.order_id]) == 1


def test_a_declined_card_again_is_answered_as_declined() -> None:
    desk = PaperDesk()
    order = desk.pay(desk.hold(seats(0)))
    desk.settle(order, declined(desk.payment(order.order_id)))
    again = desk.do(a_payment(order))
    assert again.payment is not None
    assert again.payment.status is PaymentStatus.FAILED
    assert again.replayed


def test_the_card_that_paid_may_be_sent_again() -> None:
    desk = PaperDesk()
    order = desk.buy(seats(0))
    again = desk.do(a_payment(order))
    assert again.replayed
    assert again.order is not None
    assert again.order.status is OrderStatus.CONFIRMED


def test_an_order_that_costs_nothing_is_confirmed_at_once_and_once() -> None:
    desk = PaperDesk(empty_house(order_fee_amount=0))
    order = desk.hold(standing(2, "free"))
    change = desk.do(a_payment(order, None))
    assert change.order is not None
    assert change.order.status is OrderStatus.CONFIRMED
    assert len(change.tickets) == 2
    assert not change.payments
    assert not change.errands
    again = desk.do(a_payment(order, None))
    assert again.replayed
    assert len(desk.tickets(order.order_id)) == 2


def test_what_is_being_paid_is_never_called_expired() -> None:
    """The sentence of order_expired says that nothing was charged; that is not known yet."""
    desk = PaperDesk()
    order = desk.pay(desk.hold(seats(0)))
    desk.facts.now = order.hold_cap_at
    desk.hold(seats(0), BEN)
    assert desk.refusal(a_payment(order, THIRD_CARD)).code == "payment_in_progress"
