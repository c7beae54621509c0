"""What mostly happens to orders and payments: a hold ends, an attempt to pay begins
and succeeds.

These have statements of their own in write.py, which say little and cost the driver a quarter.
Here it is told which changes they describe whole; every other change is written column by column.
"""

from collections.abc import Iterable

from holdfast.desk.order import CancelReason, ItemState, Order, OrderStatus, Payment, PaymentStatus
from holdfast.ids import OrderId


def begins_to_pay(before: Order, after: Order) -> bool:
    """A pending order gets an attempt to pay, and its last deadline."""
    return (
        before.status is OrderStatus.PENDING
        and after.status is OrderStatus.PENDING
        and not before.paying
        and after.paying
        and after.payment_count == before.payment_count + 1
        and after.expires_at == after.hold_cap_at
        and _same_places(before, after)
    )


def is_sold(before: Order, after: Order) -> bool:
    """An order whose attempt to pay was under way is confirmed as it was."""
    return (
        before.status is OrderStatus.PENDING
        and after.status is OrderStatus.CONFIRMED
        and before.paying
        and not after.paying
        and after.payment_count == before.payment_count
        and after.expires_at == before.expires_at
        and after.buyer == before.buyer
        and _same_places(before, after)
    )


def is_ended(before: Order, after: Order) -> bool:
    """A hold ends, whichever way, with every place that it has; nothing else of it changes."""
    if not (
        before.status is OrderStatus.PENDING
        and after.status is OrderStatus.CANCELLED
        and len(after.items) == len(before.items)
        and after.total_amount == before.total_amount
        and after.refunded_amount == before.refunded_amount
        and after.payment_count == before.payment_count
        and after.paying is before.paying
        and after.expires_at == before.expires_at
        and after.buyer == before.buyer
    ):
        return False
    state = _ended_state(after)
    for b, a in zip(before.items, after.items, strict=True):
        if a.state is not (state if b.state is ItemState.ACTIVE else b.state):
            return False
    return True


def ended_items(
    ended: Iterable[tuple[Order, Order]],
) -> list[tuple[ItemState, list[OrderId], int]]:
    """Which orders' active items end in which state, and how many items these are."""
    found: dict[ItemState, list[Order]] = {}
    for before, after in ended:
        found.setdefault(_ended_state(after), []).append(before)
    return [
        (state, [o.order_id for o in orders], sum([len(o.active) for o in orders]))
        for state, orders in found.items()
    ]


def _ended_state(order: Order) -> ItemState:
    expired = order.cancel_reason is CancelReason.EXPIRED
    return ItemState.EXPIRED if expired else ItemState.RELEASED


def is_reserved(before: Payment, after: Payment) -> bool:
    """What was reserved by an attempt is to be collected."""
    return (
        before.status is PaymentStatus.CREATED
        and after.status is PaymentStatus.CAPTURING
        and after.provider_reference is not None
        and after.amount == before.amount
        and after.currency == before.currency
        and not (before.refunded_amount or after.refunded_amount)
        and after.outside_amount == before.outside_amount
        and after.next_action == before.next_action
        and after.decline_reason == before.decline_reason
    )


def _same_places(before: Order, after: Order) -> bool:
    return (
        after.items == before.items
        and after.total_amount == before.total_amount
        and after.refunded_amount == before.refunded_amount
        and after.cancel_reason is before.cancel_reason
    )
