"""What browsing reads from a replica, how old that may be, and what happens when it cannot."""

import asyncio
import re
from collections import Counter
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import httpx
import pytest

from holdfast import app as app_module
from holdfast.api.application import make_application
from holdfast.api.demand import read_at_least
from holdfast.config import REPLICA_AGE_SECONDS_MAX
from holdfast.database import replicas as replicas_module
from holdfast.database.lending import open_pool
from tests.api.door import API, Door, hold, letters
from tests.live.browser import browser
from tests.replicas.conftest import ACCEPTED, box_office, opened
from tests.standby import Pair

pytestmark = [pytest.mark.anyio, pytest.mark.fault]

PATIENCE_SECONDS = 20.0


def selling(servers: Pair, folder: Path) -> AbstractAsyncContextManager[Door]:
    """A box office on the pair, whose operator accepts that its standby is asynchronous."""
    return box_office(servers.primary.url, servers.standby.url, folder=folder, **ACCEPTED)


async def until_replica(visitor: httpx.AsyncClient, wanted: str) -> None:
    """Until /health says this of the only replica."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while (await visitor.get("/health")).json()["replicas"][0]["status"] != wanted:
            await asyncio.sleep(0.05)


async def test_health_and_answers_tell_how_old_the_replica_is(
    servers: Pair, tmp_path: Path
) -> None:
    async with box_office(
        servers.primary.url, servers.standby.url, folder=tmp_path, **ACCEPTED
    ) as door:
        event_id = await door.evening()
        visitor = door.visitor()
        await until_replica(visitor, "ok")
        health = (await visitor.get("/health")).json()
        assert 0 <= health["replica_age_seconds"] <= REPLICA_AGE_SECONDS_MAX
        assert health["replicas"][0]["age_seconds"] <= REPLICA_AGE_SECONDS_MAX
        for path in ("", "/seats", "/availability", "/prices"):
            answer = await door.client().get(f"/events/{event_id}{path}")
            assert answer.status_code == 200
            assert float(answer.headers["holdfast-replica-age"]) <= REPLICA_AGE_SECONDS_MAX


@pytest.mark.parametrize("fault", ["paused", "cut", "dead"])
async def test_a_replica_that_cannot_follow_is_left_out_and_comes_back(
    fault: str, servers: Pair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replicas_module, "REPLICA_AGE_SECONDS_MAX", 1.5)  # to wait less
    async with box_office(
        servers.primary.url, servers.standby.url, folder=tmp_path, **ACCEPTED
    ) as door:
        visitor, client = door.visitor(), door.client()
        await until_replica(visitor, "ok")
        match fault:
            case "paused":
                servers.standby.ask("SELECT pg_wal_replay_pause()")
            case "cut":
                servers.stream(False)
            case _:
                servers.standby.kill()
        event_id = await door.evening()  # the replica will not hear of it
        expected = "unreachable" if fault == "dead" else "behind"
        found = await client.get(f"/events/{event_id}")
        assert found.status_code == 200, "what a replica has not got is read from the primary"
        await until_replica(visitor, expected)
        listed = (await client.get("/events?limit=500")).json()["events"]
        assert event_id in [event["event_id"] for event in listed], "the primary is read again"
        assert "holdfast-replica-age" not in (await client.get("/events")).headers
        match fault:
            case "paused":
                servers.standby.ask("SELECT pg_wal_replay_resume()")
            case "cut":
                servers.stream(True)
            case _:
                servers.standby.start()
        await until_replica(visitor, "ok")


async def test_a_version_that_is_demanded_is_never_answered_by_an_older_one(
    servers: Pair, tmp_path: Path
) -> None:
    async with box_office(
        servers.primary.url, servers.standby.url, folder=tmp_path, **ACCEPTED
    ) as door:
        event_id = await door.evening()
        client, buyer = door.client(), await door.buyer()
        await until_replica(door.visitor(), "ok")
        assert "H" not in await letters(client, event_id)
        door.parts.live.offer = lambda *_: None  # deaf: only the database tells
        door.parts.live.hear = lambda *_: None
        servers.standby.ask("SELECT pg_wal_replay_pause()")
        order = await hold(buyer, event_id, 3)
        demand = {"Holdfast-Version": str(order["version"])}
        for path in ("/seats", "/availability"):
            shown = await client.get(f"/events/{event_id}{path}", headers=demand)
            assert shown.json()["version"] >= order["version"]
        assert (await client.get(f"/events/{event_id}/seats")).json()["seats"][3] == "H"
        for path in ("", "/prices"):
            assert (await client.get(f"/events/{event_id}{path}", headers=demand)).is_success
        servers.standby.ask("SELECT pg_wal_replay_resume()")
        refused = await client.get(f"/events/{event_id}", headers={"Holdfast-Version": "new"})
        assert refused.status_code == 422


async def test_an_event_is_read_from_the_primary_where_the_replica_has_an_older_version(
    servers: Pair,
) -> None:
    async with opened(servers.primary.url, servers.standby.url) as database:
        asked: list[int] = []

        async def reading(connection: Any, event_id: int) -> str:
            replica = await connection.fetchval("SELECT pg_is_in_recovery()")
            asked.append(event_id)
            return "replica" if replica else "primary"

        class Asked:
            def __init__(self, version: str) -> None:
                self.sent = {b"holdfast-version": version.encode()}
                self.parts = type("Parts", (), {"database": database})

        assert await read_at_least(Asked(""), 1, reading) == "replica"
        assert await read_at_least(Asked("99"), 1, reading) == "primary"
        assert asked == [1, 1, 1]


async def test_while_the_primary_is_away_people_can_still_look(
    servers: Pair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nowhere = servers.primary.url.replace("port=5432", "port=5999")
    async with opened(servers.primary.url, servers.standby.url) as database:
        await database.replicas.look()
        assert database.replicas.health[0].status == "ok"
        await database.pool.close()  # as if nobody answered
        database.pool._pool = (await _pool(nowhere))._pool
        monkeypatch.setattr(replicas_module, "REPLICA_AGE_SECONDS_MAX", -1.0)  # and it is late

        async def reading(connection: Any) -> bool:
            return await connection.fetchval("SELECT pg_is_in_recovery()")

        assert database.replicas.usable() == []
        assert await database.read(reading) is True


async def _pool(url: str) -> Any:
    return await open_pool({"dsn": url}, 1, 1.0, {})


async def test_a_promoted_server_and_one_of_another_cluster_are_never_read_from(
    servers: Pair, database_url: str
) -> None:
    async with opened(servers.primary.url, servers.primary.url, database_url) as database:
        assert [replica.status for replica in database.replicas.health] == ["promoted", "foreign"]
        assert database.replicas.usable() == []


@pytest.mark.parametrize("replicated", [True, False])
async def test_a_thousand_people_browse_and_the_primary_is_asked_nothing(
    replicated: bool, servers: Pair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counted by the primary itself. Without a replica, the control, it is asked a lot."""
    keep = app_module.running_loops
    monkeypatch.setattr(app_module, "running_loops", lambda: _Only(keep(), "replicas"))
    people = 1_000 if replicated else 20
    replica_urls = [servers.standby.url] if replicated else []
    async with box_office(servers.primary.url, *replica_urls, folder=tmp_path, **ACCEPTED) as door:
        event_id = await door.evening()
        if replicated:
            await until_replica(door.visitor(), "ok")
            servers.until(
                servers.standby, f"SELECT count(*) FROM event WHERE event_id = {event_id}", "1"
            )
        statements = StatementLog(servers)
        statements.start()
        await crowd(door, event_id, people)
        found = statements.stop()
    browsing = {who: n for who, n in found.items() if who not in BACKGROUND}
    assert (browsing == {}) is replicated, found
    assert sum(found.values()) - sum(browsing.values()) < 200, "and that little does not grow"


