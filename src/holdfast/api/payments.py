"""Paying an order, the test provider's bank page, and providers' webhooks."""

from typing import Annotated, Any

import msgspec
from litestar import Response
from litestar.params import FromPath, JSONBody
from msgspec import Meta, Struct

from holdfast.api.answer import answer
from holdfast.api.asked import Asked
from holdfast.api.holds import order_headers, plan_of
from holdfast.api.idempotency import known_before, remember, repeat_of
from holdfast.api.order_answer import OrderSheet, order_answer, read_sheet, refused_payment
from holdfast.api.orders import answer_with
from holdfast.api.paths import order_event, order_of_part
from holdfast.api.request import ApiRequest
from holdfast.api.thin import Reply, ThinCall
from holdfast.checkout.answer import Outcome, PaymentAnswer
from holdfast.checkout.test_provider import TestProvider
from holdfast.config import PAYMENT_TOKEN_CHARACTERS_MAX
from holdfast.desk.order import Buyer
from holdfast.ids import PaymentId
from holdfast.refusals import Refusal

_encode = msgspec.json.Encoder().encode

Token = Annotated[str, Meta(min_length=1, max_length=PAYMENT_TOKEN_CHARACTERS_MAX)]
Text = Annotated[str, Meta(max_length=400)]


class BuyerRequest(Struct, gc=False, forbid_unknown_fields=True):
    """Who pays. `locale` as de-AT; the tickets go to `email`."""

    name: Text
    email: Text
    phone: Text | None = None
    locale: Text | None = None


class PaymentRequest(Struct, gc=False, forbid_unknown_fields=True):
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


async def pay(call: ThinCall, order_id: str, data: PaymentRequest) -> Reply:
    """Pay. The same token again never charges twice and is answered the same."""
    event_id = order_event(order_id)
    session_id = call.buyer.session_id
    repeat = repeat_of(call, session_id, f"/orders/{order_id}/payment", data, 200)
    known = await known_before(call, event_id, repeat)
    buyer = data.buyer
    paid = await call.parts.checkout.pay(
        order_id,
        session_id,
        data.payment_token,
        Buyer(buyer.name, buyer.email, buyer.phone, buyer.locale),
    )
    sheet = await _sheet(call, order_id, paid)
    # The payment is safe by its token; this only makes another body under the key a mistake.
    await remember(call, event_id, repeat, order_id)
    shown = order_answer(call, await plan_of(call, event_id), sheet)
    headers = order_headers(sheet.version, replayed=known or paid.replayed)
    return Reply(_status(paid), _encode(shown), headers)


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
    sheet = await _sheet(request, order_id, followed)
    return await answer_with(request, sheet, _status(followed))


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


def _status(paid: PaymentAnswer) -> int:
    """200 with tickets, 202 where the buyer or we have to wait."""
    return 200 if paid.outcome is Outcome.CONFIRMED else 202


async def _sheet(asked: Asked, order_id: str, paid: PaymentAnswer) -> OrderSheet:
    """The order as it stands after a payment. Refuses payment_failed where it was declined."""
    if paid.outcome is Outcome.DECLINED:
        raise Refusal("payment_failed", **refused_payment(paid.payment))
    event_id = order_event(order_id)
    if paid.version:
        now = asked.parts.time.now()
        return OrderSheet(event_id, paid.order, paid.payment, paid.tickets, paid.version, now)
    found = await read_sheet(asked, event_id, order_id)
    assert found is not None, "an order that was paid is there"
    return found
