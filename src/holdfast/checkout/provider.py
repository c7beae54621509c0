"""What every payment provider offers, and the ways in which it can answer.

A declined card is an answer like any other: a Charge. A timeout, an error on the provider's side or
a lost link is not: the money may have moved, so it is `ProviderUnknown`, and never taken for a no.
The shape is that of manual capture: money is reserved, and collected once the seats are sold.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from msgspec import Struct

from holdfast.breaker import Breaker, Resting
from holdfast.config import (
    PROVIDER_FAILURES_MAX,
    PROVIDER_KEY_HOURS,
    PROVIDER_REST_SECONDS,
    PROVIDER_SECONDS_MAX,
)
from holdfast.desk.commands import Charge, Returns
from holdfast.desk.order import Buyer, Payment
from holdfast.ids import PaymentId

Answer = TypeVar("Answer")


class ProviderUnknown(Exception):  # noqa: N818 - what is known, not a kind of error
    """Nobody knows whether the provider did it: ask again under the same key, or look it up."""


class ProviderResting(ProviderUnknown):
    """It was not asked: it has answered nobody lately. `seconds` until it is tried again."""

    def __init__(self, reason: str, seconds: float) -> None:
        super().__init__(reason)
        self.seconds = seconds


class ProviderRefused(Exception):  # noqa: N818 - a definite answer
    """The provider will not capture, void or refund this, however often it is asked."""


class AlreadyCaptured(ProviderRefused):
    """The reservation cannot be voided: somebody has collected it. It has to be refunded."""


class NothingLeft(ProviderRefused):
    """There is nothing left to pay back: all of it is with the buyer already."""


class Notice(Struct, frozen=True):
    """What a provider's webhook says: that this payment is worth a look. `notice_id` is the
    provider's own, the same when it says it again; `returns`: that money went back, or that a bank
    contests the charge."""

    notice_id: str
    payment_id: PaymentId
    returns: bool = False


class Booked(Struct, frozen=True):
    """One charge in a provider's books that carries a payment_id of this house, for the audit.
    `charge` None: nothing was ever taken or reserved under it. Amounts in minor units."""

    payment_id: PaymentId
    charge: Charge | None
    returned_amount: int = 0


class Provider(Protocol):
    """A payment provider. `payment.payment_id` is the idempotency key of the charge, `key` that of
    everything else: the same key again does nothing more and answers the same. Providers forget
    keys after a day, so none is sent again that is older than `key_is_old` says: what it did is
    looked up, and only what was not done is sent anew.

    Each call may raise ProviderUnknown; capture, void and refund may raise ProviderRefused.
    Amounts are integer minor units of `payment.currency`.
    """

    @property
    def name(self) -> str:
        """What payment rows call it."""
        ...

    def knows(self, token: str) -> bool:
        """Whether this looks like one of its tokens; asked before anything is written down."""
        ...

    async def charge(self, payment: Payment, token: str, buyer: Buyer) -> Charge:
        """Reserve `payment.amount`. PROCESSING with a next_action: the buyer has to do something
        first, and the same call answers what has become of it."""
        ...

    async def lookup(self, payment: Payment) -> Charge | None:
        """What has become of the charge; None where the provider has never heard of it."""
        ...

    async def abandon(self, payment: Payment) -> Charge:
        """Make sure that a charge which took no money never will, and answer how it stands.

        A key never heard of is used up, so that a charge still on its way is declined; the answer
        is FAILED for the reason ABANDONED. One that waits for its buyer is given up. One that took
        the money is answered as it is.
        """
        ...

    async def capture(self, payment: Payment, key: str, asked_at: datetime) -> None:
        """Collect the whole reserved amount. `asked_at`: since when it is to be done."""
        ...

    async def void(self, payment: Payment, key: str, asked_at: datetime) -> None:
        """Give the reservation back. Raises AlreadyCaptured where it was collected."""
        ...

    async def refund(self, payment: Payment, amount: int, key: str, asked_at: datetime) -> None:
        """Pay back some of what was collected, or all that is left where that is less.

        Raises NothingLeft where all of it went back already.
        """
        ...

    async def returns(self, payment: Payment) -> Returns:
        """All that went back of the charge without us, or is contested."""
        ...

    async def read_notice(
        self, body: bytes, headers: Mapping[str, str], now: datetime
    ) -> Notice | None:
        """Check a webhook's signature over its raw body, and read it. Header names are lower case.

        None: it is well signed and not about a payment of ours. Raises Refusal: unauthorized where
        the signature is wrong or too old, invalid_request otherwise.
        """
        ...

    def books(self, since: datetime) -> AsyncIterator[Booked]:
        """Every charge made since then under a payment_id of this house, in any order."""
        ...

    async def close(self) -> None:
        """Let go of what it holds open."""
        ...


class Guarded:
    """A provider behind a breaker: one that answers nobody is left alone for a while.

    Whoever asks then is told at once that nobody knows, which is what a call would have come to
    after a long wait. A provider's no is an answer.
    """

    def __init__(self, provider: Provider) -> None:
        self._provider = provider
        self._breaker = Breaker(PROVIDER_FAILURES_MAX, PROVIDER_REST_SECONDS)

    @property
    def name(self) -> str:
        return self._provider.name

    @property
    def rests(self) -> float:
        """For how many seconds it is not asked; 0 while it is."""
        return self._breaker.rests

    def knows(self, token: str) -> bool:
        return self._provider.knows(token)

    async def charge(self, payment: Payment, token: str, buyer: Buyer) -> Charge:
        return await self._ask(lambda: self._provider.charge(payment, token, buyer))

    async def lookup(self, payment: Payment) -> Charge | None:
        return await self._ask(lambda: self._provider.lookup(payment))

    async def abandon(self, payment: Payment) -> Charge:
        return await self._ask(lambda: self._provider.abandon(payment))

    async def capture(self, payment: Payment, key: str, asked_at: datetime) -> None:
        await self._ask(lambda: self._provider.capture(payment, key, asked_at))

    async def void(self, payment: Payment, key: str, asked_at: datetime) -> None:
        await self._ask(lambda: self._provider.void(payment, key, asked_at))

    async def refund(self, payment: Payment, amount: int, key: str, asked_at: datetime) -> None:
        await self._ask(lambda: self._provider.refund(payment, amount, key, asked_at))

    async def returns(self, payment: Payment) -> Returns:
        return await self._ask(lambda: self._provider.returns(payment))

    async def read_notice(
        self, body: bytes, headers: Mapping[str, str], now: datetime
    ) -> Notice | None:
        return await self._provider.read_notice(body, headers, now)

    def books(self, since: datetime) -> AsyncIterator[Booked]:
        return self._provider.books(since)

    async def close(self) -> None:
        await self._provider.close()

    async def _ask(self, call: Callable[[], Awaitable[Answer]]) -> Answer:
        try:
            with self._breaker.call(ProviderRefused):
                return await call()
        except Resting as resting:
            raise ProviderResting(str(resting), resting.seconds) from resting


class Providers:
    """The providers that are set up, each behind a breaker. The first takes new payments; the
    others are there for what was begun with them."""

    def __init__(self, *providers: Provider) -> None:
        self._by_name = {provider.name: provider for provider in providers}
        self._guarded = {provider.name: Guarded(provider) for provider in providers}
        self.first = self._guarded[providers[0].name]

    def named(self, name: str) -> Provider | None:
        """A provider as it was set up, for what is not asked of it over a link."""
        return self._by_name.get(name)

    def of(self, payment: Payment) -> Guarded | None:
        """The provider with which this payment was begun, or None where it is no longer set up."""
        return self._guarded.get(payment.provider)

    async def close(self) -> None:
        """Close every provider."""
        for provider in self._by_name.values():
            await provider.close()


def key_is_old(asked_at: datetime, now: datetime) -> bool:
    """Whether the provider may have forgotten a key that was first sent at `asked_at`."""
    return now - asked_at > timedelta(hours=PROVIDER_KEY_HOURS)


async def ask(call: Awaitable[Answer], seconds_max: float = PROVIDER_SECONDS_MAX) -> Answer:
    """Wait for a provider's answer, but not longer than this.

    Raises ProviderUnknown for no answer in time and for any failure that is not an answer: once a
    call was begun, even a bug on our side doesn't tell whether the money moved.
    """
    try:
        async with asyncio.timeout(seconds_max):
            return await call
    except (ProviderUnknown, ProviderRefused):
        raise
    except TimeoutError as error:
        raise ProviderUnknown(f"no answer within {seconds_max:g} s") from error
    except Exception as error:
        # The kind only: what a driver says of a failed call may quote the card.
        raise ProviderUnknown(f"the call failed: {type(error).__name__}") from error