BACKGROUND = {"holdfast replica look", "holdfast listen"}
"""Asks twice a second how far the log is; asks every five seconds whether its link lives."""


async def crowd(door: Door, event_id: int, people: int) -> None:
    """So many people look at the catalogue, the page, the map, the counts and the stream."""
    application = make_application(door.parts)
    chart = (await door.client().get(f"/events/{event_id}")).json()["chart_url"]
    paths = [f"{API}/events", *[f"{API}/events/{event_id}{p}" for p in ("", "/prices")], chart]
    paths += [f"{API}/events/{event_id}{p}" for p in ("/seats", "/availability")]

    async def person(number: int) -> None:
        for path in paths:
            assert await _get(application, path) == 200
        async with browser(door.parts.streams, event_id) as reader:
            await reader.until(lambda b: bool(b.events))

    for first in range(0, people, 50):
        await asyncio.gather(*[person(n) for n in range(first, min(people, first + 50))])


async def _get(application: Any, path: str) -> int:
    """One GET without a client between, which would take ten times as long."""
    statuses: list[int] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    scope = {
        "type": "http", "method": "GET", "path": path, "raw_path": path.encode(),
        "query_string": b"", "headers": [(b"host", b"box.test")], "scheme": "http",
        "http_version": "1.1", "root_path": "", "client": ("127.0.0.1", 1),
        "server": ("box.test", 80), "asgi": {"version": "3.0"},
    }  # fmt: skip
    await application(scope, receive, send)
    return statuses[0]


class _Only:
    """Background loops of which only one is run: the others ask the primary by themselves."""

    def __init__(self, loops: Any, name: str) -> None:
        self._loops = loops
        self._name = name

    async def __aenter__(self) -> Any:
        start = await self._loops.__aenter__()
        return lambda name, loop: start(name, loop) if name == self._name else None

    async def __aexit__(self, *error: Any) -> None:
        await self._loops.__aexit__(*error)


class StatementLog:
    """The statements that the primary was asked, by the name of who asked."""

    def __init__(self, servers: Pair) -> None:
        self._servers = servers
        self._log = servers.folder / "log"
        self._from = 0

    def start(self) -> None:
        self._set("log_line_prefix", "'asked|%p|%a|'")
        self._set("log_statement", "'all'")
        self._from = self._log.stat().st_size

    def stop(self) -> Counter[str]:
        text = self._log.read_bytes()[self._from :].decode(errors="replace")
        self._set("log_statement", "'none'")
        asked = re.findall(r"^asked\|\d+\|([^|]*)\|LOG:  (?:statement|execute)", text, re.MULTILINE)
        return Counter(who for who in asked if who != "psql")

    def _set(self, name: str, value: str) -> None:
        self._servers.primary.ask(f"ALTER SYSTEM SET {name} = {value}")
        self._servers.primary.ask("SELECT pg_reload_conf()")
        self._servers.until(self._servers.primary, f"SHOW {name}", value.strip("'"))
