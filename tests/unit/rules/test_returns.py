"""What went back without us: refunds at the provider's own pages, and what banks decide."""

import pytest
from msgspec.structs import replace

from holdfast.desk.commands import Change, Command, Dispute, NoteReturns, OutsideRefund, Returns
from holdfast.desk.order import (
    Incident,
    IncidentKind,
    IncidentState,
    ItemState,
    Order,
    OrderStatus,
    Payment,
    PaymentStatus,
)
from tests.cast import ADA, CLEO, PaperDesk, a_refund, a_settle, collected, seats
from tests.unit.rules.table import Line, assert_in_order, assert_refused, name_of

TOTAL = 11_590  # two seats of the stalls at 57.20, and the order's fee of 1.50


def bought(desk: PaperDesk) -> tuple[Order, Payment]:
    """Two seats, paid and collected."""
    order = desk.pay(desk.hold(seats(0, 1)))
    payment = desk.payment(order.order_id)
    order = desk.settle(order, collected(payment))
    return order, desk.payment(order.order_id)


def notes(payment: Payment, *said: OutsideRefund | Dispute) -> NoteReturns:
    return NoteReturns(
        order_id=payment.order_id,
        payment_id=payment.payment_id,
        returns=Returns(
            tuple([r for r in said if isinstance(r, OutsideRefund)]),
            tuple([d for d in said if isinstance(d, Dispute)]),
        ),
    )


def a_dispute(state: IncidentState, amount: int = TOTAL) -> Dispute:
    return Dispute("dp_1", state, amount, "fraudulent")


def incidents(desk: PaperDesk, order: Order) -> list[Incident]:
    return desk.facts.incidents.get(order.order_id, [])


def of_nobody(desk: PaperDesk) -> Command:
    _, payment = bought(PaperDesk())
    return notes(payment)


TABLE = [Line("not_found", of_nobody)]


@pytest.mark.parametrize("line", TABLE, ids=name_of)
def test_noting_returns_is_refused(line: Line) -> None:
    assert_refused(line)


def test_the_refusals_of_noting_returns_stand_in_order() -> None:
    assert_in_order(TABLE)


def test_a_part_paid_back_elsewhere_is_written_down_and_the_tickets_stay() -> None:
    desk = PaperDesk()
    order, payment = bought(desk)
    change = desk.do(notes(payment, OutsideRefund("re_1", 1_000)))
    assert change.payment is not None
    assert (change.payment.outside_amount, change.payment.left) == (1_000, TOTAL - 1_000)
    assert desk.order(order.order_id).status is OrderStatus.CONFIRMED
    assert all(ticket.is_valid for ticket in desk.tickets(order.order_id))
    assert [(i.kind, i.state, i.amount) for i in incidents(desk, order)] == [
        (IncidentKind.OUTSIDE_REFUND, IncidentState.DONE, 1_000)
    ]


def test_said_again_it_changes_nothing() -> None:
    desk = PaperDesk()
    _, payment = bought(desk)
    said = notes(payment, OutsideRefund("re_1", 1_000), a_dispute(IncidentState.OPEN))
    desk.do(said)
    change = desk.do(said)
    assert (change.payments, change.incidents, change.moves) == ((), (), ())


def test_all_of_it_paid_back_elsewhere_ends_the_sale() -> None:
    desk = PaperDesk()
    order, payment = bought(desk)
    change = desk.do(
        notes(payment, OutsideRefund("re_1", 1_000), OutsideRefund("re_2", TOTAL - 1_000))
    )
    after = desk.order(order.order_id)
    assert (after.status, after.refunded_amount) == (OrderStatus.REFUNDED, TOTAL)
    assert {item.state for item in after.items} == {ItemState.REFUNDED}
    assert not any(ticket.is_valid for ticket in desk.tickets(order.order_id))
    assert desk.letters(0, 1) == "AA"
    assert change.errands == (), "the money is with the buyer already"
    assert desk.seating.taken.get(ADA, 0) == 0


