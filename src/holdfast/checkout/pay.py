"""Paying, in three phases: written down, charged, settled.

The attempt is committed before the provider is asked; the provider is asked with no transaction
open and no connection on loan; what it says is settled by the desk. A crash between any two loses
nothing: the attempt carries the provider's key, and the reconciler takes it up. Once begun, an
attempt runs in a task of its own, so that a buyer who hangs up still gets what was paid for.
"""

import asyncio
import hashlib
import math
import secrets
from collections.abc import Callable, Sequence

import structlog

from holdfast.checkout.answer import Outcome, PaymentAnswer, outcome_of
from holdfast.checkout.buyer import check_buyer
from holdfast.checkout.charging import charge_surely, close_surely
from holdfast.checkout.provider import key_is_old
from holdfast.checkout.settlement import SEED_BYTES, Settlement
from holdfast.checkout.turning_back import give_up_waiting
from holdfast.config import (
    CHECKOUT_CLOSE_SECONDS_MAX,
    PAYMENT_TOKEN_CHARACTERS_MAX,
    PAYMENTS_IN_FLIGHT_MAX,
)
from holdfast.database.pool import Database
from holdfast.desk.box_office import BoxOffice
from holdfast.desk.commands import BeginPayment, Charge
from holdfast.desk.order import (
    UNSETTLED_PAYMENTS,
    Buyer,
    Order,
    OrderStatus,
    Payment,
    PaymentStatus,
    Ticket,
)
from holdfast.desk.queue import Granted, busy
from holdfast.ids import EventId, OrderId, event_of_order
from holdfast.refusals import Refusal
from holdfast.tickets.ticket_list import TicketLine, ticket_list

_EVENT_STATUS = "SELECT status::text FROM event WHERE event_id = $1"

_GIVEN_BACK = (PaymentStatus.VOIDING, PaymentStatus.VOIDED)

log = structlog.get_logger(__name__)

AttemptKey = tuple[str, str | None, bytes | None]
InWords = Callable[[EventId, Sequence[Ticket]], list[TicketLine] | None]


