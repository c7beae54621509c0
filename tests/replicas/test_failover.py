"""The primary dies and its standby takes over: what buyers were told is kept, and sales wait for
somebody to look. Beside it the control: an asynchronous standby loses a sale."""

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest

from holdfast.audit.run import audit
from holdfast.database.clock import Clock
from holdfast.database.connection import Connection
from holdfast.database.lineage import keep_lineage
from holdfast.database.pool import Database
from holdfast.desk import durability as durability_module
from holdfast.desk.reopening import closed_events, reopen_desk
from tests.api.door import Door, buy, code, hold, pay
from tests.replicas.conftest import ACCEPTED, box_office
from tests.standby import Pair

pytestmark = [pytest.mark.anyio, pytest.mark.fault]

PATIENCE_SECONDS = 30.0


async def reopen(database: Database) -> list[int]:
    """As `holdfast event reopen --all`: the audit, then every sale that was closed."""
    findings = await audit(database, Clock())
    assert [f for f in findings if f.check != "desk_closed"] == []
    async with database.pool.acquire() as connection:
        closed = await closed_events(connection)
        for event_id in closed:
            assert await reopen_desk(connection, event_id)
    return closed


async def until_sold(buyer: httpx.AsyncClient, event_id: int, seat_id: int) -> None:
    """Try until the seat is held: servers need a moment to find the new primary."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            answer = await buyer.post(f"/events/{event_id}/holds", json={"seat_ids": [seat_id]})
            if answer.status_code == 201:
                return
            await asyncio.sleep(0.1)


async def until_closed(door: Door, event_id: int) -> None:
    """Until a hold is refused because sales wait for a check, as `desks.closed` has it."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            buyer = await door.buyer()
            answer = await buyer.post(f"/events/{event_id}/holds", json={"seat_ids": [0]})
            assert answer.status_code != 201, "nothing is sold before somebody has looked"
            if code(answer) == (503, "sale_closed"):
                return
            await asyncio.sleep(0.1)


async def epochs(database: Database) -> dict[int, int]:
    async with database.pool.acquire() as connection:
        rows = await connection.fetch("SELECT event_id, epoch FROM desk")
    return {row["event_id"]: row["epoch"] for row in rows}


async def test_a_synchronous_standby_loses_nothing_that_was_answered(
    servers: Pair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(durability_module, "DURABILITY_LOOK_SECONDS", 0.2)
    servers.synchronous(True)
    async with box_office(servers.url, servers.standby.url, folder=tmp_path) as door:
        event_id = await door.evening()
        before = await epochs(door.database)
        told: list[dict[str, Any]] = []
        dead = asyncio.Event()

        async def shop(first: int) -> None:
            """Buy one seat after the other; what was confirmed is written down."""
            buyer = await door.buyer()
            for seat_id in range(first, 18, 3):
                held = await buyer.post(f"/events/{event_id}/holds", json={"seat_ids": [seat_id]})
                paid = await pay(buyer, held.json()) if held.status_code == 201 else held
                if paid.status_code != 200:
                    return
                told.append(paid.json())
                if len(told) >= 4 and not dead.is_set():
                    dead.set()
                    await asyncio.to_thread(servers.fail_over)

        await asyncio.gather(*[shop(first) for first in range(3)])
        assert len(told) >= 4
        await until_closed(door, event_id)
        after = await epochs(door.database)
        assert all(after[event] == epoch + 1 for event, epoch in before.items())
        async with door.database.pool.acquire() as connection:
            for order in told:
                kept = "SELECT status::text FROM orders WHERE order_id = $1"
                assert await connection.fetchval(kept, order["order_id"]) == "CONFIRMED"
        health = (await door.visitor().get("/health")).json()
        assert health["sales"]["events_closed"] == len(before)
        assert event_id in await reopen(door.database)
        refused = await hold_anything(door, event_id)
        assert code(refused) == (503, "sale_closed"), "there is no standby yet"
        servers.make_standby()
        servers.synchronous(True)
        await until_sold(await door.buyer(), event_id, 17)
        health = (await door.visitor().get("/health")).json()
        assert health["durability"]["standby"] == "synchronous"
        assert health["sales"] == {"open": True, "closed_because": None, "events_closed": 0}
    servers.synchronous(False)


async def hold_anything(door: Door, event_id: int) -> httpx.Response:
    buyer = await door.buyer()
    best = {"best_available": {"quantity": 1}}
    return await buyer.post(f"/events/{event_id}/holds", json=best)


async def test_the_control_an_asynchronous_standby_loses_a_sale_that_was_answered(
    servers: Pair, tmp_path: Path
) -> None:
    async with box_office(servers.url, servers.standby.url, folder=tmp_path, **ACCEPTED) as door:
        event_id = await door.evening()
        buyer = await door.buyer()
        await buy(buyer, event_id, 1)
        written = servers.primary.ask("SELECT pg_current_wal_lsn()")
        servers.until(servers.standby, f"SELECT pg_last_wal_replay_lsn() >= '{written}'", "t")
        servers.stream(False)
        order = await buy(buyer, event_id, 2)
        assert order["status"] == "CONFIRMED"
        servers.primary.kill()
        async with asyncio.timeout(PATIENCE_SECONDS):  # the primary is away, and people look
            while not (await door.database.read(_is_replica)):
                await asyncio.sleep(0.1)
        page = await door.client().get(f"/events/{event_id}")
        assert page.status_code == 200
        assert float(page.headers["holdfast-replica-age"]) >= 0
        assert (await door.visitor().get("/health")).status_code == 503
        await asyncio.to_thread(servers.promote)
        await until_closed(door, event_id)
        lost = await buyer.get(f"/orders/{order['order_id']}")
        assert lost.status_code == 404
        await reopen(door.database)
        await until_sold(await door.buyer(), event_id, 2)
    servers.make_standby()


async def _is_replica(connection: Connection) -> bool:
    return await connection.fetchval("SELECT pg_is_in_recovery()")


async def test_without_a_word_nothing_is_sold_on_an_asynchronous_standby(
    servers: Pair, tmp_path: Path
) -> None:
    async with box_office(servers.url, servers.standby.url, folder=tmp_path) as door:
        event_id = await door.evening()
        assert code(await hold_anything(door, event_id)) == (503, "sale_closed")
        health = (await door.visitor().get("/health")).json()
        assert health["durability"]["standby"] == "asynchronous"
        assert not health["durability"]["loss_accepted"]
        assert "HOLDFAST_ACCEPT_LOSS" in health["sales"]["closed_because"]
    async with box_office(servers.url, servers.standby.url, folder=tmp_path, **ACCEPTED) as door:
        await hold(await door.buyer(), event_id, 1)
        health = (await door.visitor().get("/health")).json()
        assert health["durability"]["loss_accepted"]
        assert health["sales"]["open"]


async def test_a_desk_finds_a_restored_database_by_itself(database: Database) -> None:
    """As after a restore from a dump: the rows are of another cluster."""
    async with database.dedicated() as connection:
        await keep_lineage(connection)
        await connection.execute("UPDATE lineage SET system_identifier = 1")
        await connection.execute(
            "INSERT INTO desk (event_id, epoch, version, status, last_at) "
            "SELECT 7, 3, 0, 'OPEN', since FROM lineage"
        )
    for _ in range(2):
        async with database.desk_pool.acquire() as connection:
            row = await connection.fetchrow("SELECT epoch, status::text, closed_reason FROM desk")
            assert (row["epoch"], row["status"]) == (4, "CLOSED")
            assert "promoted or restored" in row["closed_reason"]
        await database.desk_pool._pool.expire_connections()