def test_a_seat_whose_holder_is_inside_stays_off_sale() -> None:
    desk = PaperDesk()
    order, payment = bought(desk)
    rows = desk.facts.tickets[order.order_id]
    inside = rows[0]
    rows[0] = replace(inside, scanned_at=desk.now)
    desk.do(notes(payment, OutsideRefund("re_1", TOTAL)))
    assert desk.letters(inside.seat_id) == "B"
    assert sorted(desk.letters(0, 1)) == ["A", "B"]


def test_after_a_part_elsewhere_a_refund_pays_what_is_left_and_no_more() -> None:
    desk = PaperDesk()
    order, payment = bought(desk)
    desk.do(notes(payment, OutsideRefund("re_1", 7_000)))
    first, second = order.items
    change = desk.do(a_refund(order, first.item_id))
    assert [e.amount for e in change.errands] == [TOTAL - 7_000], "an item is 5,720"
    change = desk.do(a_refund(order, second.item_id))
    assert change.errands == ()
    assert desk.order(order.order_id).status is OrderStatus.REFUNDED
    assert desk.payment(order.order_id).left == 0


def test_refunded_here_and_there_at_one_time_is_counted_once() -> None:
    desk = PaperDesk()
    order, payment = bought(desk)
    desk.do(a_refund(order))
    desk.do(notes(payment, OutsideRefund("re_1", TOTAL)))
    after = desk.payment(order.order_id)
    assert (after.refunded_amount, after.outside_amount, after.left) == (TOTAL, 0, 0)
    assert [i.kind for i in incidents(desk, order)] == [IncidentKind.OUTSIDE_REFUND]


def test_while_the_bank_decides_the_tickets_stay_and_nothing_is_refunded() -> None:
    desk = PaperDesk()
    order, payment = bought(desk)
    desk.do(notes(payment, a_dispute(IncidentState.OPEN)))
    assert desk.payment(order.order_id).left == TOTAL
    assert all(ticket.is_valid for ticket in desk.tickets(order.order_id))
    assert desk.refusal(a_refund(order)).code == "order_disputed"


def test_a_dispute_that_was_won_changes_nothing_and_refunds_go_on() -> None:
    desk = PaperDesk()
    order, payment = bought(desk)
    desk.do(notes(payment, a_dispute(IncidentState.OPEN)))
    desk.do(notes(payment, a_dispute(IncidentState.WON)))
    assert [i.state for i in incidents(desk, order)] == [IncidentState.WON]
    change = desk.do(a_refund(order))
    assert [e.amount for e in change.errands] == [TOTAL]


def test_a_dispute_that_was_lost_takes_the_tickets() -> None:
    desk = PaperDesk()
    order, payment = bought(desk)
    desk.do(notes(payment, a_dispute(IncidentState.OPEN)))
    change = desk.do(notes(payment, a_dispute(IncidentState.LOST)))
    assert change.errands == ()
    assert desk.order(order.order_id).status is OrderStatus.REFUNDED
    assert desk.letters(0, 1) == "AA"
    assert desk.payment(order.order_id).outside_amount == TOTAL


def test_money_on_its_way_back_already_counts_as_ours() -> None:
    desk = PaperDesk()
    order = desk.pay(desk.hold(seats(0, 1)))
    payment = desk.payment(order.order_id)
    desk.facts.now = order.hold_cap_at
    desk.buy(seats(1), CLEO)
    change: Change = desk.do(a_settle(payment, collected(payment)))
    assert change.payment is not None
    change = desk.do(notes(change.payment, OutsideRefund("re_1", TOTAL)))
    after = desk.payment(order.order_id)
    assert (after.status, after.outside_amount) == (PaymentStatus.SUCCEEDED, 0)
    assert desk.order(order.order_id).status is OrderStatus.CANCELLED
