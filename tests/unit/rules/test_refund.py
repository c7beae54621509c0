"""Refunding: the seat, the ticket and the money in one change."""

import pytest
from msgspec.structs import replace

from holdfast.desk.commands import Command, Dispute, NoteReturns, Returns
from holdfast.desk.order import EventStatus, IncidentState, ItemState, OrderStatus, OutboxKind
from tests.cast import (
    ADA,
    BEN,
    PaperDesk,
    a_payment,
    a_refund,
    empty_house,
    order_number,
    seats,
    standing,
)
from tests.unit.rules.table import Line, assert_in_order, assert_refused, name_of


def scan(desk: PaperDesk, order_id: str, place: int = 0) -> None:
    """Let the holder of one ticket in."""
    rows = desk.facts.tickets[order_id]
    rows[place] = replace(rows[place], scanned_at=desk.now)


def unheard_of(desk: PaperDesk) -> Command:
    return a_refund(replace(desk.buy(seats(0)), order_id=order_number(99)))


def not_of_the_order(desk: PaperDesk) -> Command:
    return a_refund(desk.hold(seats(0)), "no such item")


def unpaid(desk: PaperDesk) -> Command:
    return a_refund(desk.hold(seats(0)))


def refunded_before(desk: PaperDesk) -> Command:
    order = desk.buy(seats(0, 1))
    scan(desk, order.order_id, 1)
    first = order.items[0].item_id
    desk.do(a_refund(order, first))
    return a_refund(order, first, order.items[1].item_id)


def used_at_the_gate(desk: PaperDesk) -> Command:
    order = desk.buy(seats(0, 1))
    scan(desk, order.order_id)
    return a_refund(order)


def contested(desk: PaperDesk) -> Command:
    order = desk.buy(seats(0, 1))
    scan(desk, order.order_id)
    payment = desk.payment(order.order_id)
    dispute = Dispute("dp_1", IncidentState.OPEN, payment.amount)
    desk.do(
        NoteReturns(
            order_id=order.order_id,
            payment_id=payment.payment_id,
            returns=Returns(disputes=(dispute,)),
        )
    )
    return a_refund(order)


TABLE = [
    Line("not_found", unheard_of),
    Line("unknown_item", not_of_the_order),
    Line("order_not_refundable", unpaid),
    Line("order_not_refundable", refunded_before),
    Line("order_disputed", contested),
    Line("ticket_scanned", used_at_the_gate),
]


@pytest.mark.parametrize("line", TABLE, ids=name_of)
def test_a_refund_is_refused(line: Line) -> None:
    assert_refused(line)


def test_the_refusals_of_a_refund_stand_in_order() -> None:
    assert_in_order(TABLE)


def test_one_item_refunded_frees_one_seat_and_voids_one_ticket() -> None:
    desk = PaperDesk()
    order = desk.buy(seats(0, 1))
    change = desk.do(a_refund(order, order.items[0].item_id))
    after = change.order
    assert after is not None
    assert (after.status, after.refunded_amount) == (OrderStatus.CONFIRMED, 5_720)
    assert [item.state for item in after.items] == [ItemState.REFUNDED, ItemState.ACTIVE]
    assert [(e.kind, e.amount) for e in change.errands] == [(OutboxKind.REFUND, 5_720)]
    assert [t.is_valid for t in sorted(desk.tickets(order.order_id), key=lambda t: t.seat_id)] == [
        False,
        True,
    ]
    assert desk.letters(0, 1) == "AS"
    assert desk.seating.taken == {ADA: 1}
    assert desk.payment(order.order_id).refunded_amount == 5_720


def test_the_order_fee_goes_back_with_the_last_item() -> None:
    desk = PaperDesk()
    order = desk.buy(seats(0, 1))
    desk.do(a_refund(order, order.items[0].item_id))
    change = desk.do(a_refund(order))
    assert change.order is not None
    assert change.order.status is OrderStatus.REFUNDED
    assert change.order.refunded_amount == order.total_amount
    assert [e.amount for e in change.errands] == [5_720 + 150]
    assert desk.payment(order.order_id).refunded_amount == order.total_amount
    assert desk.refusal(a_refund(order)).code == "order_not_refundable"


def test_every_refund_of_a_payment_has_a_key_of_its_own() -> None:
    desk = PaperDesk()
    order = desk.buy(seats(0, 1, 2))
    keys = {desk.do(a_refund(order, item.item_id)).errands[0].outbox_id for item in order.items}
    assert len(keys) == 3


def test_a_refunded_seat_may_be_kept_off_sale() -> None:
    desk = PaperDesk()
    desk.do(a_refund(desk.buy(seats(0)), block=True))
    assert desk.letters(0) == "B"


def test_a_refunded_seat_can_be_sold_again() -> None:
    desk = PaperDesk()
    order = desk.buy(seats(0))
    desk.do(a_refund(order))
    assert desk.buy(seats(0), BEN).status is OrderStatus.CONFIRMED
    valid = [t for rows in desk.facts.tickets.values() for t in rows if t.is_valid]
    assert [(t.seat_id, t.order_id != order.order_id) for t in valid] == [(0, True)]


def test_a_refund_by_force_takes_a_used_ticket_back() -> None:
    desk = PaperDesk()
    order = desk.buy(seats(0))
    scan(desk, order.order_id)
    desk.do(a_refund(order, force=True))
    (ticket,) = desk.tickets(order.order_id)
    assert not ticket.is_valid
    assert ticket.scanned_at is not None


def test_refunding_what_cost_nothing_sends_no_money() -> None:
    desk = PaperDesk(empty_house(order_fee_amount=0))
    order = desk.hold(standing(1, "free"))
    desk.do(a_payment(order, None))
    change = desk.do(a_refund(order))
    assert not change.errands
    assert change.order is not None
    assert change.order.status is OrderStatus.REFUNDED


@pytest.mark.parametrize("status", [EventStatus.CANCELLED, EventStatus.COMPLETED])
def test_tickets_can_be_refunded_when_nothing_is_on_sale_any_more(status: EventStatus) -> None:
    desk = PaperDesk()
    order = desk.buy(seats(0))
    desk.seating.event_status = status
    assert desk.do(a_refund(order)).order is not None


def test_a_refund_puts_a_sold_out_event_on_sale_again() -> None:
    desk = PaperDesk()
    for number in range(6):
        desk.buy(seats(*range(6 * number, 6 * number + 6)), f"buyer {number}")
    order = desk.order(order_number(1))
    desk.do(a_refund(order, order.items[0].item_id))
    assert desk.seating.event_status is EventStatus.ON_SALE
