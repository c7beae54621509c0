"""Pay confirmed items back: the seat, the ticket and the money in one change.

Refused: what is not paid, what was refunded before, what the buyer's bank is deciding about, and
what was used at the gate (unless forced). Never more goes back than is left of the payment: what an
organiser paid back at the provider's own pages counts.
"""

from collections.abc import Set

from msgspec.structs import replace

from holdfast.desk.commands import Change, Facts, Refund, SeatMove
from holdfast.desk.order import (
    COLLECTED_PAYMENTS,
    Errand,
    EventStatus,
    IncidentKind,
    IncidentState,
    Item,
    ItemState,
    News,
    Occasion,
    Order,
    OrderStatus,
    Payment,
    Ticket,
)
from holdfast.desk.rules.errands import refund_errand
from holdfast.desk.rules.finding import known_order
from holdfast.desk.seating import BLOCKED, FREE, SOLD, Seating
from holdfast.refusals import Refusal


def refund(seating: Seating, facts: Facts, command: Refund) -> Change:
    """Refund the named items, or all that are left; the order fee goes back with the last one."""
    order = known_order(seating, facts, command.order_id)
    if order is None:
        raise Refusal("not_found")
    items = _refundable(order, command)
    _require_no_dispute(facts, order)
    gone = {item.item_id for item in items}
    valid = valid_tickets(facts, order, gone)
    scanned = [t.ticket_id for t in valid if t.scanned_at is not None]
    if scanned and not command.force:
        raise Refusal("ticket_scanned", ticket_ids=scanned)
    after = without_items(order, gone)
    worth = after.refunded_amount - order.refunded_amount
    payments, errands = _money_back(facts, order, worth)
    letter = BLOCKED if command.block else FREE
    return Change(
        moves=tuple([SeatMove(i.seat_id, SOLD, order.order_id, letter, None) for i in items]),
        orders=(after,),
        taken=((order.session_id, -len(items)),),
        payments=payments,
        voided=tuple([replace(ticket, is_valid=False) for ticket in valid]),
        errands=errands,
        news=(news_of_refund(seating, order, after),),
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


def _require_no_dispute(facts: Facts, order: Order) -> None:
    """Refuse while the buyer's bank decides: it may take the money back by itself."""
    incidents = facts.incidents.get(order.order_id, ())
    if any(i.kind is IncidentKind.DISPUTE and i.state is IncidentState.OPEN for i in incidents):
        raise Refusal("order_disputed")


def valid_tickets(facts: Facts, order: Order, item_ids: Set[str]) -> list[Ticket]:
    """The tickets of these items that still admit."""
    tickets = facts.tickets.get(order.order_id, ())
    return [t for t in tickets if t.is_valid and t.order_item_id in item_ids]


def without_items(order: Order, gone: Set[str]) -> Order:
    """The order with these items refunded; the order fee goes with the last one."""
    items = tuple(
        [replace(i, state=ItemState.REFUNDED) if i.item_id in gone else i for i in order.items]
    )
    amount = sum(item.total for item in order.items if item.item_id in gone)
    last = not any(item.state is ItemState.ACTIVE for item in items)
    if last:
        amount += order.order_fee_amount
    return replace(
        order,
        items=items,
        status=OrderStatus.REFUNDED if last else OrderStatus.CONFIRMED,
        refunded_amount=order.refunded_amount + amount,
    )


def _money_back(
    facts: Facts, order: Order, worth: int
) -> tuple[tuple[Payment, ...], tuple[Errand, ...]]:
    """What these items are worth, or what is left of the payment where that is less."""
    payment = live_payment(facts, order)
    amount = 0 if payment is None else min(worth, payment.left)
    if payment is None or amount == 0:
        return (), ()
    after = replace(payment, refunded_amount=payment.refunded_amount + amount, updated_at=facts.now)
    return (after,), (refund_errand(payment, amount),)


def news_of_refund(seating: Seating, order: Order, after: Order) -> News:
    """Numbered by what was refunded before: an item is refunded once, so that no two are alike."""
    before = sum(1 for item in order.items if item.state is ItemState.REFUNDED)
    cancelled = seating.event_status is EventStatus.CANCELLED
    return News(
        f"news_refunded_{order.order_id}_{before}",
        Occasion.ORDER_CANCELLED if cancelled else Occasion.ORDER_REFUNDED,
        order.order_id,
        after.refunded_amount - order.refunded_amount,
    )


def live_payment(facts: Facts, order: Order) -> Payment | None:
    """The payment that has the money of this order; None for a free one, or when all went back."""
    rows = facts.payments.get(order.order_id, ())
    return next((p for p in rows if p.live and p.status in COLLECTED_PAYMENTS), None)
