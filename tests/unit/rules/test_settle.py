"""Settling: one rule for whatever the provider says, however late and however often.

Seats still ours: confirmed. All free again: taken again and confirmed. Else the money goes back.
"""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from holdfast.desk.commands import CancelPending, Change, Charge, ExpireDue, NoticeKey
from holdfast.desk.order import (
    EventStatus,
    IncidentKind,
    ItemState,
    Order,
    OrderStatus,
    OutboxKind,
    Payment,
    PaymentStatus,
)
from holdfast.venues.price import PriceList
from tests.cast import (
    ADA,
    BEN,
    CLEO,
    OTHER_CARD,
    PRICES,
    TERMS,
    PaperDesk,
    a_settle,
    authorized,
    collected,
    declined,
    seats,
)
from tests.unit.rules.table import Line, assert_in_order, assert_refused, name_of


def an_attempt(desk: PaperDesk, session_id: str = ADA) -> tuple[Order, Payment]:
    order = desk.pay(desk.hold(seats(0, 1), session_id))
    return order, desk.payment(order.order_id)


def too_late(desk: PaperDesk) -> tuple[Order, Payment]:
    """An attempt whose hold has expired and was tidied up."""
    order, payment = an_attempt(desk)
    desk.facts.now = order.hold_cap_at
    desk.do(ExpireDue(limit=100))
    return order, payment


def of_nobody(desk: PaperDesk) -> Payment:
    _, payment = an_attempt(PaperDesk())
    return payment


TABLE = [Line("not_found", lambda desk: a_settle(p := of_nobody(desk), authorized(p)))]


@pytest.mark.parametrize("line", TABLE, ids=name_of)
def test_settling_is_refused(line: Line) -> None:
    assert_refused(line)


def test_the_refusals_of_settling_stand_in_order() -> None:
    assert_in_order(TABLE)


def test_an_accepted_card_sells_the_seats_and_issues_the_tickets() -> None:
    desk = PaperDesk()
    _, payment = an_attempt(desk)
    change = desk.do(a_settle(payment, authorized(payment)))
    assert change.order is not None
    assert change.payment is not None
    assert (change.order.status, change.order.paying) == (OrderStatus.CONFIRMED, False)
    assert change.payment.status is PaymentStatus.CAPTURING
    assert [(e.kind, e.amount) for e in change.errands] == [(OutboxKind.CAPTURE, payment.amount)]
    assert {t.order_item_id for t in change.tickets} == {i.item_id for i in change.order.items}
    assert len({t.barcode for t in change.tickets}) == 2
    assert desk.letters(0, 1) == "SS"
    assert desk.seating.taken == {ADA: 2}
    assert change.order.order_id not in desk.seating.orders


def test_money_collected_already_needs_no_capture() -> None:
    desk = PaperDesk()
    _, payment = an_attempt(desk)
    change = desk.do(a_settle(payment, collected(payment)))
    assert change.payment is not None
    assert change.payment.status is PaymentStatus.SUCCEEDED
    assert not change.errands


def test_settling_again_changes_nothing() -> None:
    desk = PaperDesk()
    _, payment = an_attempt(desk)
    desk.do(a_settle(payment, authorized(payment)))
    before = desk.picture()
    for charge in (authorized(payment), collected(payment), declined(payment)):
        desk.do(a_settle(payment, charge))
    assert desk.picture() == before


def test_a_declined_card_leaves_the_hold_as_it_was() -> None:
    desk = PaperDesk()
    order, payment = an_attempt(desk)
    change = desk.do(a_settle(payment, declined(payment)))
    assert change.order is not None
    assert change.payment is not None
    assert (change.order.status, change.order.paying) == (OrderStatus.PENDING, False)
    assert (change.payment.status, change.payment.decline_reason) == (
        PaymentStatus.FAILED,
        "card_declined",
    )
    assert desk.letters(0, 1) == "HH"
    assert desk.settle(desk.pay(order, OTHER_CARD)).status is OrderStatus.CONFIRMED


def test_a_payment_under_way_is_only_noted() -> None:
    desk = PaperDesk()
    _, payment = an_attempt(desk)
    action = {"type": "redirect", "url": "https://bank.example"}
    charge = Charge(PaymentStatus.PROCESSING, payment.amount, "EUR", "charge-1", action)
    change = desk.do(a_settle(payment, charge))
    assert change.payment is not None
    assert (change.payment.status, change.payment.next_action) == (
        PaymentStatus.PROCESSING,
        action,
    )
    done = desk.do(a_settle(payment, authorized(payment)))
    assert done.order is not None
    assert done.order.status is OrderStatus.CONFIRMED


