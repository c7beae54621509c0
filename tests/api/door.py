"""The box office over HTTP, for tests: the real application on a real database, without a network.

`Door` opens the Grand (tests/cast.py) for one evening. Buyers and staff are clients with a token.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx

from holdfast.accounts.api_key import KeyRole, create_key
from holdfast.api.application import make_application
from holdfast.api.parts import Parts
from holdfast.app import open_parts
from holdfast.config import Settings, read_settings
from holdfast.database.clock import Clock
from holdfast.database.pool import Database
from holdfast.desk.order import EventStatus
from holdfast.venues.chart_store import save_chart
from holdfast.venues.floor_plan import floor_plan
from holdfast.venues.new_event import NewEvent, create_event, create_venue
from tests.cast import PRICES, the_grand

API = "/api/v1"
BUYER = {"name": "Ada Lovelace", "email": "ada@example.org"}
Json = dict[str, Any]


class Door:
    """One running application and ways in for different people."""

    def __init__(self, parts: Parts, application: Any) -> None:
        self.parts = parts
        self.database = parts.database
        self._application = application
        self._clients: list[httpx.AsyncClient] = []

    def client(self, token: str | None = None, **headers: str) -> httpx.AsyncClient:
        """A client of the API with this bearer token."""
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        transport = httpx.ASGITransport(self._application, raise_app_exceptions=False)
        client = httpx.AsyncClient(
            transport=transport, base_url=f"http://box.test{API}", headers=headers
        )
        self._clients.append(client)
        return client

    def visitor(self) -> httpx.AsyncClient:
        """Somebody who looks at the pages, outside of the API."""
        transport = httpx.ASGITransport(self._application, raise_app_exceptions=False)
        visitor = httpx.AsyncClient(transport=transport, base_url="http://box.test")
        self._clients.append(visitor)
        return visitor

    async def buyer(self) -> httpx.AsyncClient:
        """A buyer with a session of their own."""
        opened = await self.client().post("/sessions")
        assert opened.status_code == 201, opened.text
        return self.client(opened.json()["token"])

    async def staff(self, role: KeyRole, event_id: int | None = None) -> httpx.AsyncClient:
        """Somebody with a key."""
        return self.client(await self.key(role, event_id))

    async def key(self, role: KeyRole, event_id: int | None = None) -> str:
        async with self.database.pool.acquire() as connection:
            now = await self.parts.clock.now(connection)
            _, text = await create_key(connection, role, event_id, now)
        return text

    async def evening(self, **terms: Any) -> int:
        """An event in the Grand, on sale, doors open; `terms` are fields of NewEvent."""
        async with self.database.pool.acquire() as connection, connection.transaction():
            now = await self.parts.clock.now(connection)
            chart = the_grand()
            venue_id = await create_venue(connection, "The Grand", "Square 1", "Europe/Berlin", now)
            fields = {
                "name": "Opening night",
                "venue_id": venue_id,
                "chart_sha256": await save_chart(connection, chart, now),
                "doors_open": now,
                "start_time": now + timedelta(hours=3),
                "prices": PRICES.prices,
                "order_limit": 6,
                "order_fee_amount": 150,
                "status": EventStatus.ON_SALE,
                **terms,
            }
            return await create_event(connection, NewEvent(**fields), floor_plan(chart), now)

    async def close(self) -> None:
        for client in self._clients:
            await client.aclose()


@asynccontextmanager
async def open_door(
    database: Database, folder: Path, clock: Clock | None = None, **environment: str
) -> AsyncIterator[Door]:
    """The application on this database; `environment` are HOLDFAST_ settings."""
    settings: Settings = read_settings({"HOLDFAST_SECRET": "x" * 32, **environment}, folder)
    async with open_parts(settings, database, clock) as parts:
        door = Door(parts, make_application(parts))
        try:
            yield door
        finally:
            await door.close()


async def hold(buyer: httpx.AsyncClient, event_id: int, *seat_ids: int) -> Json:
    """Hold seats; the order."""
    answer = await buyer.post(f"/events/{event_id}/holds", json={"seat_ids": list(seat_ids)})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def pay(
    buyer: httpx.AsyncClient, order: Json, token: str | None = "tok_ok"
) -> httpx.Response:
    return await buyer.post(
        f"/orders/{order['order_id']}/payment", json={"payment_token": token, "buyer": BUYER}
    )


async def buy(buyer: httpx.AsyncClient, event_id: int, *seat_ids: int) -> Json:
    """Hold and pay; the confirmed order."""
    answer = await pay(buyer, await hold(buyer, event_id, *seat_ids))
    assert answer.status_code == 200, answer.text
    return answer.json()


async def letters(client: httpx.AsyncClient, event_id: int) -> str:
    """One letter per seat, as everybody sees them."""
    return (await client.get(f"/events/{event_id}/seats")).json()["seats"]


def code(answer: httpx.Response) -> tuple[int, str]:
    """Status and code of a refusal, which must be a whole problem."""
    problem = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["status"] == answer.status_code
    assert {"type", "title", "detail", "code"} <= set(problem)
    return answer.status_code, problem["code"]
