"""Live maps on a real database: loaded once, kept up, and repaired when what was said got lost."""

import asyncio

import pytest

from holdfast.config import CATCH_UP_VERSIONS_MAX, LIVE_LOOK_SECONDS
from holdfast.database.pool import Database
from holdfast.desk.commands import BlockSeats
from holdfast.desk.journal import read_public_since
from holdfast.desk.seating import PublicPart
from holdfast.live import live_maps as module
from holdfast.live import map_rows, repair
from holdfast.live.live_maps import LiveMaps
from holdfast.refusals import Refusal
from holdfast.venues.chart_store import PlanShelf
from tests.cast import ADA, BEN, CLEO, seats, standing
from tests.house import House, Process, open_house
from tests.live.worker import Worker, letters_in_database, stop_looking, working

pytestmark = pytest.mark.anyio


async def block(process: Process, house: House, *seat_ids: int) -> int:
    """Block these seats, a batch for each; returns the version this leads to."""
    version = 0
    for seat_id in seat_ids:
        granted = await process.office.submit(house.event_id, BlockSeats(seat_ids=(seat_id,)))
        version = granted.version
    return version


async def test_a_map_shows_what_was_sold_before_anybody_watched(database: Database) -> None:
    house = await open_house(database)
    seller = Process(database)
    await seller.hold(house, seats(3, 4))
    order = await seller.buy(house, standing(2), BEN)
    await seller.office.close()
    live = LiveMaps(database, PlanShelf())
    live_map = await live.map(house.event_id)
    assert live_map.seating.letters.decode() == await letters_in_database(database, house)
    assert live_map.seating.letters.count(b"S") == len(order.items) == 2
    assert live_map.seating.available == {1: 16, 2: 10, 3: 6}
    assert live_map.changes_since(0) is not None, "the journal tells even what was before"
    assert live.count == 1


