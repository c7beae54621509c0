"""Paying an order, the test provider's bank page, and providers' webhooks."""

from typing import Annotated, Any

from litestar import Response
from litestar.params import FromPath, JSONBody
from msgspec import Meta, Struct

from holdfast.api.answer import answer
from holdfast.api.asked import Asked
from holdfast.api.idempotency import known_before, remember, repeat_of
from holdfast.api.order_answer import OrderSheet, read_sheet, refused_payment
from holdfast.api.orders import answer_with
from holdfast.api.paths import order_event, order_of_part
from holdfast.api.request import ApiRequest
from holdfast.checkout.answer import Outcome, PaymentAnswer
from holdfast.checkout.test_provider import TestProvider
from holdfast.config import PAYMENT_TOKEN_CHARACTERS_MAX
from holdfast.desk.order import Buyer
from holdfast.ids import PaymentId
from holdfast.refusals import Refusal

Token = Annotated[str, Meta(min_length=1, max_length=PAYMENT_TOKEN_CHARACTERS_MAX)]
Text = Annotated[str, Meta(max_length=400)]


class BuyerRequest(Struct, forbid_unknown_fields=True):
    """Who pays. `locale` as de-AT; the tickets go to `email`."""

    name: Text
    email: Text
    phone: Text | None = None
    locale: Text | None = None


class PaymentRequest(Struct, forbid_unknown_fields=True):
    """`payment_token` from the provider's form; null where the order costs nothing."""

    buyer: BuyerRequest
    payment_token: Token | None = None


class CompleteRequest(Struct, forbid_unknown_fields=True):
    """What the buyer tells the bank."""

    approve: bool = True


class PaymentForm(Struct):
    """Which provider takes payments. `script_url` draws its form on a page and `publishable_key`
    opens it; both are null where it has none."""

    provider: str
    publishable_key: str | None
    script_url: str | None


class Taken(Struct):
    """A notice was taken in."""

    received: bool


async def pay(
    request: ApiRequest, order_id: FromPath[str], data: JSONBody[PaymentRequest]
) -> Response[Any]:
    """Pay. The same token again never charges twice and is answered the same."""
    event_id = order_event(order_id)
    session_id = request.buyer.session_id
    repeat = repeat_of(request, session_id, f"/orders/{order_id}/payment", data, 200)
    known = await known_before(request, event_id, repeat)
    buyer = data.buyer
    paid = await request.parts.checkout.pay(
        order_id,
        session_id,
        data.payment_token,
        Buyer(buyer.name, buyer.email, buyer.phone, buyer.locale),
    )
    answered = await _answer(request, order_id, paid, replayed=known or paid.replayed)
    # The payment is safe by its token; this only makes another body under the key a mistake.
    await remember(request, event_id, repeat, order_id)
    return answered


async def complete_test_payment(
    request: ApiRequest, payment_id: FromPath[str], data: JSONBody[CompleteRequest | None] = None
) -> Response[Any]:
    """What a bank does at the end of 3-D Secure, for the test provider only."""
    order_id = order_of_part(payment_id, "payment")
    parts = request.parts
    provider = parts.providers.named(TestProvider.name)
    if not isinstance(provider, TestProvider):
        raise Refusal("not_found")
    await provider.complete(PaymentId(payment_id), data is None or data.approve)
    followed = await parts.checkout.follow(payment_id)
    return await _answer(request, order_id, followed, replayed=False)


async def read_payment_form(request: ApiRequest) -> Response[Any]:
    """Who takes payments here, and how a page asks for a card."""
    parts = request.parts
    stripe = parts.settings.stripe
    provider = parts.providers.first.name
    if stripe is None:
        return answer(PaymentForm(provider, None, None))
    return answer(PaymentForm(provider, stripe.publishable_key, stripe.script_url))


async def take_notice(request: ApiRequest, provider: FromPath[str]) -> Response[Any]:
    """A provider says that something happened; answered once that is committed here."""
    headers = {k.decode("latin-1"): v.decode("latin-1") for k, v in request.scope["headers"]}
    await request.parts.settlement.notice(provider, await request.body(), headers)
    return answer(Taken(received=True))


async def _answer(
    asked: Asked, order_id: str, paid: PaymentAnswer, *, replayed: bool
) -> Response[Any]:
    """200 with tickets, 202 where the buyer or we have to wait, or payment_failed."""
    if paid.outcome is Outcome.DECLINED:
        raise Refusal("payment_failed", **refused_payment(paid.payment))
    status = 200 if paid.outcome is Outcome.CONFIRMED else 202
    event_id = order_event(order_id)
    if paid.version:
        now = asked.parts.time.now()
        sheet = OrderSheet(event_id, paid.order, paid.payment, paid.tickets, paid.version, now)
    else:
        found = await read_sheet(asked, event_id, order_id)
        assert found is not None, "an order that was paid is there"
        sheet = found
    return await answer_with(asked, sheet, status, replayed=replayed)
