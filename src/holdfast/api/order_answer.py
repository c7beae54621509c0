"""An order as its buyer sees it, with the seats as tickets name them."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct

from holdfast.api.asked import Asked
from holdfast.database.pool import Connection
from holdfast.desk.order import (
    Buyer,
    CancelReason,
    Item,
    ItemState,
    Order,
    OrderStatus,
    Payment,
    PaymentStatus,
)
from holdfast.desk.reading import read_orders, read_payments
from holdfast.ids import EventId
from holdfast.tickets.ticket_list import TicketLine, ticket_list
from holdfast.venues.floor_plan import FloorPlan

_VERSION = "SELECT version FROM desk WHERE event_id = $1"


class ItemAnswer(Struct, gc=False):
    """One place at the price agreed when it was held; standing places have no row or number."""

    item_id: str
    seat_id: int
    section: str
    row: str | None
    seat_number: str | None
    price_type: str
    price: int
    fee_amount: int
    tax_amount: int
    state: ItemState


class PaymentSummary(Struct, gc=False):
    """The latest attempt to pay. `next_action`: what the buyer has to do (3-D Secure)."""

    payment_id: str
    status: PaymentStatus
    next_action: dict[str, str] | None
    decline_reason: str | None


class OrderAnswer(Struct, gc=False):
    """An order. Minor units of `currency`; `expires_in` are the seconds left of a hold, by our
    clock. `access_url` opens the order and its tickets without a session."""

    order_id: str
    event_id: int
    status: OrderStatus
    version: int
    items: list[ItemAnswer]
    total_amount: int
    order_fee_amount: int
    refunded_amount: int
    currency: str
    created_at: datetime
    expires_at: datetime
    expires_in: int
    cancel_reason: CancelReason | None
    buyer: Buyer | None
    payment: PaymentSummary | None
    access_url: str
    tickets: list[TicketLine]


class OrderSheet(Struct, gc=False, frozen=True):
    """Everything about one order, as of one version of its event."""

    event_id: EventId
    order: Order
    payment: Payment | None
    tickets: Sequence[TicketLine]
    version: int
    now: datetime


async def read_sheet(asked: Asked, event_id: EventId, order_id: str) -> OrderSheet | None:
    """An order with its payment and tickets, read at one moment; None where there is none."""
    async with asked.parts.database.pool.acquire() as connection:
        now = await asked.parts.clock.now(connection)
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            return await _read(connection, event_id, order_id, now)


async def _read(
    connection: Connection, event_id: EventId, order_id: str, now: datetime
) -> OrderSheet | None:
    order = (await read_orders(connection, event_id, [order_id])).get(order_id)
    if order is None:
        return None
    payments: list[Payment] = []
    tickets: list[TicketLine] = []
    if order.payment_count:
        payments = (await read_payments(connection, event_id, [order_id])).get(order_id, [])
    if order.status in (OrderStatus.CONFIRMED, OrderStatus.REFUNDED):
        tickets = await ticket_list(connection, order_id)
    version: int = await connection.fetchval(_VERSION, event_id)
    return OrderSheet(event_id, order, latest(payments), tickets, version, now)


def latest(payments: Iterable[Payment]) -> Payment | None:
    """The newest attempt to pay."""
    return max(payments, key=payment_number, default=None)


def payment_number(payment: Payment) -> int:
    """Which attempt of its order it is."""
    return int(payment.payment_id.rsplit("_", 1)[1])


def order_answer(asked: Asked, plan: FloorPlan, sheet: OrderSheet) -> OrderAnswer:
    """The order as JSON; `plan` is the floor plan of its event."""
    order, payment = sheet.order, sheet.payment
    pending = order.status is OrderStatus.PENDING
    left = int((order.expires_at - sheet.now).total_seconds()) if pending else 0
    return OrderAnswer(
        order_id=order.order_id,
        event_id=sheet.event_id,
        status=order.status,
        version=sheet.version,
        items=[_item(plan, item) for item in order.items],
        total_amount=order.total_amount,
        order_fee_amount=order.order_fee_amount,
        refunded_amount=order.refunded_amount,
        currency=order.currency,
        created_at=order.created_at,
        expires_at=order.expires_at,
        expires_in=max(left, 0),
        cancel_reason=order.cancel_reason,
        buyer=order.buyer,
        payment=None if payment is None else _payment(payment),
        access_url=access_url(asked, order),
        tickets=list(sheet.tickets),
    )


def access_url(asked: Asked, order: Order) -> str:
    """The signed address of the order's page; its token opens the order's API addresses as well."""
    token = asked.parts.links.token(order.order_id, order.created_at)
    return f"{asked.own_address}/orders/{order.order_id}?token={token}"


def _item(plan: FloorPlan, item: Item) -> ItemAnswer:
    return ItemAnswer(
        item.item_id,
        item.seat_id,
        *plan.place(item.seat_id),
        item.price_type,
        item.price,
        item.fee_amount,
        item.tax_amount,
        item.state,
    )


def _payment(payment: Payment) -> PaymentSummary:
    return PaymentSummary(
        payment.payment_id, payment.status, payment.next_action, payment.decline_reason
    )


def refused_payment(payment: Payment | None) -> dict[str, Any]:
    """The members of a payment_failed problem."""
    if payment is None:
        return {}
    return {"payment_id": payment.payment_id, "decline_reason": payment.decline_reason}
