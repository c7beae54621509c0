"""Hold places, and edit what is held: add, drop, swap. All of it or none of it.

The deadline of a hold is set once, when it is made; editing never moves it.
"""

from collections.abc import Iterable
from datetime import timedelta

from msgspec.structs import replace

from holdfast.config import EXPIRE_ORDERS_MAX, HOLD_CAP_SECONDS
from holdfast.desk.commands import (
    AddItems,
    Change,
    Facts,
    Hold,
    RemoveItem,
    Swap,
)
from holdfast.desk.order import CancelReason, Item, ItemState, Order, OrderStatus
from holdfast.desk.rules.choose import Chosen, choose, require_places
from holdfast.desk.rules.ending import end_hold, ending_change, free_moves
from holdfast.desk.rules.finding import (
    find_order,
    known_order,
    require_holding,
    require_on_sale,
)
from holdfast.desk.seating import Seating
from holdfast.refusals import Refusal


def hold(seating: Seating, facts: Facts, command: Hold) -> Change:
    """Hold every place of the choice for one buyer under a new PENDING order, or refuse.

    The same keyed request again is answered with the order that it made.
    """
    require_places(command.choice)
    known = known_order(seating, facts, command.order_id)
    if known is not None:
        if known.request_fingerprint != command.request_fingerprint:
            raise Refusal("idempotency_mismatch")
        return Change(order=known, replayed=True)
    require_on_sale(seating, facts)
    require_within_limit(seating, facts, command.session_id, command.choice.quantity)
    chosen = choose(seating, facts, command.choice)
    order = _new_order(seating, facts, command, chosen)
    return _held(order, chosen, len(chosen.places))


def add_items(seating: Seating, facts: Facts, command: AddItems) -> Change:
    """Hold more places under the order's own deadline."""
    require_places(command.choice)
    order = find_order(seating, facts, command)
    require_on_sale(seating, facts)
    require_holding(order, facts)
    require_within_limit(seating, facts, order.session_id, command.choice.quantity)
    chosen = choose(seating, facts, command.choice)
    items = order.items + chosen.items(order.order_id, len(order.items))
    return _held(_with_items(order, items), chosen, len(chosen.places))


def remove_item(seating: Seating, facts: Facts, command: RemoveItem) -> Change:
    """Give one place back; the last one takes the order with it."""
    order = find_order(seating, facts, command)
    require_holding(order, facts)
    dropped = _items_named(order, [command.item_id])
    if len(dropped) == len(order.active):
        return ending_change([end_hold(order, CancelReason.RELEASED)])
    after = _with_items(order, _without(order.items, dropped))
    return Change(
        moves=tuple(free_moves(order.order_id, [item.seat_id for item in dropped])),
        orders=(after,),
        taken=((order.session_id, -len(dropped)),),
        order=after,
    )


def swap(seating: Seating, facts: Facts, command: Swap) -> Change:
    """Exchange held items for other places; if one of those is gone, nothing changes."""
    require_places(command.choice)
    order = find_order(seating, facts, command)
    require_on_sale(seating, facts)
    require_holding(order, facts)
    dropped = _items_named(order, command.item_ids)
    difference = command.choice.quantity - len(dropped)
    require_within_limit(seating, facts, order.session_id, difference)
    freed = frozenset(item.seat_id for item in dropped)
    chosen = choose(seating, facts, command.choice, freed)
    items = _without(order.items, dropped) + chosen.items(order.order_id, len(order.items))
    after = _with_items(order, items)
    change = _held(after, chosen, difference)
    return replace(change, moves=(*free_moves(order.order_id, freed), *change.moves))


def require_within_limit(seating: Seating, facts: Facts, session_id: str, more: int) -> None:
    """Refuse more places than one buyer may hold and own together.

    The buyer's own holds whose time has passed do not count, tidied up or not: whoever was too slow
    may try again at once.
    """
    limit = seating.terms.order_limit
    taken = seating.taken.get(session_id, 0)
    if more <= 0 or taken + more <= limit:
        return
    due = seating.due(facts.now, EXPIRE_ORDERS_MAX)
    expired = sum([len(order.active) for order in due if order.session_id == session_id])
    if taken - expired + more > limit:
        raise Refusal("order_limit", order_limit=limit)


def _new_order(seating: Seating, facts: Facts, command: Hold, chosen: Chosen) -> Order:
    terms = seating.terms
    expires_at = facts.now + timedelta(seconds=terms.hold_seconds)
    items = chosen.items(command.order_id, 0)
    return Order(
        order_id=command.order_id,
        session_id=command.session_id,
        user_id=command.user_id,
        status=OrderStatus.PENDING,
        cancel_reason=None,
        items=items,
        total_amount=terms.order_fee_amount + sum([item.total for item in items]),
        order_fee_amount=terms.order_fee_amount,
        refunded_amount=0,
        currency=terms.currency,
        created_at=facts.now,
        expires_at=expires_at,
        hold_cap_at=expires_at + timedelta(seconds=HOLD_CAP_SECONDS),
        request_fingerprint=command.request_fingerprint,
    )


def _held(order: Order, chosen: Chosen, more: int) -> Change:
    """The order holds the chosen places; expired holds in their way end first."""
    ended = chosen.ended
    moves = chosen.moves(order.order_id)
    if not ended:
        return Change(moves=moves, orders=(order,), taken=((order.session_id, more),), order=order)
    return Change(
        moves=(*[move for hold in ended for move in hold.moves()], *moves),
        orders=(*[hold.order for hold in ended], order),
        taken=(*[hold.taken() for hold in ended], (order.session_id, more)),
        order=order,
    )


def _items_named(order: Order, item_ids: Iterable[str]) -> list[Item]:
    active: dict[str, Item] = {item.item_id: item for item in order.active}
    wanted = list(item_ids)
    if not wanted or len(set(wanted)) != len(wanted) or any(i not in active for i in wanted):
        raise Refusal("unknown_item")
    return [active[i] for i in wanted]


def _without(items: tuple[Item, ...], dropped: list[Item]) -> tuple[Item, ...]:
    gone = {item.item_id for item in dropped}
    return tuple([replace(i, state=ItemState.RELEASED) if i.item_id in gone else i for i in items])


def _with_items(order: Order, items: tuple[Item, ...]) -> Order:
    active = [item.total for item in items if item.state is ItemState.ACTIVE]
    return replace(order, items=items, total_amount=order.order_fee_amount + sum(active))
