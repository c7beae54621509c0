"""Orders, payments and tickets read from the database as the values of order.py.

One array query per table, whoever asks: the desk under its lock, a handler for one order.
"""

from collections.abc import Iterable, Mapping

import msgspec

from holdfast.database.connection import Row
from holdfast.database.pool import Connection
from holdfast.database.statements import load
from holdfast.desk.commands import NoticeKey, Recorded
from holdfast.desk.order import (
    Buyer,
    CancelReason,
    Incident,
    IncidentKind,
    IncidentState,
    Item,
    ItemState,
    Order,
    OrderStatus,
    Payment,
    PaymentStatus,
    Ticket,
)
from holdfast.ids import ItemId, OrderId, PaymentId, TicketId

ORDERS = """
SELECT
    order_id, session_id, user_id, status::text AS status, cancel_reason::text AS cancel_reason,
    total_amount, order_fee_amount, refunded_amount, currency, payment_count, paying,
    buyer::text AS buyer, request_fingerprint, created_at, expires_at, hold_cap_at
FROM orders
WHERE event_id = $1 AND order_id = ANY($2::text[])
"""
_LETTERS = """
SELECT string_agg(
    CASE status WHEN 'AVAILABLE' THEN 'A' WHEN 'HELD' THEN 'H' WHEN 'SOLD' THEN 'S' ELSE 'B' END,
    '' ORDER BY seat_id
)
FROM seat
WHERE event_id = $1
"""
_PENDING = """
SELECT
    order_id, session_id, user_id, status::text AS status, cancel_reason::text AS cancel_reason,
    total_amount, order_fee_amount, refunded_amount, currency, payment_count, paying,
    buyer::text AS buyer, request_fingerprint, created_at, expires_at, hold_cap_at
FROM orders
WHERE event_id = $1 AND status = 'PENDING'
"""
_ITEMS = """
SELECT order_id, item_id, seat_id, price_type, price, fee_amount, tax_amount, state::text AS state
FROM order_item
WHERE event_id = $1 AND order_id = ANY($2::text[])
"""
PAYMENTS = """
SELECT
    payment_id, order_id, provider, status::text AS status, amount, currency, token_fingerprint,
    created_at, updated_at, refunded_amount, provider_reference, next_action::text AS next_action,
    decline_reason, outside_amount
FROM payment
WHERE event_id = $1 AND order_id = ANY($2::text[])
"""
_INCIDENTS = """
SELECT
    order_id, incident_id, payment_id, kind::text AS kind, state::text AS state, amount, currency,
    reason, created_at, updated_at, seen_at
FROM incident
WHERE event_id = $1 AND order_id = ANY($2::text[])
ORDER BY created_at, incident_id
"""
NOTICED = """
SELECT provider, notice_id
FROM inbox
WHERE event_id = $1 AND provider = ANY($2::text[]) AND notice_id = ANY($3::text[])
"""
_TICKETS = """
SELECT ticket_id, order_id, order_item_id, seat_id, barcode, is_valid, issued_at, scanned_at
FROM ticket
WHERE event_id = $1 AND order_id = ANY($2::text[])
"""
RECORDED = """
SELECT scope, fingerprint, status_code, resource_id
FROM idempotency
WHERE event_id = $1 AND scope = ANY($2::bytea[])
"""
LOCK_PAYMENTS = load("desk/sql/lock_payments.sql")
LOCK_TICKETS = load("desk/sql/lock_tickets.sql")

_decode_buyer = msgspec.json.Decoder(Buyer).decode
_decode_action = msgspec.json.Decoder(dict[str, str]).decode


async def read_letters(connection: Connection, event_id: int) -> str:
    """One letter per seat in seat_id order, as in the public snapshot; one string, quickly read."""
    return await connection.fetchval(_LETTERS, event_id) or ""


async def read_orders(
    connection: Connection, event_id: int, order_ids: list[str]
) -> dict[str, Order]:
    """Whole images of these orders, by id; those that do not exist are left out."""
    rows = await connection.fetch(ORDERS, event_id, order_ids)
    return orders_in(
        rows, await read_items(connection, event_id, [row["order_id"] for row in rows])
    )


def orders_in(rows: Iterable[Row], items: Mapping[str, list[Item]]) -> dict[str, Order]:
    """The orders of these rows of ORDERS, by id, with their items."""
    return {row["order_id"]: order_of_row(row, items.get(row["order_id"], [])) for row in rows}


async def read_pending_orders(connection: Connection, event_id: int) -> list[Order]:
    """Every order of the event that holds seats."""
    rows = await connection.fetch(_PENDING, event_id)
    items = await read_items(connection, event_id, [row["order_id"] for row in rows])
    return [order_of_row(row, items.get(row["order_id"], [])) for row in rows]


async def read_items(
    connection: Connection, event_id: int, order_ids: list[str]
) -> dict[str, list[Item]]:
    """The items of these orders, by order, in no order."""
    items: dict[str, list[Item]] = {}
    for row in await connection.fetch(_ITEMS, event_id, order_ids):
        items.setdefault(row["order_id"], []).append(item_of_row(row))
    return items


