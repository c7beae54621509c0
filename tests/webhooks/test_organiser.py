"""Webhooks as an organiser has them: over HTTP and at a terminal, with a server that is killed."""

import asyncio
from pathlib import Path

import httpx
import psutil
import pytest

from holdfast.accounts.api_key import KeyRole
from holdfast.database.pool import Database
from tests.api.door import BUYER, buy, code, open_door
from tests.cli.shell import Shell
from tests.postgres import FreshDatabases
from tests.webhooks.receiver import Call, Receiver, is_genuine, receiving

pytestmark = pytest.mark.anyio

TELL_SECONDS_MAX = 30.0


async def test_an_organiser_registers_looks_rotates_replays_and_removes(
    database: Database, tmp_path: Path
) -> None:
    networks = {"HOLDFAST_WEBHOOK_NETWORKS": "127.0.0.1"}
    async with receiving() as receiver, open_door(database, tmp_path, **networks) as door:
        event_id = await door.evening()
        boss = await door.staff(KeyRole.organiser)
        refused = await boss.post("/admin/webhooks", json={"url": "https://10.0.0.1/"})
        assert code(refused) == (422, "invalid_request")
        body = {"url": receiver.url, "event_id": event_id, "types": ["order.confirmed"]}
        key = {"Idempotency-Key": "once"}
        made = await boss.post("/admin/webhooks", json=body, headers=key)
        assert made.status_code == 201, made.text
        secret, at = made.json()["secret"], f"/admin/webhooks/{made.json()['webhook_id']}"
        repeat = await boss.post("/admin/webhooks", json=body, headers=key)
        assert repeat.json() == made.json() | {"secret": None}
        tested = await boss.post(f"{at}/test")
        assert (tested.json()["taken"], tested.json()["status_code"]) == (True, 200)
        assert is_genuine(secret, receiver.calls[-1])
        order = await buy(await door.buyer(), event_id, 0)
        await until(receiver, 2)
        told = receiver.calls[-1].json["data"]
        assert told["order_id"] == order["order_id"]
        shown = await boss.get(told["path"].removeprefix("/api/v1"))
        assert (shown.json()["status"], shown.json()["version"]) == ("CONFIRMED", told["version"])
        (_, first) = await deliveries(boss, at, 2)
        assert first["type"] == "webhook.test"
        changed = await boss.post(f"{at}/rotate", json={})
        assert changed.json()["secret"] != secret
        again = await boss.post(f"{at}/replay", json={"since": "2020-01-01T00:00:00Z"})
        assert again.json() == {"replayed": 1}
        await until(receiver, 3)
        assert is_genuine(changed.json()["secret"], receiver.calls[-1])
        assert receiver.calls[-1].body == receiver.calls[-2].body
        assert code(await boss.post(f"{at}/replay", json={})) == (422, "invalid_request")
        assert (await boss.delete(at)).json()["closed_at"] is not None
        for path in ("test", "rotate", "replay"):
            json = {"delivery_ids": ["w"]} if path == "replay" else {}
            assert code(await boss.post(f"{at}/{path}", json=json)) == (404, "not_found")
        (listed,) = (await boss.get("/admin/webhooks")).json()["webhooks"]
        assert "secret" not in listed


async def test_a_key_of_one_event_has_webhooks_of_that_event(
    database: Database, tmp_path: Path
) -> None:
    async with open_door(database, tmp_path) as door:
        event_id = await door.evening()
        boss = await door.staff(KeyRole.organiser)
        mine = await door.staff(KeyRole.organiser, event_id)
        url = {"url": "https://arena.example/told"}
        of_all = (await boss.post("/admin/webhooks", json=url)).json()["webhook_id"]
        assert code(await mine.post("/admin/webhooks", json=url)) == (403, "forbidden")
        own = await mine.post("/admin/webhooks", json=url | {"event_id": event_id})
        assert own.status_code == 201
        listed = (await mine.get("/admin/webhooks")).json()["webhooks"]
        assert [each["webhook_id"] for each in listed] == [own.json()["webhook_id"]]
        for ask in (mine.get, mine.delete):
            assert code(await ask(f"/admin/webhooks/{of_all}")) == (404, "not_found")


async def test_a_server_that_is_killed_after_a_call_makes_it_again_under_the_same_id(
    databases: FreshDatabases, tmp_path: Path
) -> None:
    async with databases.fresh() as name, receiving() as receiver:
        shell = Shell(
            tmp_path / "data",
            HOLDFAST_DATABASE_URL=databases.url(name),
            HOLDFAST_WEBHOOK_NETWORKS="127.0.0.0/8",
        )
        chart = tmp_path / "chart.json"
        chart.write_text(shell.run("chart", "generate", "--kind", "theatre", "--seats", "200").out)
        shell.run("event", "create", "--chart", str(chart), "--name", "Aida", "--on-sale")
        made = await asyncio.to_thread(shell.run, "webhook", "add", receiver.url)
        assert made.code == 0, made.err
        secret, webhook_id = made.json["secret"], made.json["webhook"]["webhook_id"]
        serving = shell.serving()
        server = await asyncio.to_thread(serving.__enter__)
        processes = psutil.Process(server.process.pid).children(recursive=True)
        processes.append(psutil.Process(server.process.pid))

        def kills(_: Call) -> int:
            for each in processes:
                each.kill()
            return 200

        receiver.mood = kills
        await asyncio.to_thread(buy_one, server.address)
        await until(receiver, 1)
        await asyncio.to_thread(server.process.wait)
        serving.__exit__(None, None, None)
        receiver.mood = lambda _: 200
        await asyncio.to_thread(
            shell.damage, "UPDATE outbox SET due_at = created_at WHERE state = 'WAITING'"
        )
        serving = shell.serving()
        await asyncio.to_thread(serving.__enter__)
        try:
            await until(receiver, 2)
        finally:
            await asyncio.to_thread(serving.__exit__, None, None, None)
        first, last = receiver.calls
        assert (first.id, first.body) == (last.id, last.body)
        assert is_genuine(secret, last)
        listed = (await asyncio.to_thread(shell.run, "webhook", "list")).json
        assert listed["webhooks"][0]["webhook_id"] == webhook_id


def buy_one(address: str) -> None:
    with httpx.Client(base_url=f"{address}/api/v1", timeout=20) as client:
        token = client.post("/sessions").json()["token"]
        client.headers["Authorization"] = f"Bearer {token}"
        order_id = client.post("/events/1/holds", json={"seat_ids": [3]}).json()["order_id"]
        body = {"payment_token": "tok_ok", "buyer": BUYER}
        assert client.post(f"/orders/{order_id}/payment", json=body).status_code == 200


async def until(receiver: Receiver, calls: int) -> None:
    async with asyncio.timeout(TELL_SECONDS_MAX):
        while len(receiver.calls) < calls:
            await asyncio.sleep(0.02)


async def deliveries(boss: httpx.AsyncClient, at: str, count: int) -> list[dict[str, object]]:
    """Once so many are written down."""
    async with asyncio.timeout(TELL_SECONDS_MAX):
        while True:
            found = (await boss.get(f"{at}/deliveries")).json()["deliveries"]
            if len(found) >= count:
                return found
            await asyncio.sleep(0.02)
