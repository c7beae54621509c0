"""A counter whose sales are told to webhooks of receivers on this machine."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import datetime
from ipaddress import ip_network

from holdfast.database.pool import Database
from holdfast.outbox import Relay
from holdfast.webhooks import webhook as webhooks
from holdfast.webhooks.caller import Caller
from holdfast.webhooks.guard import Guard
from holdfast.webhooks.line import Line
from holdfast.webhooks.message import Secrets
from holdfast.webhooks.webhook import Webhook, WebhookType
from tests.checkout.counter import Counter, counter
from tests.house import House, open_house

KEY = b"a key of thirty-two characters.."
LOOPBACK = Guard([ip_network("127.0.0.0/8")])


class Booth:
    """The counter, its house and its caller."""

    def __init__(self, at: Counter, house: House) -> None:
        self.at = at
        self.house = house
        self.caller = self.new_caller()
        self.secrets = self.caller.secrets
        at.relay = Relay(at.database, at.clock, at.providers, own_lanes=[self.caller])

    def new_caller(self) -> Caller:
        return Caller(self.at.database, self.at.clock, Secrets(KEY), Line(LOOPBACK))

    async def register(
        self,
        url: str,
        *types: WebhookType,
        event_id: int | None = None,
    ) -> Webhook:
        async with self.at.database.pool.acquire() as connection, connection.transaction():
            now = await self.at.clock.now(connection)
            wanted = types or tuple(WebhookType)
            webhook_id = await webhooks.register(connection, url, event_id, wanted, now)
        return await self.read(webhook_id)

    async def read(self, webhook_id: str) -> Webhook:
        async with self.at.database.pool.acquire() as connection:
            return await webhooks.read_webhook(connection, webhook_id)

    async def now(self) -> datetime:
        async with self.at.database.pool.acquire() as connection:
            return await self.at.clock.now(connection)

    async def tell(self) -> None:
        """News become calls, and what waits is called, rest or not."""
        for _ in range(2):
            await self.at.make_errands_due()
            self.caller._rests.clear()
            await self.at.relay.carry_out_due()

    async def calls(self) -> list[tuple[object, ...]]:
        """The calls as the outbox has them."""
        return await self.at.fetch(
            "SELECT state::text, attempts, last_error FROM outbox WHERE kind = 'WEBHOOK' "
            "ORDER BY created_at, outbox_id"
        )


@asynccontextmanager
async def open_booth(database: Database) -> AsyncGenerator[Booth]:
    async with counter(database) as at:
        booth = Booth(at, await open_house(database))
        try:
            yield booth
        finally:
            await booth.caller.close()