class Checkout:
    """Where orders are paid. `secret` keys the fingerprints of tokens; the tokens are not kept.
    `in_words` says tickets as their holders see them, or None where it would have to read first."""

    def __init__(
        self,
        database: Database,
        box_office: BoxOffice,
        settlement: Settlement,
        secret: bytes,
        in_words: InWords | None = None,
    ) -> None:
        self._database = database
        self._box_office = box_office
        self._settlement = settlement
        self._secret = secret
        self._in_words = in_words
        self._closed = False
        self._running: dict[AttemptKey, asyncio.Task[PaymentAnswer]] = {}

    async def pay(
        self, order_id: str, session_id: str | None, token: str | None, buyer: Buyer
    ) -> PaymentAnswer:
        """Pay an order with a token; token None where nothing is to be paid.

        The same order and token again never charges twice and is answered the same, at the same
        time or a day later. Another token takes the place of an attempt that waits for its buyer,
        which is given up first. `session_id` None: let in otherwise. Raises Refusal.
        """
        buyer = check_buyer(buyer)
        if token is not None and len(token) > PAYMENT_TOKEN_CHARACTERS_MAX:
            raise Refusal(
                "invalid_request",
                f"payment_token takes at most {PAYMENT_TOKEN_CHARACTERS_MAX} characters.",
            )
        event_id = event_of_order(order_id)
        if event_id is None:
            raise Refusal("not_found")
        fingerprint = None if token is None else self._fingerprint(order_id, token)
        key = (order_id, session_id, fingerprint)
        task = self._running.get(key)
        if task is None:
            if self._closed or len(self._running) >= PAYMENTS_IN_FLIGHT_MAX:
                raise busy()
            begin = self._begin(OrderId(order_id), session_id, token, fingerprint, buyer)
            task = asyncio.create_task(self._pay(event_id, begin, token), name="payment")
            self._running[key] = task
            task.add_done_callback(lambda done: self._ended(key, done))
        return await _outlived(task)

    async def follow(self, payment_id: str) -> PaymentAnswer:
        """Ask the provider what has become of a payment, settle it, and say how it stands.

        Raises Refusal: not_found, outcome_unknown where the provider doesn't answer, and those of
        `pay`.
        """
        event_id, order, payment, version = await self._settlement.follow(payment_id)
        return await self._answer(event_id, order, payment, version, replayed=version == 0)

    @property
    def in_flight(self) -> int:
        """Payments that this process is carrying through just now."""
        return len(self._running)

    async def close(self) -> None:
        """Carry through what was begun, within CHECKOUT_CLOSE_SECONDS_MAX. What takes longer is
        left to a reconciler. To be called before the box office is closed."""
        self._closed = True
        tasks = list(self._running.values())
        if tasks:
            await asyncio.wait(tasks, timeout=CHECKOUT_CLOSE_SECONDS_MAX)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _begin(
        self,
        order_id: OrderId,
        session_id: str | None,
        token: str | None,
        fingerprint: bytes | None,
        buyer: Buyer,
    ) -> BeginPayment:
        provider = self._settlement.providers.first
        return BeginPayment(
            order_id=order_id,
            session_id=session_id,
            provider=provider.name,
            token_fingerprint=fingerprint,
            buyer=buyer,
            seed=secrets.token_bytes(SEED_BYTES),
            token_known=token is None or provider.knows(token),
            provider_rests=math.ceil(provider.rests),
        )

    async def _pay(
        self, event_id: EventId, begin: BeginPayment, token: str | None
    ) -> PaymentAnswer:
        begun = await self._begun(event_id, begin)
        order, payment = _known(begun.order), begun.payment
        if payment is None or payment.status not in UNSETTLED_PAYMENTS:
            return await self._answer(
                event_id, order, payment, begun.version, begun.replayed, begun.tickets
            )
        charge = await self._charge(order, payment, token, begin.buyer, begun.replayed)
        if charge is None:
            return _processing(begun)
        try:
            settled = await self._settlement.settle(event_id, payment, charge)
        except Exception as error:
            # The money may have moved, so this is not to be told as a failure: others settle it.
            log.error("checkout.not_settled", payment_id=payment.payment_id, trouble=repr(error))
            return _processing(begun)
        order = _known(settled.order)
        return await self._answer(
            event_id, order, settled.payment, settled.version, begun.replayed, settled.tickets
        )

    async def _begun(self, event_id: EventId, begin: BeginPayment) -> Granted:
        """The attempt, written down; instead of one whose buyer has turned back at the bank."""
        try:
            return await self._box_office.submit(event_id, begin)
        except Refusal as refusal:
            if refusal.code != "payment_in_progress":
                raise
            if not await give_up_waiting(self._database, self._settlement, event_id, begin):
                raise
        return await self._box_office.submit(event_id, begin)

    async def _charge(
        self, order: Order, payment: Payment, token: str | None, buyer: Buyer, begun_before: bool
    ) -> Charge | None:
        provider = self._settlement.providers.of(payment)
        if provider is None:
            log.error("checkout.no_such_provider", provider=payment.provider)
            return None
        if token is None or order.status is not OrderStatus.PENDING:
            # An attempt from before a crash, for seats that were lost since: don't charge for them.
            return await close_surely(provider, payment)
        if begun_before and key_is_old(payment.created_at, await self._settlement.now()):
            # The provider may have forgotten the key, so sending it again might charge again.
            return await close_surely(provider, payment)
        return await charge_surely(provider, payment, token, buyer)

    async def _answer(
        self,
        event_id: EventId,
        order: Order,
        payment: Payment | None,
        version: int,
        replayed: bool,
        issued: Sequence[Ticket] = (),
    ) -> PaymentAnswer:
        """What the buyer is told, with the tickets where there are any; `issued` are all of them,
        just made."""
        lines = self._in_words(event_id, issued) if issued and self._in_words else None
        if lines is not None:
            outcome = outcome_of(order, payment)
            return PaymentAnswer(outcome, order, payment, tuple(lines), version, replayed)
        async with self._database.pool.acquire() as connection:
            cancelled = False
            if payment is not None and payment.status in _GIVEN_BACK:
                status = await connection.fetchval(_EVENT_STATUS, event_id)
                cancelled = status == "CANCELLED"
            outcome = outcome_of(order, payment, event_cancelled=cancelled)
            tickets = (
                await ticket_list(connection, order.order_id)
                if outcome is Outcome.CONFIRMED
                else []
            )
        return PaymentAnswer(outcome, order, payment, tuple(tickets), version, replayed)

    def _fingerprint(self, order_id: str, token: str) -> bytes:
        """Tells equal tokens of one order apart from others, and nothing to whoever reads it."""
        message = f"payment token\0{order_id}\0{token}".encode()
        return hashlib.blake2b(message, digest_size=32, key=self._secret).digest()

    def _ended(self, key: AttemptKey, task: "asyncio.Task[PaymentAnswer]") -> None:
        del self._running[key]
        # The error is fetched here as well, since the buyer may have hung up before the answer.
        error = None if task.cancelled() else task.exception()
        if error is not None and not isinstance(error, Refusal):
            log.error("checkout.failed", order_id=key[0], exc_info=error)


async def _outlived(task: "asyncio.Task[PaymentAnswer]") -> PaymentAnswer:
    """Wait for a payment without ending it when the one who waits is cancelled."""
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        current = asyncio.current_task()
        if task.cancelled() and current is not None and not current.cancelling():
            raise Refusal("outcome_unknown") from None
        raise


def _processing(begun: Granted) -> PaymentAnswer:
    """Nobody knows yet; the order and the attempt as they were written down."""
    return PaymentAnswer(
        Outcome.PROCESSING, _known(begun.order), begun.payment, (), begun.version, begun.replayed
    )


def _known(order: Order | None) -> Order:
    assert order is not None, "an answer about a payment names its order"
    return order
