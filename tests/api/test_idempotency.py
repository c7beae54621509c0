"""The same request twice is done once, whatever it is."""

import asyncio

import httpx
import pytest

from holdfast.accounts.api_key import KeyRole
from holdfast.api.idempotency import forget_old
from tests.api.door import BUYER, Door, buy, code, hold, letters

pytestmark = pytest.mark.anyio


def is_replay(answer: httpx.Response) -> bool:
    return answer.headers.get("Idempotency-Replayed") == "true"


async def test_a_hold_said_twice_is_one_order(lobby: Door) -> None:
    event_id = await lobby.evening()
    ada = await lobby.buyer()
    ada.headers["Idempotency-Key"] = "first"
    path = f"/events/{event_id}/holds"
    answers = await asyncio.gather(*[ada.post(path, json={"seat_ids": [1]}) for _ in range(5)])
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["order_id"] for answer in answers}) == 1
    assert sorted(is_replay(answer) for answer in answers) == [False, True, True, True, True]
    spaced = await ada.post(
        path,
        content=b' {"seat_ids": [ 1 ], "areas": []}',
        headers={"Content-Type": "application/json"},
    )
    assert is_replay(spaced)
    ben = await lobby.buyer()
    ben.headers["Idempotency-Key"] = "first"
    assert code(await ben.post(path, json={"seat_ids": [1]})) == (409, "seat_unavailable")


async def test_a_refusal_is_not_remembered(lobby: Door) -> None:
    event_id = await lobby.evening()
    ada, ben = await lobby.buyer(), await lobby.buyer()
    order = await hold(ben, event_id, 1)
    ada.headers["Idempotency-Key"] = "first"
    path = f"/events/{event_id}/holds"
    assert code(await ada.post(path, json={"seat_ids": [1]})) == (409, "seat_unavailable")
    await ben.delete(f"/orders/{order['order_id']}")
    granted = await ada.post(path, json={"seat_ids": [1]})
    assert (granted.status_code, is_replay(granted)) == (201, False)


async def test_a_replay_shows_the_order_as_it_is_now(lobby: Door) -> None:
    event_id = await lobby.evening()
    ada = await lobby.buyer()
    key = {"Idempotency-Key": "first"}
    body = {"seat_ids": [1]}
    held = await ada.post(f"/events/{event_id}/holds", json=body, headers=key)
    path = f"/orders/{held.json()['order_id']}/payment"
    await ada.post(path, json={"payment_token": "tok_ok", "buyer": BUYER})
    again = await ada.post(f"/events/{event_id}/holds", json=body, headers=key)
    assert again.status_code == 201
    assert again.json()["status"] == "CONFIRMED"
    assert len(again.json()["tickets"]) == 1


async def test_an_edit_said_twice_is_done_once(lobby: Door) -> None:
    event_id = await lobby.evening()
    ada = await lobby.buyer()
    order = await hold(ada, event_id, 1)
    path = f"/orders/{order['order_id']}/items"
    key = {"Idempotency-Key": "more"}
    standing = {"areas": [{"area_id": 1, "quantity": 1}]}
    first = await ada.post(path, json=standing, headers=key)
    again = await ada.post(path, json=standing, headers=key)
    assert len(first.json()["items"]) == len(again.json()["items"]) == 2
    assert (is_replay(first), is_replay(again)) == (False, True)
    other = await ada.post(path, json={"seat_ids": [5]}, headers=key)
    assert code(other) == (422, "idempotency_mismatch")
    assert (await letters(ada, event_id))[5] == "A"


async def test_a_payment_under_a_key_takes_no_other_body(lobby: Door) -> None:
    event_id = await lobby.evening()
    ada = await lobby.buyer()
    order = await hold(ada, event_id, 1)
    path = f"/orders/{order['order_id']}/payment"
    key = {"Idempotency-Key": "pay"}
    body = {"payment_token": "tok_ok", "buyer": BUYER}
    first = await ada.post(path, json=body, headers=key)
    again = await ada.post(path, json=body, headers=key)
    assert [first.status_code, again.status_code] == [200, 200]
    assert again.json()["tickets"] == first.json()["tickets"]
    assert is_replay(again)
    other = await ada.post(path, json={**body, "payment_token": "tok_ok:2"}, headers=key)
    assert code(other) == (422, "idempotency_mismatch")


async def test_a_refund_said_twice_is_paid_once(lobby: Door) -> None:
    event_id = await lobby.evening()
    order = await buy(await lobby.buyer(), event_id, 1, 2)
    boss = await lobby.staff(KeyRole.organiser)
    path = f"/admin/orders/{order['order_id']}/refunds"
    key = {"Idempotency-Key": "back"}
    body = {"item_ids": [order["items"][0]["item_id"]]}
    first = await boss.post(path, json=body, headers=key)
    again = await boss.post(path, json=body, headers=key)
    assert [first.status_code, again.status_code] == [201, 201]
    assert is_replay(again)
    assert again.json()["refunded_amount"] == first.json()["refunded_amount"] > 0
    assert code(await boss.post(path, json={}, headers=key)) == (422, "idempotency_mismatch")


async def test_what_an_organiser_makes_twice_is_there_once(lobby: Door) -> None:
    boss = await lobby.staff(KeyRole.organiser)
    boss.headers["Idempotency-Key"] = "house"
    answers = await asyncio.gather(
        *[boss.post("/admin/venues", json={"name": "The Grand"}) for _ in range(4)]
    )
    assert len({answer.json()["venue_id"] for answer in answers}) == 1
    assert sum(is_replay(answer) for answer in answers) == 3
    other = await boss.post("/admin/venues", json={"name": "The Small"})
    assert code(other) == (422, "idempotency_mismatch")
    key = await boss.post("/admin/keys", json={"role": "gate"})
    again = await boss.post("/admin/keys", json={"role": "gate"})
    assert key.json()["key_id"] == again.json()["key_id"]
    assert again.json()["key"] is None


async def test_a_key_is_forgotten_after_a_day(lobby: Door) -> None:
    boss = await lobby.staff(KeyRole.organiser)
    boss.headers["Idempotency-Key"] = "yesterday"
    await boss.post("/admin/venues", json={"name": "The Grand"})
    async with lobby.database.pool.acquire() as connection:
        await connection.execute("UPDATE idempotency SET created_at = created_at - interval '25 h'")
        await forget_old(connection, await lobby.parts.clock.now(connection))
    assert not is_replay(await boss.post("/admin/venues", json={"name": "The Small"}))


@pytest.mark.parametrize("key", ["", " ", "x" * 256])
async def test_a_key_that_is_none_is_refused(lobby: Door, key: str) -> None:
    event_id = await lobby.evening()
    ada = await lobby.buyer()
    refused = await ada.post(
        f"/events/{event_id}/holds", json={"seat_ids": [1]}, headers={"Idempotency-Key": key}
    )
    assert code(refused) == (422, "invalid_request")
