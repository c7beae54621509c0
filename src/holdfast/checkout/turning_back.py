"""A buyer who turns back at the bank and pays another way.

The attempt that waits for its buyer is given up at the provider before another one begins. What the
bank has said meanwhile counts: money that was taken after all is settled like any other, and the
order is not charged again. Nothing else that is under way is given up: only its answer ends it.
"""

from datetime import datetime

from holdfast.checkout.charging import close_surely
from holdfast.checkout.settlement import Settlement
from holdfast.config import PAYMENT_ATTEMPTS_MAX
from holdfast.database.pool import Database
from holdfast.desk.commands import BeginPayment
from holdfast.desk.order import Order, Payment, PaymentStatus
from holdfast.desk.reading import read_orders, read_payments
from holdfast.ids import EventId


async def give_up_waiting(
    database: Database, settlement: Settlement, event_id: EventId, begin: BeginPayment
) -> bool:
    """Give up the attempt that waits for its buyer, where `begin` is another that can take its
    place. False: nothing was given up, or the provider does not say so. Raises Refusal of settling.
    """
    if begin.token_fingerprint is None or not begin.token_known or begin.provider_rests:
        return False
    async with database.pool.acquire() as connection:
        orders = await read_orders(connection, event_id, [begin.order_id])
        payments = await read_payments(connection, event_id, [begin.order_id])
    now = await settlement.now()
    waiting = _waiting(orders.get(begin.order_id), payments.get(begin.order_id, []), begin, now)
    provider = settlement.providers.of(waiting) if waiting is not None else None
    if waiting is None or provider is None:
        return False
    charge = await close_surely(provider, waiting)
    if charge is None:
        return False
    await settlement.settle(event_id, waiting, charge)
    return charge.status is not PaymentStatus.PROCESSING


def _waiting(
    order: Order | None, payments: list[Payment], begin: BeginPayment, now: datetime
) -> Payment | None:
    """The attempt that only its buyer can go on with, of an order that takes another one."""
    if order is None or begin.session_id not in (None, order.session_id):
        return None
    if order.expires_at <= now or order.payment_count >= PAYMENT_ATTEMPTS_MAX:
        return None
    for payment in payments:
        waits = payment.status is PaymentStatus.PROCESSING and payment.next_action is not None
        if waits and payment.token_fingerprint != begin.token_fingerprint:
            return payment
    return None