async def test_many_who_ask_at_once_share_one_reading(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = await open_house(database)
    readings: list[int] = []
    read_map = repair.read_map

    async def counted(*arguments: object) -> object:
        readings.append(1)
        return await read_map(*arguments)

    monkeypatch.setattr(repair, "read_map", counted)
    live = LiveMaps(database, PlanShelf())
    impatient = asyncio.create_task(live.map(house.event_id))
    others = [asyncio.create_task(live.map(house.event_id)) for _ in range(20)]
    await asyncio.sleep(0)
    impatient.cancel()
    maps = await asyncio.gather(*others)
    assert len(readings) == 1, "and who gives up takes it from nobody"
    assert len({id(live_map) for live_map in maps}) == 1


async def test_an_event_that_is_not_there_is_not_found_and_not_kept(database: Database) -> None:
    live = LiveMaps(database, PlanShelf())
    for _ in range(2):
        with pytest.raises(Refusal) as refused:
            await live.map(99)
        assert refused.value.code == "not_found"
    assert live.count == 0


async def test_a_batch_of_this_process_is_on_the_map_when_its_buyer_is_answered(
    database_url: str,
) -> None:
    async with working(database_url) as worker:
        house = await open_house(worker.database)
        await worker.live.map(house.event_id)
        await worker.hold(house, seats(0))
        assert (await worker.letters(house))[:2] == "HA"


async def test_every_version_of_the_map_agrees_with_the_counts_of_the_journal(
    database_url: str,
) -> None:
    async with working(database_url) as worker:
        house = await open_house(worker.database)
        follower = LiveMaps(worker.database, PlanShelf())
        live_map = await follower.map(house.event_id)
        await asyncio.gather(*[worker.buy(house, seats(n), f"session {n}") for n in range(12)])
        await worker.hold(house, standing(3), CLEO)
        async with worker.database.pool.acquire() as connection:
            for batch in await read_public_since(connection, house.event_id, 0, 1_000):
                live_map.follow(batch.version, batch.public)
                assert batch.public.available.items() <= live_map.seating.available.items()
        assert live_map.seating.letters.decode() == await letters_in_database(
            worker.database, house
        )


async def test_what_nobody_said_is_found_within_a_second(database_url: str) -> None:
    async with working(database_url) as worker:
        house = await open_house(worker.database)
        await worker.live.map(house.event_id)
        mute = Process(worker.database)
        version = await block(mute, house, 0, 1, 2)
        await mute.office.close()
        async with asyncio.timeout(2 + LIVE_LOOK_SECONDS):
            live_map = await worker.reached(house, version)
        assert live_map.seating.letters.decode() == await letters_in_database(
            worker.database, house
        )


async def test_who_knows_of_a_later_version_waits_for_it(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop_looking(monkeypatch)
    async with working(database_url) as worker:
        house = await open_house(worker.database)
        await worker.live.map(house.event_id)
        mute = Process(worker.database)
        version = await block(mute, house, 0, 1)
        await mute.office.close()
        assert (await worker.live.map(house.event_id, at_least=version)).version == version
        async with asyncio.timeout(5):  # there is none, and no long wait for it
            assert (await worker.live.map(house.event_id, at_least=10**12)).version == version


async def test_a_gap_is_filled_from_the_journal_without_reading_the_map_again(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop_looking(monkeypatch)
    async with working(database_url) as worker:
        house = await open_house(worker.database)
        watched = await worker.live.watch(house.event_id)
        read_at = watched.read_at
        mute = Process(worker.database)
        newest = await block(mute, house, 0, 1, 2, 3, 4)
        await mute.office.close()
        async with worker.database.pool.acquire() as connection:
            batches = await read_public_since(connection, house.event_id, 0, 100)
        for batch in reversed(batches[2:]):  # two are lost, the others come in the wrong order
            worker.live.offer(house.event_id, batch.version, batch.public)
            worker.live.offer(house.event_id, batch.version, batch.public)
        live_map = await worker.reached(house, newest)
        assert watched.read_at == read_at
        assert live_map.seating.letters.decode() == await letters_in_database(
            worker.database, house
        )


@pytest.mark.parametrize(
    "fault", ["nonsense", "epoch", "chart", "pruned", "all pruned", "far behind"]
)
async def test_a_map_that_cannot_go_on_is_read_anew(
    fault: str, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repair, "LIVE_RELOAD_SECONDS_MIN", 0.0)
    async with working(database_url) as worker:
        house = await open_house(worker.database)
        mute = Process(worker.database)
        await block(mute, house, 0)
        before = await worker.live.map(house.event_id)
        watched = await worker.live.watch(house.event_id)
        if fault == "nonsense":
            worker.live.offer(house.event_id, 2, PublicPart({"H": [10_000]}, {}))
        elif fault == "far behind":
            worker.live.hear(house.event_id, 2 + CATCH_UP_VERSIONS_MAX)
        elif fault == "pruned":
            await block(mute, house, 1, 2, 3)
            await run(worker, "DELETE FROM seat_change WHERE version < 4")
        elif fault == "all pruned":
            await block(mute, house, 1)
            await run(worker, "DELETE FROM seat_change")
        elif fault == "epoch":
            await run(worker, "UPDATE desk SET epoch = 2")
        else:
            before.chart_sha256 = "another chart"
        if fault != "all pruned":
            await block(mute, house, 9)
        await mute.office.close()
        async with asyncio.timeout(5):
            while watched.known is before:
                await worker.live.looked()
        await worker.live.looked()
        assert await worker.letters(house) == await letters_in_database(worker.database, house)
        assert not watched.behind


async def run(worker: Worker, statement: str) -> None:
    async with worker.database.pool.acquire() as connection:
        await connection.execute(statement)


async def test_a_version_that_was_never_made_is_not_looked_for_for_ever(database_url: str) -> None:
    async with working(database_url) as worker:
        house = await open_house(worker.database)
        watched = await worker.live.watch(house.event_id)
        worker.live.hear(house.event_id, 50)
        await worker.live.looked()
        assert (watched.heard, watched.behind) == (0, False)


async def test_events_that_nobody_watches_leave(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with working(database_url) as worker:
        first, second = [await open_house(worker.database) for _ in range(2)]
        await worker.live.map(first.event_id)
        kept = await worker.live.watch(second.event_id)
        kept.followers.add(_Nobody())
        monkeypatch.setattr(module, "LIVE_MAP_IDLE_SECONDS", 0.0)
        await worker.live.looked()
        await worker.live.looked()
        assert worker.live.count == 1
        kept.followers.clear()
        await worker.live.looked()
        await worker.live.looked()
        assert worker.live.count == 0


class _Nobody:
    def moved(self) -> None: ...
    def restarted(self) -> None: ...


async def test_the_longest_unread_event_makes_room_and_read_ones_do_not(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LIVE_MAPS_MAX", 2)
    live = LiveMaps(database, PlanShelf())
    houses = [await open_house(database) for _ in range(4)]
    first = await live.map(houses[0].event_id)
    second = await live.map(houses[1].event_id)
    assert await live.map(houses[0].event_id) is first
    await live.map(houses[2].event_id)
    assert await live.map(houses[0].event_id) is first
    assert await live.map(houses[1].event_id) is not second, "it had to go"
    for house in houses[:2]:
        (await live.watch(house.event_id)).followers.add(_Nobody())
    with pytest.raises(Refusal) as refused:
        await live.map(houses[3].event_id)
    assert refused.value.code == "busy"


async def test_section_prices_follow_the_database_soon(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = await open_house(database)
    live = LiveMaps(database, PlanShelf())
    before = await live.sections(house.event_id)
    assert [(s.section_id, s.name, s.capacity) for s in before] == [
        (1, "Stalls", 18), (2, "Circle", 10), (3, "Standing", 8)
    ]  # fmt: skip
    async with database.pool.acquire() as connection:
        await connection.execute("UPDATE section SET base_price = 4200 WHERE section_id = 1")
    assert await live.sections(house.event_id) is before
    monkeypatch.setattr(module, "LIVE_PRICES_SECONDS", 0.0)
    after = await live.sections(house.event_id)
    assert after[0].base_price == 4_200


async def test_a_map_and_its_version_are_read_as_of_one_instant(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A batch that commits between the version and the letters is in neither."""
    house = await open_house(database)
    seller = Process(database)

    class Between:
        """A connection that sells a seat before the letters are read."""

        def __init__(self, connection: object) -> None:
            self._connection = connection

        def __getattr__(self, name: str) -> object:
            return getattr(self._connection, name)

        async def fetchval(self, query: str, *arguments: object) -> object:
            if "string_agg" in query:
                await seller.hold(house, seats(5), ADA)
            return await self._connection.fetchval(query, *arguments)

    async with database.pool.acquire() as connection:
        live_map = await map_rows.read_map(Between(connection), PlanShelf(), house.event_id)
    assert (live_map.version, live_map.seating.letters.count(b"H")) == (0, 0)
    assert (await letters_in_database(database, house)).count("H") == 1
    await seller.office.close()