def test_an_expired_hold_that_nobody_took_is_still_ours() -> None:
    desk = PaperDesk()
    order, _ = an_attempt(desk)
    desk.facts.now = order.hold_cap_at
    assert desk.settle(order).status is OrderStatus.CONFIRMED


def test_seats_that_are_all_free_again_are_taken_again() -> None:
    desk = PaperDesk()
    order, _ = too_late(desk)
    assert desk.letters(0, 1) == "AA"
    rescued = desk.settle(order)
    assert (rescued.status, rescued.cancel_reason) == (OrderStatus.CONFIRMED, None)
    assert {item.state for item in rescued.items} == {ItemState.ACTIVE}
    assert desk.letters(0, 1) == "SS"
    assert desk.seating.taken == {ADA: 2}
    assert len(desk.tickets(order.order_id)) == 2


def test_a_later_hold_that_expired_too_gives_way_to_the_rescue() -> None:
    desk = PaperDesk()
    order, _ = too_late(desk)
    later = desk.hold(seats(1, 2), BEN)
    desk.facts.now = later.expires_at
    assert desk.settle(order).status is OrderStatus.CONFIRMED
    assert desk.order(later.order_id).status is OrderStatus.CANCELLED
    assert desk.letters(0, 1, 2) == "SSA"
    assert desk.seating.taken == {ADA: 2}


@pytest.mark.parametrize("sold", [False, True])
def test_one_seat_lost_sends_the_money_back(sold: bool) -> None:
    desk = PaperDesk()
    order, payment = too_late(desk)
    (desk.buy if sold else desk.hold)(seats(1), CLEO)
    change = desk.do(a_settle(payment, authorized(payment)))
    assert change.order is not None
    assert change.payment is not None
    assert (change.order.status, change.order.paying) == (OrderStatus.CANCELLED, False)
    assert change.payment.status is PaymentStatus.VOIDING
    assert [(e.kind, e.amount) for e in change.errands] == [(OutboxKind.VOID, payment.amount)]
    assert desk.letters(0) == "A"
    assert not desk.tickets(order.order_id)


def test_money_collected_for_lost_seats_is_refunded_whole() -> None:
    desk = PaperDesk()
    _, payment = too_late(desk)
    desk.hold(seats(1), CLEO)
    change = desk.do(a_settle(payment, collected(payment)))
    assert change.payment is not None
    assert change.payment.status is PaymentStatus.SUCCEEDED
    assert change.payment.refunded_amount == payment.amount
    assert [(e.kind, e.amount) for e in change.errands] == [(OutboxKind.REFUND, payment.amount)]


@pytest.mark.parametrize("ended", [False, True])
def test_a_cancelled_event_takes_no_money(ended: bool) -> None:
    desk = PaperDesk()
    order, payment = an_attempt(desk)
    desk.seating.event_status = EventStatus.CANCELLED
    if ended:
        desk.do(CancelPending(limit=10))
    change = desk.do(a_settle(payment, authorized(payment)))
    assert change.payment is not None
    assert change.payment.status is PaymentStatus.VOIDING
    assert not desk.tickets(order.order_id)


def test_an_event_that_is_over_rescues_nothing() -> None:
    desk = PaperDesk()
    order, _ = too_late(desk)
    desk.seating.event_status = EventStatus.COMPLETED
    assert desk.settle(order).status is OrderStatus.CANCELLED
    assert desk.payment(order.order_id).status is PaymentStatus.VOIDING


@pytest.mark.parametrize(("amount", "currency"), [(1, "EUR"), (11_590, "USD"), (99_999, "EUR")])
def test_another_amount_or_currency_than_agreed_is_given_back(amount: int, currency: str) -> None:
    desk = PaperDesk()
    order, payment = an_attempt(desk)
    assert payment.amount == 11_590
    change = desk.do(a_settle(payment, Charge(PaymentStatus.AUTHORIZED, amount, currency)))
    assert change.order is not None
    assert change.order.status is OrderStatus.PENDING
    assert not change.tickets
    assert [(e.kind, e.amount) for e in change.errands] == [(OutboxKind.VOID, amount)]
    assert [(i.kind, i.amount, i.currency, i.reason) for i in change.incidents] == [
        (IncidentKind.WRONG_AMOUNT, amount, currency, "11590 EUR agreed")
    ], "and somebody is told"
    assert desk.settle(desk.pay(order, OTHER_CARD)).status is OrderStatus.CONFIRMED


