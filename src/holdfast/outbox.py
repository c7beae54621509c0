"""The relay: does at the provider what the desk wrote into the outbox: capture, void, refund.

At least once: an errand that was done and not ticked off is done again, which is once at the other
end, since it carries the same key. Many relays may run; an errand is taken by one at a time. The
provider is never called inside a transaction. What fails is tried again, less and less often, and
parked for a person at the end; nothing is ever dropped.
"""

import asyncio
from datetime import datetime, timedelta

import structlog
from msgspec import Struct

from holdfast.checkout.provider import ProviderRefused, Providers, ProviderUnknown, ask
from holdfast.config import (
    OUTBOX_ATTEMPTS_MAX,
    OUTBOX_BACKOFF_SECONDS_MAX,
    OUTBOX_BATCH_MAX,
    OUTBOX_CLAIM_SECONDS,
    OUTBOX_CONCURRENCY,
    OUTBOX_ERROR_CHARACTERS_MAX,
    OUTBOX_EVENTS_MAX,
    OUTBOX_PASS_SECONDS,
)
from holdfast.database.clock import Clock
from holdfast.database.pool import Connection, Database
from holdfast.database.statements import load
from holdfast.desk.order import OutboxKind, Payment, PaymentStatus
from holdfast.desk.reading import read_payments

CLAIM_ERRANDS = load("checkout/claim_errands.sql")

_EVENTS_DUE = """
SELECT DISTINCT event_id
FROM outbox
WHERE state = 'WAITING' AND due_at <= $1
LIMIT $2
"""
_MOVE_PAYMENT = """
UPDATE payment
SET status = $5::text::payment_status, updated_at = $6
WHERE
    event_id = $1
    AND order_id = $2
    AND payment_id = $3
    AND status = $4::text::payment_status
"""
_DONE = """
UPDATE outbox
SET state = 'DONE', done_at = $3, last_error = NULL
WHERE event_id = $1 AND outbox_id = $2 AND state = 'WAITING'
"""
_AGAIN = """
UPDATE outbox
SET due_at = $3, last_error = $4, attempts = $5
WHERE event_id = $1 AND outbox_id = $2 AND state = 'WAITING'
"""
_PARK = """
UPDATE outbox
SET state = 'PARKED', last_error = $3
WHERE event_id = $1 AND outbox_id = $2 AND state = 'WAITING'
"""
_TAKE_UP = """
UPDATE outbox
SET state = 'WAITING', attempts = 0, due_at = $3
WHERE event_id = $1 AND outbox_id = $2 AND state = 'PARKED'
"""
_MOVES = {
    OutboxKind.CAPTURE: (PaymentStatus.CAPTURING, PaymentStatus.SUCCEEDED),
    OutboxKind.VOID: (PaymentStatus.VOIDING, PaymentStatus.VOIDED),
}

log = structlog.get_logger(__name__)


class Taken(Struct, frozen=True):
    """One errand that this relay has taken; amount in minor units."""

    event_id: int
    outbox_id: str
    kind: OutboxKind
    order_id: str
    payment_id: str
    amount: int
    attempts: int


