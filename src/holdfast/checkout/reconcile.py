"""Payments that were left unsettled: by a crash, a lost link, a buyer who never came back.

They are looked up at the provider and settled, and never charged: the token is not kept. What the
provider has never heard of is closed there before it is given up here, so that a charge which is
still on its way is declined. The provider is asked with no transaction open.
"""

import asyncio
from datetime import datetime, timedelta

import structlog

from holdfast.checkout.charging import close_surely
from holdfast.checkout.provider import Provider, ProviderRefused, ProviderUnknown, ask
from holdfast.checkout.settlement import Settlement
from holdfast.config import (
    LOOKUP_SECONDS_MAX,
    RECONCILE_AFTER_SECONDS,
    RECONCILE_BATCH_MAX,
    RECONCILE_CONCURRENCY,
    RECONCILE_EVENTS_MAX,
    RECONCILE_PASS_SECONDS,
)
from holdfast.database.clock import Clock
from holdfast.database.pool import Database
from holdfast.database.statements import load
from holdfast.desk.commands import Charge
from holdfast.desk.order import Order, OrderStatus, Payment, PaymentStatus
from holdfast.desk.reading import read_orders, read_payments
from holdfast.ids import EventId

CLAIM_PAYMENTS = load("checkout/claim_payments.sql")

_EVENTS_UNSETTLED = """
SELECT DISTINCT event_id
FROM payment
WHERE status IN ('CREATED', 'PROCESSING', 'AUTHORIZED') AND updated_at <= $1
LIMIT $2
"""

log = structlog.get_logger(__name__)


class Reconciler:
    """Owned by one task: `run`, until it is cancelled. Any number of them may run: a payment is
    taken by one at a time, for RECONCILE_AFTER_SECONDS."""

    def __init__(self, database: Database, clock: Clock, settlement: Settlement) -> None:
        self._database = database
        self._clock = clock
        self._settlement = settlement
        self._at_provider = asyncio.Semaphore(RECONCILE_CONCURRENCY)

    async def run(self) -> None:
        """Look for unsettled payments every RECONCILE_PASS_SECONDS, for ever."""
        while True:
            try:
                await self.reconcile()
            except Exception as error:
                log.warning("reconciler.trouble", trouble=repr(error))
            await asyncio.sleep(RECONCILE_PASS_SECONDS)

    async def reconcile(self) -> int:
        """One pass over every event that has something unsettled; how many payments it took."""
        async with self._database.pool.acquire() as connection:
            now = await self._clock.now(connection)
            since = now - timedelta(seconds=RECONCILE_AFTER_SECONDS)
            rows = await connection.fetch(_EVENTS_UNSETTLED, since, RECONCILE_EVENTS_MAX)
        count = 0
        for row in rows:
            event_id = EventId(row["event_id"])
            taken, now = await self._take(event_id)
            async with asyncio.TaskGroup() as group:
                for order, payment in taken:
                    group.create_task(self._bring_in_line(event_id, order, payment, now))
            count += len(taken)
        return count

    async def _take(self, event_id: EventId) -> tuple[list[tuple[Order, Payment]], datetime]:
        """Payments of one event that nobody else looks at now, with their orders."""
        async with self._database.pool.acquire() as connection:
            now = await self._clock.now(connection)
            since = now - timedelta(seconds=RECONCILE_AFTER_SECONDS)
            rows = await connection.fetch(CLAIM_PAYMENTS, event_id, now, since, RECONCILE_BATCH_MAX)
            order_ids = sorted({row["order_id"] for row in rows})
            orders = await read_orders(connection, event_id, order_ids)
            payments = await read_payments(connection, event_id, order_ids)
        wanted = {row["payment_id"] for row in rows}
        taken = [p for rows in payments.values() for p in rows if p.payment_id in wanted]
        return [(orders[p.order_id], p) for p in taken], now

    async def _bring_in_line(
        self, event_id: EventId, order: Order, payment: Payment, now: datetime
    ) -> None:
        provider = self._settlement.providers.of(payment)
        if provider is None:
            log.error("reconciler.no_such_provider", provider=payment.provider)
            return
        async with self._at_provider:
            charge = await _what_became_of(provider, order, payment, now)
        if charge is None or _says_nothing_new(charge, payment):
            return
        try:
            granted = await self._settlement.settle(event_id, payment, charge)
        except Exception as error:
            # The others go on; this one is old again in RECONCILE_AFTER_SECONDS.
            log.warning("reconciler.trouble", payment_id=payment.payment_id, trouble=repr(error))
            return
        log.info(
            "reconciler.settled",
            payment_id=payment.payment_id,
            status=None if granted.payment is None else granted.payment.status.value,
        )


async def _what_became_of(
    provider: Provider, order: Order, payment: Payment, now: datetime
) -> Charge | None:
    """What the provider has booked; None where it doesn't say."""
    try:
        charge = await ask(provider.lookup(payment), LOOKUP_SECONDS_MAX)
    except (ProviderUnknown, ProviderRefused) as unknown:
        log.warning("reconciler.unknown", payment_id=payment.payment_id, trouble=str(unknown))
        return None
    # A pending order that still has time is left to its buyer, who may be at the bank.
    in_time = order.status is OrderStatus.PENDING and now < order.expires_at
    if charge is None or (charge.status is PaymentStatus.PROCESSING and not in_time):
        return await close_surely(provider, payment)
    return charge


def _says_nothing_new(charge: Charge, payment: Payment) -> bool:
    """Whether settling would only write the same again: the buyer's bank is still at work."""
    still_waits = charge.status is payment.status is PaymentStatus.PROCESSING
    return still_waits and charge.next_action == payment.next_action
