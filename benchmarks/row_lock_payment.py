"""Paying in the obvious design: one transaction, with the provider called in the middle of it.

The order's row stays locked and a connection is lent while the provider thinks. Here the provider
answers at once, so that only the design is measured and never the waiting: with a real one of 300
ms, sixteen connections would pay fifty orders a second.
"""

import hashlib
import secrets
from datetime import datetime
from typing import Final

import msgspec
from msgspec.structs import replace

from holdfast.checkout.answer import Outcome, PaymentAnswer
from holdfast.checkout.buyer import check_buyer
from holdfast.checkout.provider import Provider
from holdfast.checkout.settlement import SEED_BYTES
from holdfast.database.pool import Connection, Database, Record
from holdfast.desk.order import Buyer, Order, OrderStatus, Payment, PaymentStatus
from holdfast.desk.reading import order_of_row, read_items
from holdfast.ids import EventId, barcode, event_of_order, item_number, payment_id, ticket_id
from holdfast.refusals import Refusal
from holdfast.tickets.ticket_list import ticket_list

LOCK_ORDER: Final = """
SELECT
    order_id, session_id, user_id, status::text AS status, cancel_reason::text AS cancel_reason,
    total_amount, order_fee_amount, refunded_amount, currency, payment_count, paying,
    buyer::text AS buyer, request_fingerprint, created_at, expires_at, hold_cap_at,
    clock_timestamp() AS now
FROM orders
WHERE event_id = $1 AND order_id = $2
FOR UPDATE
"""
_INSERT_PAYMENT = """
INSERT INTO payment (
    event_id, order_id, payment_id, provider, status, amount, currency, refunded_amount,
    outside_amount, token_fingerprint, provider_reference, created_at, updated_at
)
VALUES ($1, $2, $3, $4, 'SUCCEEDED', $5, $6, 0, 0, $7, $8, $9, $9)
"""
_SELL_SEATS = """
UPDATE seat
SET status = 'SOLD', held_by_session_id = NULL, held_until = NULL
WHERE event_id = $1 AND seat_id = ANY($2::integer[]) AND order_id = $3
"""
_CONFIRM = """
UPDATE orders
SET status = 'CONFIRMED', payment_count = payment_count + 1, buyer = $3::text::jsonb
WHERE event_id = $1 AND order_id = $2
"""
_INSERT_TICKETS = """
INSERT INTO ticket (
    event_id, order_id, ticket_id, order_item_id, seat_id, barcode, is_valid, issued_at
)
SELECT $1, $2, u.ticket_id, u.item_id, u.seat_id, u.barcode, TRUE, $3
FROM unnest($4::text[], $5::text[], $6::integer[], $7::text[])
    AS u (ticket_id, item_id, seat_id, barcode)
"""
_INSERT_NEWS = """
INSERT INTO outbox (
    event_id, outbox_id, kind, order_id, amount, occasion, state, attempts, due_at, created_at
)
VALUES ($1, $2, 'NEWS', $3, $4, 'ORDER_CONFIRMED', 'WAITING', 0, $5, $5)
"""