class Relay:
    """Owned by one task: `run`, until it is cancelled. What that cuts off falls due again."""

    def __init__(self, database: Database, clock: Clock, providers: Providers) -> None:
        self._database = database
        self._clock = clock
        self._providers = providers
        self._bell = asyncio.Event()
        self._at_provider = asyncio.Semaphore(OUTBOX_CONCURRENCY)
        self._writing = asyncio.Lock()  # one connection is enough, and leaves the rest to buyers

    def ring(self) -> None:
        """There is work: don't wait for the next look."""
        self._bell.set()

    async def run(self) -> None:
        """Carry errands out as they fall due, for ever."""
        while True:
            self._bell.clear()
            more = False
            try:
                more = await self.carry_out_due()
            except Exception as error:
                log.warning("relay.trouble", trouble=repr(error))
            if not more:
                await self._wait()

    async def _wait(self) -> None:
        try:
            async with asyncio.timeout(OUTBOX_PASS_SECONDS):
                await self._bell.wait()
        except TimeoutError:
            return

    async def carry_out_due(self) -> bool:
        """One pass: a batch of every event that has something due. True: there may be more."""
        async with self._database.pool.acquire() as connection:
            now = await self._clock.now(connection)
            rows = await connection.fetch(_EVENTS_DUE, now, OUTBOX_EVENTS_MAX)
        more = len(rows) == OUTBOX_EVENTS_MAX
        for row in rows:
            taken, payments = await self._take(row["event_id"])
            async with asyncio.TaskGroup() as group:
                for errand in taken:
                    group.create_task(self._carry_out(errand, payments.get(errand.payment_id)))
            more = more or len(taken) == OUTBOX_BATCH_MAX
        return more

    async def _take(self, event_id: int) -> tuple[list[Taken], dict[str, Payment]]:
        """Errands of one event that are due, with the payments that they are about."""
        async with self._database.pool.acquire() as connection:
            now = await self._clock.now(connection)
            until = now + timedelta(seconds=OUTBOX_CLAIM_SECONDS)
            rows = await connection.fetch(CLAIM_ERRANDS, event_id, now, until, OUTBOX_BATCH_MAX)
            taken = [
                Taken(
                    event_id,
                    row["outbox_id"],
                    OutboxKind(row["kind"]),
                    row["order_id"],
                    row["payment_id"],
                    row["amount"],
                    row["attempts"],
                )
                for row in rows
            ]
            order_ids = sorted({errand.order_id for errand in taken})
            by_order = await read_payments(connection, event_id, order_ids)
        return taken, {p.payment_id: p for payments in by_order.values() for p in payments}

    async def _carry_out(self, errand: Taken, payment: Payment | None) -> None:
        """One errand. What fails here must not stop the others; it falls due again by itself."""
        try:
            await self._attempt(errand, payment)
        except Exception as error:
            log.warning("relay.trouble", outbox_id=errand.outbox_id, trouble=repr(error))

    async def _attempt(self, errand: Taken, payment: Payment | None) -> None:
        """Ask the provider, then write down what came of it."""
        if payment is not None and _too_soon(errand, payment):
            await self._again(
                errand, OUTBOX_PASS_SECONDS, "waits for the capture", errand.attempts - 1
            )
            return
        try:
            async with self._at_provider:
                await self._ask(errand, payment)
        except ProviderRefused as refused:
            await self._park(errand, str(refused))
        except ProviderUnknown as unknown:
            if errand.attempts >= OUTBOX_ATTEMPTS_MAX:
                await self._park(errand, str(unknown))
            else:
                await self._again(errand, backoff_seconds(errand.attempts), str(unknown))
        else:
            await self._done(errand)

    async def _ask(self, errand: Taken, payment: Payment | None) -> None:
        if payment is None:
            raise ProviderRefused(f"there is no payment {errand.payment_id}")
        provider = self._providers.of(payment)
        if provider is None:
            raise ProviderUnknown(f"no provider {payment.provider!r} is set up")
        match errand.kind:
            case OutboxKind.CAPTURE:
                await ask(provider.capture(payment, errand.outbox_id))
            case OutboxKind.VOID:
                await ask(provider.void(payment, errand.outbox_id))
            case OutboxKind.REFUND:
                await ask(provider.refund(payment, errand.amount, errand.outbox_id))

    async def _done(self, errand: Taken) -> None:
        """The payment where it belongs and the errand ticked off, in one commit."""
        async with self._writing, self._database.pool.acquire() as connection:
            now = await self._clock.now(connection)
            async with connection.transaction():
                if errand.kind in _MOVES:
                    await _move_payment(connection, errand, now)
                await connection.execute(_DONE, errand.event_id, errand.outbox_id, now)

    async def _again(
        self, errand: Taken, seconds: float, trouble: str, attempts: int | None = None
    ) -> None:
        log.warning("relay.again", outbox_id=errand.outbox_id, seconds=seconds, trouble=trouble)
        async with self._writing, self._database.pool.acquire() as connection:
            due_at = await self._clock.now(connection) + timedelta(seconds=seconds)
            await connection.execute(
                _AGAIN,
                errand.event_id,
                errand.outbox_id,
                due_at,
                trouble[:OUTBOX_ERROR_CHARACTERS_MAX],
                errand.attempts if attempts is None else attempts,
            )

    async def _park(self, errand: Taken, trouble: str) -> None:
        log.error("relay.parked", outbox_id=errand.outbox_id, trouble=trouble)
        async with self._writing, self._database.pool.acquire() as connection:
            trouble = trouble[:OUTBOX_ERROR_CHARACTERS_MAX]
            await connection.execute(_PARK, errand.event_id, errand.outbox_id, trouble)


def backoff_seconds(attempts: int) -> float:
    """How long to wait after so many attempts: 1, 2, 4 s ... up to OUTBOX_BACKOFF_SECONDS_MAX."""
    return float(min(2 ** min(attempts - 1, 30), OUTBOX_BACKOFF_SECONDS_MAX))


async def take_up_again(
    connection: Connection, event_id: int, outbox_id: str, now: datetime
) -> bool:
    """Let a parked errand be tried again, once a person has mended what stopped it. False: there is
    no such parked errand."""
    return await connection.execute(_TAKE_UP, event_id, outbox_id, now) == "UPDATE 1"


def _too_soon(errand: Taken, payment: Payment) -> bool:
    """Money that is still being collected cannot be paid back yet."""
    return errand.kind is OutboxKind.REFUND and payment.status is PaymentStatus.CAPTURING


async def _move_payment(connection: Connection, errand: Taken, now: datetime) -> None:
    before, after = _MOVES[errand.kind]
    await connection.execute(
        _MOVE_PAYMENT, errand.event_id, errand.order_id, errand.payment_id, before, after, now
    )
