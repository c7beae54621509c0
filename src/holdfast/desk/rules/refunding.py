"""Pay confirmed items back: the seat, the ticket and the money in one change.

Refused: what is not paid, what was refunded before, and what was used at the gate (unless forced).
"""

from collections.abc import Set

from msgspec.structs import replace

from holdfast.desk.commands import Change, Facts, Refund, SeatMove
from holdfast.desk.order import (
    Errand,
    EventStatus,
    Item,
    ItemState,
    News,
    Occasion,
    Order,
    OrderStatus,
    OutboxKind,
    Payment,
    PaymentStatus,
    Ticket,
)
from holdfast.desk.rules.finding import known_order
from holdfast.desk.seating import BLOCKED, FREE, SOLD, Seating
from holdfast.refusals import Refusal

_COLLECTED = (PaymentStatus.CAPTURING, PaymentStatus.SUCCEEDED)


def refund(seating: Seating, facts: Facts, command: Refund) -> Change:
    """Refund the named items, or all that are left; the order fee goes back with the last one."""
    order = known_order(seating, facts, command.order_id)
    if order is None:
        raise Refusal("not_found")
    items = _refundable(order, command)
    gone = {item.item_id for item in items}
    tickets = [t for t in facts.tickets.get(order.order_id, ()) if t.order_item_id in gone]
    valid = [t for t in tickets if t.is_valid]
    scanned = [t.ticket_id for t in valid if t.scanned_at is not None]
    if scanned and not command.force:
        raise Refusal("ticket_scanned", ticket_ids=scanned)
    after, amount = _after(order, gone)
    payments, errands = _money_back(facts, order, amount)
    letter = BLOCKED if command.block else FREE
    return Change(
        moves=tuple([SeatMove(i.seat_id, SOLD, order.order_id, letter, None) for i in items]),
        orders=(after,),
        taken=((order.session_id, -len(items)),),
        payments=payments,
        voided=tuple([_void(ticket) for ticket in valid]),
        errands=errands,
        news=(_news(seating, order, amount),),
        order=after,
        payment=payments[0] if payments else None,
    )


def _refundable(order: Order, command: Refund) -> list[Item]:
    by_id: dict[str, Item] = {item.item_id: item for item in order.items}
    wanted = command.item_ids
    if len(set(wanted)) != len(wanted) or any(item_id not in by_id for item_id in wanted):
        raise Refusal("unknown_item")
    items = [by_id[item_id] for item_id in wanted] or list(order.active)
    if order.status is not OrderStatus.CONFIRMED:
        raise Refusal("order_not_refundable")
    if any(item.state is not ItemState.ACTIVE for item in items):
        raise Refusal("order_not_refundable")
    return items


def _after(order: Order, gone: Set[str]) -> tuple[Order, int]:
    """The order without the refunded items, and how much goes back."""
    items = tuple(
        [replace(i, state=ItemState.REFUNDED) if i.item_id in gone else i for i in order.items]
    )
    amount = sum(item.total for item in order.items if item.item_id in gone)
    last = not any(item.state is ItemState.ACTIVE for item in items)
    if last:
        amount += order.order_fee_amount
    after = replace(
        order,
        items=items,
        status=OrderStatus.REFUNDED if last else OrderStatus.CONFIRMED,
        refunded_amount=order.refunded_amount + amount,
    )
    return after, amount


def _money_back(
    facts: Facts, order: Order, amount: int
) -> tuple[tuple[Payment, ...], tuple[Errand, ...]]:
    if amount == 0:
        return (), ()
    payment = next(p for p in facts.payments.get(order.order_id, ()) if p.status in _COLLECTED)
    errand = Errand(
        f"refund_{payment.payment_id}_{payment.refunded_amount}",
        OutboxKind.REFUND,
        order.order_id,
        payment.payment_id,
        amount,
    )
    after = replace(payment, refunded_amount=payment.refunded_amount + amount, updated_at=facts.now)
    return (after,), (errand,)


def _news(seating: Seating, order: Order, amount: int) -> News:
    """Numbered by what was refunded before: an item is refunded once, so that no two are alike."""
    before = sum(1 for item in order.items if item.state is ItemState.REFUNDED)
    cancelled = seating.event_status is EventStatus.CANCELLED
    return News(
        f"news_refunded_{order.order_id}_{before}",
        Occasion.ORDER_CANCELLED if cancelled else Occasion.ORDER_REFUNDED,
        order.order_id,
        amount,
    )


def _void(ticket: Ticket) -> Ticket:
    return replace(ticket, is_valid=False)
