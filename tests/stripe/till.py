"""A box office whose payments go to Stripe, or to what stands in its place."""

import json
import secrets
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from holdfast.checkout.pay import Checkout
from holdfast.checkout.provider import Providers
from holdfast.checkout.reconcile import Reconciler
from holdfast.checkout.settlement import Settlement
from holdfast.checkout.stripe_notice import SIGNATURE_HEADER, sign
from holdfast.checkout.stripe_provider import StripeProvider
from holdfast.database.pool import Database
from holdfast.desk.order import Order, Payment
from holdfast.outbox import Relay
from holdfast.stripe_settings import StripeSettings
from tests.cast import NOON, seats
from tests.checkout.counter import SECRET, Counter
from tests.house import House, open_house
from tests.stripe.front import INTENT, Front

SECRETS = ("whsec_new", "whsec_old")
GOOD, DECLINED, ASKS = "4242424242424242", "4000000000000341", "4000002500003155"


class Till(Counter):
    """A Counter (tests/checkout/counter.py) with Stripe in the test provider's place. Every till is
    a house of its own: all tests share one localstripe."""

    def __init__(self, database: Database, front: Front, house: House) -> None:
        super().__init__(database)
        self.front = front
        self.house = house
        self.now = NOON
        settings = StripeSettings(
            "sk_test_12345", "pk_test_12345", SECRETS, front.address, "https://box.example"
        )
        self.stripe = StripeProvider(settings, secrets.token_hex(8), lambda: self.now)
        self.providers = Providers(self.stripe)
        self.relay = Relay(database, self.clock, self.providers)
        self.settlement = Settlement(
            database, self.clock, self.office, self.providers, self.relay.ring
        )
        self.checkout = Checkout(database, self.office, self.settlement, SECRET)
        self.reconciler = Reconciler(database, self.clock, self.settlement)

    async def card(self, number: str = GOOD) -> str:
        """A payment method of this card."""
        body = f"type=card&card[number]={number}&card[exp_month]=12&card[exp_year]=30&card[cvc]=123"
        _, answer = await self.front.ask("POST", "/v1/payment_methods", body.encode())
        return str(json.loads(answer)["id"])

    async def hold(self, *seat_ids: int) -> Order:
        return await self.worker.hold(self.house, seats(*seat_ids))

    async def intent(self, payment: Payment) -> dict[str, Any]:
        """The intent of a payment in localstripe's books."""
        assert payment.provider_reference is not None
        _, answer = await self.front.ask("GET", INTENT + payment.provider_reference, b"")
        return dict(json.loads(answer))

    async def intents(self) -> list[dict[str, Any]]:
        """Those of the orders of this test."""
        payments = {str(row[0]) for row in await self.fetch("SELECT payment_id FROM payment")}
        found = await self.front._all_intents()
        return [i for i in found if i["metadata"].get("holdfast_payment") in payments]

    async def bank(self, payment: Payment, success: bool = True) -> None:
        """What the buyer says to the bank that asks."""
        intent = await self.intent(payment)
        body = f"client_secret={intent['client_secret']}&success={str(success).lower()}"
        path = f"{INTENT}{intent['id']}/_authenticate"
        await self.front.ask("POST", path, body.encode())

    async def paid_back(self, payment: Payment) -> int:
        assert payment.provider_reference is not None
        return sum(r["amount"] for r in await self.front._refunds(payment.provider_reference))

    async def told(
        self,
        kind: str,
        holder: dict[str, Any],
        notice_id: str = "evt_1",
        secret: str = SECRETS[0],
        ago: float = 0,
    ) -> None:
        """A webhook as Stripe signs it."""
        said = {"id": notice_id, "type": kind, "data": {"object": holder}}
        body = json.dumps(said).encode()
        signed = sign(body, secret, await self.settlement.now() - timedelta(seconds=ago))
        await self.settlement.notice("stripe", body, {SIGNATURE_HEADER: signed})


@asynccontextmanager
async def open_till(database: Database, front: Front) -> AsyncGenerator[Till]:
    till = Till(database, front, await open_house(database))
    till.now = await till.settlement.now()
    try:
        yield till
    finally:
        await till.close()
        await till.providers.close()
