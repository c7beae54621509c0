"""Calls to Stripe by its own SDK, each once: what they answer, or what is known after a failure.

Stripe's errors become ours: a definite no is StripeRefused; everything else is ProviderUnknown. The
SDK takes more than a second to import, so it is imported by the first call of a house that uses it.
Stripe remembers a 500 under its key as well and would answer it for a day: whoever meets such a
memory looks first, and then asks under another key.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar, cast

from holdfast.checkout.provider import ProviderRefused, ProviderUnknown
from holdfast.checkout.stripe_intent import ERRAND, PAYMENT, metadata_of, untouched
from holdfast.config import (
    PROVIDER_SECONDS_MAX,
    STRIPE_BOOK_PAGES_MAX,
    STRIPE_PAGE_SIZE,
)
from holdfast.stripe_settings import StripeSettings

if TYPE_CHECKING:
    from stripe import Dispute, PaymentIntent, Refund, StripeClient

Answer = TypeVar("Answer")
MADE = ("pending", "requires_action", "succeeded")
"""The states of a refund that has moved money, or will; one that failed has moved none."""


class StripeRefused(ProviderRefused):
    """A definite no; `code` is Stripe's word for the reason."""

    def __init__(self, reason: str, code: str) -> None:
        super().__init__(reason)
        self.code = code


class RememberedError(ProviderUnknown):
    """A failure of before that Stripe answers again for its key: it says nothing about now."""