class RowLockCheckout:
    """Pays as `Checkout` does, in one transaction with the provider's call inside."""

    def __init__(self, database: Database, provider: Provider) -> None:
        self._database = database
        self._provider = provider
        self.in_flight = 0

    async def pay(
        self, order_id: str, session_id: str | None, token: str | None, buyer: Buyer
    ) -> PaymentAnswer:
        """Pay a pending order. Raises Refusal: not_found, order_not_pending, order_expired,
        payment_token_required, payment_failed."""
        self.in_flight += 1
        try:
            return await self._sold(order_id, session_id, token, check_buyer(buyer))
        finally:
            self.in_flight -= 1

    async def _sold(
        self, order_id: str, session_id: str | None, token: str | None, buyer: Buyer
    ) -> PaymentAnswer:
        if token is None:
            raise Refusal("payment_token_required")
        async with self._database.pool.acquire() as connection:
            await connection.execute("BEGIN")
            try:
                order, payment = await self._pay(connection, order_id, session_id, token, buyer)
            except Refusal:
                await connection.execute("ROLLBACK")
                raise
            await connection.execute("COMMIT")
            tickets = await ticket_list(connection, order_id)
        # A version of its own, so that the handler does not read the order over again.
        return PaymentAnswer(Outcome.CONFIRMED, order, payment, tuple(tickets), 1)

    async def close(self) -> None:
        """Nothing is kept that has to end."""

    async def _pay(
        self,
        connection: Connection,
        order_id: str,
        session_id: str | None,
        token: str,
        buyer: Buyer,
    ) -> tuple[Order, Payment]:
        """Everything between BEGIN and COMMIT; the order as it is afterwards."""
        event_id = event_of_order(order_id)
        if event_id is None:
            raise Refusal("not_found")
        row = await connection.fetchrow(LOCK_ORDER, event_id, order_id)
        if row is None or session_id not in (None, row["session_id"]):
            raise Refusal("not_found")
        order = await _pending_order(connection, event_id, row)
        payment = _new_payment(order, self._provider, token, row["now"])
        payment = await self._charge(payment, buyer, token)
        await _write(connection, event_id, order, payment, buyer)
        return replace(order, status=OrderStatus.CONFIRMED, payment_count=1, buyer=buyer), payment

    async def _charge(self, payment: Payment, buyer: Buyer, token: str) -> Payment:
        """Reserve and collect, while the order's row is locked."""
        charge = await self._provider.charge(payment, token, buyer)
        if charge.status is not PaymentStatus.AUTHORIZED:
            raise Refusal("payment_failed", decline_reason=charge.decline_reason)
        await self._provider.capture(payment, payment.payment_id, payment.created_at)
        return replace(payment, provider_reference=charge.provider_reference)


async def _pending_order(connection: Connection, event_id: EventId, row: Record) -> Order:
    if row["status"] != "PENDING":
        raise Refusal("order_not_pending")
    if row["expires_at"] <= row["now"]:
        raise Refusal("order_expired")
    items = await read_items(connection, event_id, [row["order_id"]])
    return order_of_row(row, items[row["order_id"]])


def _new_payment(order: Order, provider: Provider, token: str, now: datetime) -> Payment:
    return Payment(
        payment_id=payment_id(order.order_id, 1),
        order_id=order.order_id,
        provider=provider.name,
        status=PaymentStatus.SUCCEEDED,
        amount=order.total_amount,
        currency=order.currency,
        token_fingerprint=hashlib.sha256(token.encode()).digest(),
        created_at=now,
        updated_at=now,
    )


async def _write(
    connection: Connection, event_id: EventId, order: Order, payment: Payment, buyer: Buyer
) -> None:
    await connection.execute(
        _INSERT_PAYMENT,
        event_id,
        order.order_id,
        payment.payment_id,
        payment.provider,
        payment.amount,
        payment.currency,
        payment.token_fingerprint,
        payment.provider_reference,
        payment.created_at,
    )
    seats = [item.seat_id for item in order.items]
    await connection.execute(_SELL_SEATS, event_id, seats, order.order_id)
    await connection.execute(_CONFIRM, event_id, order.order_id, _json(buyer))
    seed = secrets.token_bytes(SEED_BYTES)
    await connection.execute(
        _INSERT_TICKETS,
        event_id,
        order.order_id,
        payment.created_at,
        [ticket_id(order.order_id, item_number(item.item_id)) for item in order.items],
        [item.item_id for item in order.items],
        seats,
        [barcode(event_id, seed, item.item_id) for item in order.items],
    )
    await connection.execute(
        _INSERT_NEWS,
        event_id,
        f"news_confirmed_{order.order_id}",
        order.order_id,
        order.total_amount,
        payment.created_at,
    )


def _json(buyer: Buyer) -> str:
    return msgspec.json.encode(buyer).decode()
