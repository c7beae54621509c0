"""Buyers who write down every answer they get, so that it can be held against the database."""

import asyncio
import random
from typing import Any

import httpx
from msgspec import Struct

REQUEST_SECONDS_MAX = 15.0
PAUSE_SECONDS = 0.05


class Diary(Struct):
    """What buyers were told. Orders by id with the strongest thing that was answered."""

    held: dict[str, list[int]]
    paid: dict[str, list[str]]
    released: set[str]
    refused: int = 0
    unanswered: int = 0


def empty_diary() -> Diary:
    return Diary({}, {}, set())


async def buy_until(
    api: str, event_id: int, seats: int, stop: asyncio.Event, diary: Diary, seed: int
) -> None:
    """One buyer after another on one connection: hold two seats, then pay, release or leave."""
    chance = random.Random(seed)
    async with httpx.AsyncClient(base_url=api, timeout=REQUEST_SECONDS_MAX) as client:
        while not stop.is_set():
            try:
                await _one(client, event_id, seats, diary, chance)
            except httpx.HTTPError:
                diary.unanswered += 1
                await asyncio.sleep(PAUSE_SECONDS)


async def _one(
    client: httpx.AsyncClient, event_id: int, seats: int, diary: Diary, chance: random.Random
) -> None:
    session = await client.post("/sessions")
    if session.status_code != 201:
        await asyncio.sleep(PAUSE_SECONDS)
        return
    headers = {"Authorization": f"Bearer {session.json()['token']}"}
    first = chance.randrange(seats - 1)
    held = await client.post(
        f"/events/{event_id}/holds", json={"seat_ids": [first, first + 1]}, headers=headers
    )
    if held.status_code != 201:
        diary.refused += 1
        return
    order = held.json()
    diary.held[order["order_id"]] = [first, first + 1]
    path = f"/orders/{order['order_id']}"
    action = chance.random()
    if action < 0.6:
        body: dict[str, Any] = {
            "payment_token": "tok_ok",
            "buyer": {"name": "Ada", "email": "ada@example.org"},
        }
        paid = await client.post(f"{path}/payment", json=body, headers=headers)
        if paid.status_code == 200:
            tickets = paid.json()["tickets"]
            diary.paid[order["order_id"]] = [ticket["barcode"] for ticket in tickets]
    elif action < 0.8:
        released = await client.delete(path, headers=headers)
        if released.status_code == 204:
            diary.released.add(order["order_id"])
