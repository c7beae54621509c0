"""A checkout with all its parts, on a real database, and a provider that fails on purpose.

`Counter` is one process's part: desk, test provider, ledger, relay, reconciler. Several may stand
in one database. `Troubled` wraps the test provider and notes what it was asked.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import TypeVar

import pytest

from holdfast.checkout import test_ledger, test_provider
from holdfast.checkout.answer import PaymentAnswer
from holdfast.checkout.pay import Checkout
from holdfast.checkout.provider import Booked, Notice, Provider, Providers, ProviderUnknown
from holdfast.checkout.reconcile import Reconciler
from holdfast.checkout.settlement import Settlement
from holdfast.checkout.test_ledger import Booking, ChargeStatus
from holdfast.config import OUTBOX_BACKOFF_SECONDS_MAX, RECONCILE_AFTER_SECONDS
from holdfast.database.clock import Clock
from holdfast.database.pool import Database
from holdfast.desk.commands import BeginPayment, Charge, Choice, Returns
from holdfast.desk.order import Buyer, Order, OrderStatus, Payment
from holdfast.desk.reading import read_orders, read_payments
from holdfast.outbox import Relay
from holdfast.refusals import Refusal
from tests.cast import ADA, ADA_BUYS, SEED
from tests.house import House, Process

SECRET = b"a secret of thirty-two characters"
PASSES_MAX = 20
Answer = TypeVar("Answer")


class LaterClock(Clock):
    """The database's clock, read some time ahead."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def shown(self, now: datetime) -> datetime:
        return now + timedelta(seconds=self.seconds)


class Troubled:
    """The test provider behind a bad link. `before` and `after` run around each call, by its name:
    what they raise is what the caller sees, before or after the provider has done it."""

    name = "test"

    def __init__(self, provider: Provider, database: Database) -> None:
        self._provider = provider
        self._database = database
        self.before: dict[str, Callable[[], Awaitable[None]]] = {}
        self.after: dict[str, Callable[[], Awaitable[None]]] = {}
        self.asked: list[str] = []
        self.lent: list[int] = []

    def knows(self, token: str) -> bool:
        return self._provider.knows(token)

    async def charge(self, payment: Payment, token: str, buyer: Buyer) -> Charge:
        return await self._ask("charge", lambda: self._provider.charge(payment, token, buyer))

    async def lookup(self, payment: Payment) -> Charge | None:
        return await self._ask("lookup", lambda: self._provider.lookup(payment))

    async def abandon(self, payment: Payment) -> Charge:
        return await self._ask("abandon", lambda: self._provider.abandon(payment))

    async def capture(self, payment: Payment, key: str, asked_at: datetime) -> None:
        await self._ask("capture", lambda: self._provider.capture(payment, key, asked_at))

    async def void(self, payment: Payment, key: str, asked_at: datetime) -> None:
        await self._ask("void", lambda: self._provider.void(payment, key, asked_at))

    async def refund(self, payment: Payment, amount: int, key: str, asked_at: datetime) -> None:
        await self._ask("refund", lambda: self._provider.refund(payment, amount, key, asked_at))

    async def returns(self, payment: Payment) -> Returns:
        return await self._ask("returns", lambda: self._provider.returns(payment))

    async def read_notice(
        self, body: bytes, headers: Mapping[str, str], now: datetime
    ) -> Notice | None:
        return await self._provider.read_notice(body, headers, now)

    def books(self, since: datetime) -> AsyncIterator[Booked]:
        return self._provider.books(since)

    async def close(self) -> None:
        await self._provider.close()

    async def _still_lent(self) -> int:
        """Connections on loan. A desk gives its own back just after it has answered."""
        pools = (self._database.pool, self._database.desk_pool)
        lent = 0
        for _ in range(100):
            lent = sum(pool.size - pool.idle for pool in pools)
            if not lent:
                break
            await asyncio.sleep(0.01)
        return lent

    async def _ask(self, what: str, call: Callable[[], Awaitable[Answer]]) -> Answer:
        self.asked.append(what)
        self.lent.append(await self._still_lent())
        if what in self.before:
            await self.before[what]()
        answer = await call()
        if what in self.after:
            await self.after[what]()
        return answer


async def link_lost() -> None:
    raise ProviderUnknown("the link was lost")


async def never() -> None:
    await asyncio.Event().wait()


async def claim_passes_over(database: Database, claim: str, *values: object) -> None:
    """Claim one row by this statement while another is claiming it: neither waited for nor taken
    twice, before the other's commit or after it."""
    async with database.pool.acquire() as one, database.pool.acquire() as two:
        async with one.transaction():
            assert len(await one.fetch(claim, *values)) == 1
            try:
                assert await two.fetch(claim, *values, timeout=1) == []
            except TimeoutError:
                pytest.fail("the second waits for the first")
        assert await two.fetch(claim, *values) == []


