"""The broadcast by Redis, on a real Valkey: whatever becomes of it, sales go on and maps follow."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest

from holdfast.config import LIVE_LOOK_SECONDS
from holdfast.live import redis_broadcast as module
from holdfast.live.redis_broadcast import RedisBroadcast
from tests.cast import seats
from tests.house import House, open_house
from tests.live.test_notices import listening
from tests.live.worker import Worker, letters_in_database, stop_looking, working
from tests.valkey import Valkey, valkey

pytestmark = pytest.mark.anyio

CHANNEL = "holdfast_live:test"
CATCH_UP_SECONDS_MAX = 5.0  # from its return on, as issue and docs promise


@pytest.fixture
async def server() -> AsyncIterator[Valkey]:
    with valkey() as running:
        yield running


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A silent server is given up sooner, so that the tests take less time."""
    monkeypatch.setattr(module, "REDIS_QUESTION_SECONDS", 0.3)
    monkeypatch.setattr(module, "REDIS_ANSWER_SECONDS_MAX", 0.3)


@asynccontextmanager
async def two_servers(url: str, server: Valkey) -> AsyncIterator[tuple[Worker, Worker, House]]:
    """Two processes of one box office that both show the same house."""
    async with (
        working(url, RedisBroadcast(server.url, CHANNEL)) as one,
        working(url, RedisBroadcast(server.url, CHANNEL)) as two,
    ):
        house = await open_house(one.database)
        for worker in (one, two):
            await worker.live.map(house.event_id)
        yield one, two, house


@pytest.mark.fault
async def test_what_one_server_sells_is_told_to_the_other_by_redis_alone(
    database_url: str, server: Valkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop_looking(monkeypatch)
    async with two_servers(database_url, server) as (one, two, house):
        await one.hold(house, seats(7))
        assert chr((await two.reached(house, 1)).seating.letters[7]) == "H"
        await two.buy(house, seats(9))
        await one.reached(house, 4)
        assert await one.letters(house) == await two.letters(house)
        assert (one.notices.broadcast, one.notices.is_listening) == ("redis", True)
        notifying = "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE $1"
        async with one.database.pool.acquire() as connection:
            assert await connection.fetchval(notifying, "holdfast listen") == 0


@pytest.mark.fault
@pytest.mark.parametrize("fault", ["killed", "paused", "cut", "flushed"])
async def test_redis_may_break_and_no_sale_waits_and_maps_follow_before_and_after(
    fault: str, database_url: str, server: Valkey, monkeypatch: pytest.MonkeyPatch, quick: None
) -> None:
    async with two_servers(database_url, server) as (one, two, house):
        await one.hold(house, seats(0))
        await two.reached(house, 1)
        match fault:
            case "killed":
                server.kill()
            case "paused":
                server.pause()
            case "cut":
                server.cut()
            case _:
                server.flush()
        async with asyncio.timeout(10):  # on a busy machine; nobody waits for Redis
            await one.hold(house, seats(1), "b")
            await two.hold(house, seats(2), "c")
        async with asyncio.timeout(5 + LIVE_LOOK_SECONDS):  # from the journal
            for worker in (one, two):
                await worker.reached(house, 3)
        if fault in ("killed", "paused"):
            await listening(False, one, two)
            (server.start if fault == "killed" else server.go_on)()
        async with asyncio.timeout(CATCH_UP_SECONDS_MAX):
            await listening(True, one, two)
        stop_looking(monkeypatch)  # from here on by Redis alone again, once it is spoken to
        await two.live.looked()
        async with asyncio.timeout(CATCH_UP_SECONDS_MAX):
            for n in range(3, 18):  # the first may be told to a link that is found to be dead
                await (one, two)[n % 2].hold(house, seats(n), f"session {n}")
                shown = [worker.live._watched[house.event_id].known for worker in (one, two)]
                if min(live_map.version for live_map in shown) >= 5:
                    break
                await asyncio.sleep(0.3)
        assert min(live_map.version for live_map in shown) >= 5
        for worker in (one, two):
            await worker.live.looked()
            assert await worker.letters(house) == await letters_in_database(one.database, house)


@pytest.mark.fault
async def test_a_server_starts_and_sells_without_redis(database_url: str, tmp_path) -> None:
    nowhere = RedisBroadcast(f"unix://{tmp_path}/nobody.sock", CHANNEL)
    async with working(database_url, nowhere) as worker:
        house = await open_house(worker.database)
        await worker.live.map(house.event_id)
        await worker.hold(house, seats(0))
        assert (await worker.letters(house))[0] == "H"
        assert not worker.notices.is_listening


@pytest.mark.fault
async def test_two_box_offices_on_one_redis_do_not_hear_each_other(
    database_url: str, server: Valkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop_looking(monkeypatch)
    heard: list[str] = []
    async with two_servers(database_url, server) as (one, two, house):
        neighbour = module.RedisEar(
            RedisBroadcast(server.url, "holdfast_live:other"), heard.append, lambda: None
        )
        await neighbour.start()
        await one.hold(house, seats(1))
        await two.reached(house, 1)
        await neighbour.close()
    assert heard == []


@pytest.mark.fault
async def test_nonsense_on_the_channel_of_redis_harms_nobody(
    database_url: str, server: Valkey
) -> None:
    async with two_servers(database_url, server) as (one, two, house):
        for text in (b"", b"\xff\xfe", b'["x",[[1,2,{"changes":{"Z":[-1]},"available":{}}]]]'):
            assert server.client.publish(CHANNEL, text) == 2
        await one.hold(house, seats(4))
        await two.reached(house, 1)
        await two.live.looked()
        assert await two.letters(house) == await letters_in_database(one.database, house)