def test_another_amount_that_was_collected_is_refunded_as_it_was_taken() -> None:
    desk = PaperDesk()
    _, payment = an_attempt(desk)
    change = desk.do(a_settle(payment, Charge(PaymentStatus.SUCCEEDED, 20_000, "EUR")))
    after = change.payment
    assert after is not None
    assert (after.amount, after.refunded_amount, after.left) == (20_000, 20_000, 0)
    assert [(e.kind, e.amount) for e in change.errands] == [(OutboxKind.REFUND, 20_000)]
    assert not change.tickets


@pytest.mark.parametrize("what", ["another price", "no such price", "not on sale yet"])
def test_seats_that_are_no_longer_sold_on_those_terms_are_not_rescued(what: str) -> None:
    desk = PaperDesk()
    order, payment = too_late(desk)
    if what == "not on sale yet":
        later = replace(TERMS, on_sale_at=desk.now + timedelta(seconds=1))
    else:
        dearer = replace(PRICES.prices[0], amount=5_001)
        prices = PriceList([dearer, *PRICES.prices[1:]] if "another" in what else PRICES.prices[1:])
        later = replace(TERMS, prices=prices)
    desk.seating.terms = later
    change = desk.do(a_settle(payment, authorized(payment)))
    assert change.payment is not None
    assert change.payment.status is PaymentStatus.VOIDING
    assert desk.order(order.order_id).status is OrderStatus.CANCELLED
    assert desk.letters(0, 1) == "AA"


@pytest.mark.parametrize("before", [PaymentStatus.FAILED, PaymentStatus.VOIDING])
def test_money_collected_by_an_attempt_that_was_given_up_is_refunded(before: PaymentStatus) -> None:
    desk = PaperDesk()
    order, first = an_attempt(desk)
    if before is PaymentStatus.FAILED:
        desk.do(a_settle(first, declined(first)))
        desk.settle(desk.pay(order, OTHER_CARD))
    else:
        desk.facts.now = order.hold_cap_at
        desk.buy(seats(1), CLEO)
        desk.settle(order)
    change = desk.do(a_settle(first, collected(first)))
    assert change.payment is not None
    assert (change.payment.status, change.payment.left) == (PaymentStatus.SUCCEEDED, 0)
    assert [(e.kind, e.amount) for e in change.errands] == [(OutboxKind.REFUND, first.amount)]
    assert not change.payment.live, "so that it does not stand beside the charge that bought seats"
    again = desk.do(a_settle(first, collected(first)))
    assert (again.payments, again.errands) == ((), ())


def test_the_same_notice_again_is_decided_once() -> None:
    desk = PaperDesk()
    _, payment = an_attempt(desk)
    said = replace(a_settle(payment, authorized(payment)), notice=NoticeKey("paper", "n1"))
    desk.facts.noticed.add(NoticeKey("paper", "n1"))
    assert desk.do(said) == Change(replayed=True)
    assert desk.do(replace(said, notice=NoticeKey("paper", "n2"))).tickets


def test_an_attempt_given_up_for_failed_is_voided_when_it_turns_up_after_all() -> None:
    desk = PaperDesk()
    order, first = an_attempt(desk)
    desk.do(a_settle(first, declined(first)))
    desk.settle(desk.pay(order, OTHER_CARD))
    change = desk.do(a_settle(first, authorized(first)))
    assert change.payment is not None
    assert change.payment.status is PaymentStatus.VOIDING
    assert [(e.kind, e.payment_id) for e in change.errands] == [(OutboxKind.VOID, first.payment_id)]
    assert desk.order(order.order_id).status is OrderStatus.CONFIRMED
    assert desk.payment(order.order_id).payment_id == first.payment_id


def test_the_last_seats_sold_make_the_event_sold_out() -> None:
    desk = PaperDesk()
    everything = [seats(*range(start, start + 6)) for start in range(0, 36, 6)]
    buyers = [f"buyer {number}" for number in range(6)]
    for choice, buyer in zip(everything, buyers, strict=True):
        assert desk.seating.event_status is EventStatus.ON_SALE
        desk.buy(choice, buyer)
    assert desk.seating.event_status is EventStatus.SOLD_OUT
