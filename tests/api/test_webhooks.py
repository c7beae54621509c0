"""Providers' webhooks over HTTP: signed over the raw body, answered once all is settled."""

import httpx
import msgspec
import pytest

from holdfast.checkout import test_provider as bank
from holdfast.ids import PaymentId
from tests.api.door import Door, code, hold, pay

pytestmark = pytest.mark.anyio


def provider_of(door: Door) -> bank.TestProvider:
    provider = door.parts.providers.named("test")
    assert isinstance(provider, bank.TestProvider)
    return provider


async def say(door: Door, body: bytes, signature: str) -> httpx.Response:
    headers = {bank.SIGNATURE_HEADER: signature, "Content-Type": "application/json"}
    return await door.client().post("/payments/webhooks/test", content=body, headers=headers)


async def test_a_notice_settles_what_the_buyer_never_came_back_for(lobby: Door) -> None:
    event_id = await lobby.evening()
    ada = await lobby.buyer()
    order = await hold(ada, event_id, 1)
    payment_id = (await pay(ada, order, "tok_3ds")).json()["payment"]["payment_id"]
    provider = provider_of(lobby)
    await provider.complete(PaymentId(payment_id))
    body = msgspec.json.encode({"notice_id": "n1", "payment_id": payment_id})
    for _ in range(2):
        told = await say(lobby, body, provider.sign(body))
        assert (told.status_code, told.json()) == (200, {"received": True})
    read = (await ada.get(f"/orders/{order['order_id']}")).json()
    assert (read["status"], len(read["tickets"])) == ("CONFIRMED", 1)


async def test_a_notice_without_its_signature_is_refused(lobby: Door) -> None:
    body = msgspec.json.encode({"notice_id": "n1", "payment_id": "p_1_" + "a" * 26 + "_1"})
    good = provider_of(lobby).sign(body)
    assert code(await say(lobby, body, "")) == (401, "unauthorized")
    assert code(await say(lobby, body + b" ", good)) == (401, "unauthorized")
    nonsense = b"[]"
    told = await say(lobby, nonsense, provider_of(lobby).sign(nonsense))
    assert code(told) == (422, "invalid_request")
    nobody = await lobby.client().post("/payments/webhooks/nobody", content=body)
    assert code(nobody) == (404, "not_found")


async def test_a_notice_about_somebody_elses_payment_changes_nothing(lobby: Door) -> None:
    body = msgspec.json.encode({"notice_id": "n2", "payment_id": "p_1_" + "a" * 26 + "_1"})
    told = await say(lobby, body, provider_of(lobby).sign(body))
    assert told.status_code == 200