class Counter:
    """One process that sells, charges and pays back."""

    def __init__(self, database: Database, clock: Clock | None = None) -> None:
        self.database = database
        self.clock = clock or Clock()
        self.worker = Process(database, self.clock)
        self.office = self.worker.office
        self.ledger = test_ledger.TestLedger(database, self.clock)
        self.test_provider = test_provider.TestProvider(self.ledger, SECRET, slow_seconds=0.3)
        self.provider = Troubled(self.test_provider, database)
        self.providers = Providers(self.provider)
        self.relay = Relay(database, self.clock, self.providers)
        self.settlement = Settlement(
            database, self.clock, self.office, self.providers, self.relay.ring
        )
        self.checkout = Checkout(database, self.office, self.settlement, SECRET)
        self.reconciler = Reconciler(database, self.clock, self.settlement)

    async def close(self) -> None:
        await self.checkout.close()
        await self.office.close()

    async def begin(
        self, order: Order, token: str = "tok_ok", provider: str = "test"
    ) -> tuple[Order, Payment]:
        """The first phase of `pay`, as if the process had died after it."""
        fingerprint = self.checkout._fingerprint(order.order_id, token)
        command = BeginPayment(
            order_id=order.order_id,
            session_id=order.session_id,
            provider=provider,
            token_fingerprint=fingerprint,
            buyer=ADA_BUYS,
            seed=SEED,
        )
        granted = await self.office.submit(_event(order), command)
        assert granted.order is not None
        assert granted.payment is not None
        return granted.order, granted.payment

    async def buy(self, house: House, choice: Choice, session_id: str = ADA) -> Order:
        """Hold and pay: the confirmed order."""
        order = await self.worker.hold(house, choice, session_id)
        answer = await self.checkout.pay(order.order_id, session_id, "tok_ok", ADA_BUYS)
        assert answer.order.status is OrderStatus.CONFIRMED
        return answer.order

    # What the tests look at.

    async def order(self, order: Order) -> Order:
        async with self.database.pool.acquire() as connection:
            found = await read_orders(connection, _event(order), [order.order_id])
        return found[order.order_id]

    async def payments(self, order: Order) -> list[Payment]:
        """The attempts to pay an order, the oldest first."""
        async with self.database.pool.acquire() as connection:
            found = await read_payments(connection, _event(order), [order.order_id])
        return sorted(found.get(order.order_id, []), key=lambda p: (p.created_at, p.payment_id))

    async def booking(self, payment: Payment) -> Booking | None:
        return await self.ledger.find(payment.payment_id)

    async def charges(self) -> dict[str, ChargeStatus]:
        """Every charge in the provider's books."""
        rows = await self.fetch("SELECT payment_id, status::text FROM test_provider.charge")
        return {str(row[0]): ChargeStatus(row[1]) for row in rows}

    async def fetch(self, query: str, *values: object) -> list[tuple[object, ...]]:
        async with self.database.pool.acquire() as connection:
            return [tuple(row) for row in await connection.fetch(query, *values)]

    async def run(self, statement: str, *values: object) -> None:
        async with self.database.pool.acquire() as connection:
            await connection.execute(statement, *values)

    async def make_payments_old(self) -> None:
        """As if every unsettled payment had been left alone for long enough."""
        await self.run(
            "UPDATE payment SET updated_at = updated_at - make_interval(secs => $1)",
            RECONCILE_AFTER_SECONDS + 1,
        )

    async def make_errands_due(self) -> None:
        await self.run(
            "UPDATE outbox SET due_at = due_at - make_interval(secs => $1)",
            OUTBOX_BACKOFF_SECONDS_MAX,
        )

    async def until_quiet(self) -> None:
        """Reconcile and relay until nothing is left to do."""
        for _ in range(PASSES_MAX):
            await self.make_payments_old()
            settled = await self.reconciler.reconcile()
            await self.make_errands_due()
            await self.relay.carry_out_due()
            (waiting,) = await self.fetch("SELECT count(*) FROM outbox WHERE state = 'WAITING'")
            if not settled and waiting == (0,):
                return
        raise AssertionError("there was no end of it")


@asynccontextmanager
async def counter(database: Database, clock: Clock | None = None) -> AsyncGenerator[Counter]:
    """A process that is stopped at the end."""
    at = Counter(database, clock)
    try:
        yield at
    finally:
        await at.close()


def _event(order: Order) -> int:
    return int(order.order_id.split("_")[1], 36)


async def pays(
    at: Counter, order: Order, token: str | None = "tok_ok", session_id: str | None = ADA
) -> PaymentAnswer:
    return await at.checkout.pay(order.order_id, session_id, token, ADA_BUYS)


async def refused(
    at: Counter, order: Order, token: str | None = "tok_ok", session_id: str | None = ADA
) -> str:
    with pytest.raises(Refusal) as refusal:
        await pays(at, order, token, session_id)
    return refusal.value.code