async def read_payments(
    connection: Connection, event_id: int, order_ids: list[str]
) -> dict[str, list[Payment]]:
    """Every attempt to pay these orders, by order, in no order."""
    return payments_in(await connection.fetch(PAYMENTS, event_id, order_ids))


async def lock_payments(
    connection: Connection, event_id: int, order_ids: list[str]
) -> dict[str, list[Payment]]:
    """The same, and nobody else writes them until the transaction ends."""
    return payments_in(await connection.fetch(LOCK_PAYMENTS, event_id, order_ids))


async def read_tickets(
    connection: Connection, event_id: int, order_ids: list[str]
) -> dict[str, list[Ticket]]:
    """Every ticket of these orders, valid or not, by order, in no order."""
    return _tickets(await connection.fetch(_TICKETS, event_id, order_ids))


async def lock_tickets(
    connection: Connection, event_id: int, order_ids: list[str]
) -> dict[str, list[Ticket]]:
    """The same, and no gate scans them until the transaction ends."""
    return _tickets(await connection.fetch(LOCK_TICKETS, event_id, order_ids))


async def read_incidents(
    connection: Connection, event_id: int, order_ids: list[str]
) -> dict[str, list[Incident]]:
    """What a person should know of these orders' payments, by order, the oldest first."""
    incidents: dict[str, list[Incident]] = {}
    for row in await connection.fetch(_INCIDENTS, event_id, order_ids):
        incidents.setdefault(row["order_id"], []).append(incident_of_row(row))
    return incidents


def noticed_in(rows: Iterable[Row]) -> set[NoticeKey]:
    """The notices in these rows of NOTICED; there may be more than were asked for."""
    return {NoticeKey(row["provider"], row["notice_id"]) for row in rows}


def recorded_in(rows: Iterable[Row]) -> dict[bytes, Recorded]:
    """The keyed requests in these rows of RECORDED, which were granted before."""
    return {
        row["scope"]: Recorded(row["fingerprint"], row["status_code"], row["resource_id"])
        for row in rows
    }


def item_of_row(row: Row) -> Item:
    return Item(
        ItemId(row["item_id"]),
        row["seat_id"],
        row["price_type"],
        row["price"],
        row["fee_amount"],
        row["tax_amount"],
        ItemState(row["state"]),
    )


def order_of_row(row: Row, items: Iterable[Item]) -> Order:
    """An order as memory has it; its items in the order in which they were added."""
    cancel_reason, buyer = row["cancel_reason"], row["buyer"]
    return Order(
        order_id=OrderId(row["order_id"]),
        session_id=row["session_id"],
        user_id=row["user_id"],
        status=OrderStatus(row["status"]),
        cancel_reason=None if cancel_reason is None else CancelReason(cancel_reason),
        items=tuple(sorted(items, key=_number)),
        total_amount=row["total_amount"],
        order_fee_amount=row["order_fee_amount"],
        refunded_amount=row["refunded_amount"],
        currency=row["currency"],
        created_at=row["created_at"],
        expires_at=row["expires_at"],
        hold_cap_at=row["hold_cap_at"],
        payment_count=row["payment_count"],
        paying=row["paying"],
        buyer=None if buyer is None else _decode_buyer(buyer),
        request_fingerprint=row["request_fingerprint"],
    )


def payment_of_row(row: Row) -> Payment:
    action = row["next_action"]
    return Payment(
        payment_id=PaymentId(row["payment_id"]),
        order_id=OrderId(row["order_id"]),
        provider=row["provider"],
        status=PaymentStatus(row["status"]),
        amount=row["amount"],
        currency=row["currency"],
        token_fingerprint=row["token_fingerprint"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        refunded_amount=row["refunded_amount"],
        provider_reference=row["provider_reference"],
        next_action=None if action is None else _decode_action(action),
        decline_reason=row["decline_reason"],
        outside_amount=row["outside_amount"],
    )


def incident_of_row(row: Row) -> Incident:
    return Incident(
        incident_id=row["incident_id"],
        order_id=OrderId(row["order_id"]),
        payment_id=PaymentId(row["payment_id"]),
        kind=IncidentKind(row["kind"]),
        state=IncidentState(row["state"]),
        amount=row["amount"],
        currency=row["currency"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        reason=row["reason"],
        seen_at=row["seen_at"],
    )


def _number(item: Item) -> int:
    return int(item.item_id.rsplit("_", 1)[1])


def payments_in(rows: Iterable[Row]) -> dict[str, list[Payment]]:
    """The attempts to pay in these rows of PAYMENTS, by order."""
    payments: dict[str, list[Payment]] = {}
    for row in rows:
        payments.setdefault(row["order_id"], []).append(payment_of_row(row))
    return payments


def _tickets(rows: Iterable[Row]) -> dict[str, list[Ticket]]:
    tickets: dict[str, list[Ticket]] = {}
    for row in rows:
        tickets.setdefault(row["order_id"], []).append(
            Ticket(
                TicketId(row["ticket_id"]),
                OrderId(row["order_id"]),
                ItemId(row["order_item_id"]),
                row["seat_id"],
                row["barcode"],
                row["is_valid"],
                row["issued_at"],
                row["scanned_at"],
            )
        )
    return tickets
