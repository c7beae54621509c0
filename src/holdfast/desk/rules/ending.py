"""How a hold ends without a sale: released by its buyer, expired, or cancelled with its event."""

from collections.abc import Iterable
from itertools import islice

from msgspec import Struct
from msgspec.structs import replace

from holdfast.desk.commands import CancelPending, Change, ExpireDue, Facts, Release, SeatMove
from holdfast.desk.order import CancelReason, Item, ItemState, Order, OrderStatus
from holdfast.desk.rules.finding import find_order, require_no_payment
from holdfast.desk.seating import FREE, HELD, Seating
from holdfast.ids import OrderId
from holdfast.refusals import Refusal


class EndedHold(Struct, gc=False, frozen=True):
    """A hold that ends, and the seats that it frees."""

    order: Order
    seat_ids: tuple[int, ...]

    def moves(self) -> list[SeatMove]:
        return free_moves(self.order.order_id, self.seat_ids)

    def taken(self) -> tuple[str, int]:
        return self.order.session_id, -len(self.seat_ids)


def free_moves(order_id: OrderId, seat_ids: Iterable[int]) -> list[SeatMove]:
    """Seats of a hold that become free."""
    return [SeatMove(seat_id, HELD, order_id, FREE, None) for seat_id in seat_ids]


def ended_items(items: Iterable[Item], state: ItemState) -> tuple[Item, ...]:
    """The same items, the active ones in the state that ends them."""
    return tuple([replace(i, state=state) if i.state is ItemState.ACTIVE else i for i in items])


def end_hold(order: Order, reason: CancelReason) -> EndedHold:
    """The order cancelled for this reason; every seat of it is free."""
    expired = reason is CancelReason.EXPIRED
    cancelled = replace(
        order,
        status=OrderStatus.CANCELLED,
        cancel_reason=reason,
        items=ended_items(order.items, ItemState.EXPIRED if expired else ItemState.RELEASED),
    )
    return EndedHold(cancelled, tuple([item.seat_id for item in order.active]))


def end_expired(order: Order) -> EndedHold:
    return end_hold(order, CancelReason.EXPIRED)


def ending_change(ended: Iterable[EndedHold], **answer: object) -> Change:
    """One change out of any number of ended holds."""
    holds = tuple(ended)
    return Change(
        moves=tuple([move for hold in holds for move in hold.moves()]),
        orders=tuple([hold.order for hold in holds]),
        taken=tuple([hold.taken() for hold in holds]),
        order=holds[-1].order if holds else None,
        more=bool(answer.get("more")),
    )


def release(seating: Seating, facts: Facts, command: Release) -> Change:
    """Give the whole hold back. A hold that has already ended unpaid is given back already."""
    order = find_order(seating, facts, command)
    if order.status is OrderStatus.CANCELLED:
        return Change(order=order)
    require_no_payment(order)
    if order.status is not OrderStatus.PENDING:
        raise Refusal("order_not_pending")
    return ending_change([end_hold(order, CancelReason.RELEASED)])


def expire_due(seating: Seating, facts: Facts, command: ExpireDue) -> Change:
    """End the holds whose time has passed; `more` says that the limit was reached."""
    due = seating.due(facts.now, command.limit)
    return ending_change([end_expired(order) for order in due], more=len(due) == command.limit)


def cancel_pending(seating: Seating, facts: Facts, command: CancelPending) -> Change:
    """End the holds of a cancelled event, whatever time they have left."""
    del facts
    orders = list(islice(seating.orders.values(), command.limit))
    return ending_change(
        [end_hold(order, CancelReason.EVENT_CANCELLED) for order in orders],
        more=len(orders) == command.limit,
    )