class StripeCalls:
    """One client, opened by the first call. Amounts here are as Stripe counts them."""

    def __init__(self, settings: StripeSettings) -> None:
        self._settings = settings
        self._opened: StripeClient | None = None
        self._close: Callable[[], Awaitable[None]] | None = None

    @property
    def _client(self) -> "StripeClient":
        if self._opened is None:
            from stripe import AIOHTTPClient, StripeClient

            http = AIOHTTPClient(timeout=PROVIDER_SECONDS_MAX)
            address = self._settings.address
            self._opened = StripeClient(
                self._settings.key,
                http_client=http,
                base_addresses={"api": address} if address else {},
                max_network_retries=0,  # who calls this knows better what to do next
            )
            self._close = http.close_async
        return self._opened

    async def close(self) -> None:
        if self._close is not None:
            await self._close()

    async def create(self, params: dict[str, Any], key: str, since: datetime) -> "PaymentIntent":
        """The intent of this key, made by this call or before."""

        async def send(sent_as: str) -> "PaymentIntent":
            intents = self._client.v1.payment_intents
            return await _known(intents.create_async(cast(Any, params), _keyed(sent_as)))

        try:
            return await send(key)
        except RememberedError:
            async for intent in self.all_since(since):
                if metadata_of(intent).get(PAYMENT) == key:
                    return intent
            return await send(f"{key}_again")

    async def retrieve(self, reference: str) -> "PaymentIntent":
        return await _known(self._client.v1.payment_intents.retrieve_async(reference))

    async def search(self, payment_id: str) -> "PaymentIntent | None":
        """Found by our payment_id; Stripe's search is some minutes behind."""
        query = f"metadata['{PAYMENT}']:'{payment_id}'"
        intents = self._client.v1.payment_intents
        found = await _known(intents.search_async({"query": query, "limit": 1}))
        return await self.retrieve(found.data[0].id) if found.data else None

    async def confirm(self, reference: str, params: dict[str, Any], key: str) -> "PaymentIntent":
        """The intent after its card was asked: accepted, declined, or waiting for the buyer."""

        async def send(sent_as: str) -> "PaymentIntent":
            intents = self._client.v1.payment_intents
            call = intents.confirm_async(reference, cast(Any, params), _keyed(sent_as))
            try:
                intent = await _known(call)
            except StripeRefused as refused:
                # A decline is no failure: the intent says why.
                intent = await self.retrieve(reference)
                if untouched(intent):
                    raise
                del refused
                return intent
            return await self.retrieve(reference) if replayed(intent) else intent

        try:
            return await send(key)
        except RememberedError:
            intent = await self.retrieve(reference)
            return await send(f"{key}_again") if untouched(intent) else intent

    async def capture(self, reference: str, key: str | None) -> "PaymentIntent | None":
        """None: Stripe refuses it as the intent stands, or has only a memory to offer."""
        intents = self._client.v1.payment_intents
        return await _if_taken(intents.capture_async(reference, {}, _keyed(key)))

    async def cancel(self, reference: str, key: str | None) -> "PaymentIntent | None":
        """None: as for `capture`."""
        intents = self._client.v1.payment_intents
        return await _if_taken(intents.cancel_async(reference, {}, _keyed(key)))

    async def refund(self, params: dict[str, Any], key: str) -> None:
        async def send(sent_as: str) -> None:
            refunds = self._client.v1.refunds
            await _known(refunds.create_async(cast(Any, params), _keyed(sent_as)))

        try:
            await send(key)
        except RememberedError:
            if not await self.refund_made(params["payment_intent"], params["metadata"][ERRAND]):
                await send(f"{key}_again")

    async def refund_made(self, reference: str, errand: str) -> bool:
        """Whether this errand's refund is made, under whatever key."""
        refunds = await self.refunds(reference)
        return any(r.status in MADE and metadata_of(r).get(ERRAND) == errand for r in refunds)

    async def refunds(self, reference: str) -> list["Refund"]:
        """Every refund of an intent; an order of 500 places has no more than a page of them."""
        refunds = self._client.v1.refunds
        page = await _known(
            refunds.list_async({"payment_intent": reference, "limit": STRIPE_PAGE_SIZE})
        )
        return page.data

    async def disputes(self, reference: str) -> list["Dispute"]:
        disputes = self._client.v1.disputes
        page = await _known(
            disputes.list_async({"payment_intent": reference, "limit": STRIPE_PAGE_SIZE})
        )
        return page.data

    async def left(self, reference: str) -> int:
        """What was collected of an intent and has not gone back."""
        intent = await self.retrieve(reference)
        refunds = await self.refunds(reference)
        return max(0, intent.amount_received - sum(r.amount for r in refunds if r.status in MADE))

    async def all_since(self, since: datetime) -> AsyncIterator["PaymentIntent"]:
        """Every intent of the account made since then, with its charge. STRIPE_BOOK_PAGES_MAX
        pages at most; more raise ProviderUnknown rather than look complete."""
        intents = self._client.v1.payment_intents
        params: dict[str, Any] = {
            "created": {"gte": int(since.timestamp())},
            "limit": STRIPE_PAGE_SIZE,
            "expand": ["data.latest_charge"],
        }
        for _ in range(STRIPE_BOOK_PAGES_MAX):
            page = await _known(intents.list_async(cast(Any, params)))
            for intent in page.data:
                yield intent
            if not page.has_more or not page.data:
                return
            params["starting_after"] = page.data[-1].id
        raise ProviderUnknown(f"more than {STRIPE_BOOK_PAGES_MAX} pages of charges")


def replayed(answer: object) -> bool:
    """Whether Stripe answered from memory what it had answered to the same key before."""
    response = getattr(answer, "last_response", None)
    return _from_memory(getattr(response, "headers", None))


def _from_memory(headers: Mapping[str, str] | None) -> bool:
    found = {name.lower(): value for name, value in (headers or {}).items()}
    return found.get("idempotent-replayed") == "true"


def _keyed(key: str | None) -> Any:
    return {} if key is None else {"idempotency_key": key}


async def _if_taken(call: Awaitable[Answer]) -> Answer | None:
    try:
        return await _known(call)
    except (StripeRefused, RememberedError):
        return None


async def _known(call: Awaitable[Answer]) -> Answer:
    """The answer, or what Stripe's error means. What it says of a card stays out of the log."""
    import stripe

    try:
        return await call
    except (stripe.CardError, stripe.InvalidRequestError) as error:
        code = getattr(error, "decline_code", None) or error.code or "invalid_request"
        raise StripeRefused(f"Stripe refused: {error.user_message or code}", code) from error
    except stripe.APIError as error:
        kind = RememberedError if _from_memory(error.headers) else ProviderUnknown
        raise kind(f"Stripe answered {error.http_status}") from error
    except stripe.StripeError as error:
        raise ProviderUnknown(f"Stripe: {type(error).__name__}") from error
