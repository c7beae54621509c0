"""What most rules ask first: is the event on sale, is this the buyer's order, can it be changed."""

from holdfast.desk.commands import Facts, OrderCommand
from holdfast.desk.order import CancelReason, EventStatus, Order, OrderStatus
from holdfast.desk.seating import Seating
from holdfast.refusals import Refusal


def require_on_sale(seating: Seating, facts: Facts) -> None:
    """Refuse where nothing can be held at this time."""
    if seating.event_status is EventStatus.CANCELLED:
        raise Refusal("event_cancelled")
    if seating.event_status not in (EventStatus.ON_SALE, EventStatus.SOLD_OUT):
        raise Refusal("sale_not_open")
    on_sale_at = seating.terms.on_sale_at
    if on_sale_at is not None and facts.now < on_sale_at:
        raise Refusal("sale_not_open", on_sale_at=on_sale_at)


def known_order(seating: Seating, facts: Facts, order_id: str) -> Order | None:
    """The order as it is now: holding seats in memory, else as the batch read it."""
    return seating.orders.get(order_id) or facts.orders.get(order_id)


def find_order(seating: Seating, facts: Facts, command: OrderCommand) -> Order:
    """The order of the command; another buyer's does not exist for this one."""
    order = known_order(seating, facts, command.order_id)
    if order is None or command.session_id not in (None, order.session_id):
        raise Refusal("not_found")
    return order


def require_no_payment(order: Order) -> None:
    """Refuse while a payment is at the provider, whatever else is wrong: it may yet succeed, so
    nobody may be told that nothing was charged."""
    if order.paying:
        raise Refusal("payment_in_progress")


def require_holding(order: Order, facts: Facts) -> None:
    """Refuse where the order no longer holds anything, or its deadline is reached, tidied up or
    not."""
    require_no_payment(order)
    if order.status is OrderStatus.CANCELLED and order.cancel_reason is CancelReason.EXPIRED:
        raise Refusal("order_expired")
    if order.status is not OrderStatus.PENDING:
        raise Refusal("order_not_pending")
    if order.expires_at <= facts.now:
        raise Refusal("order_expired")
