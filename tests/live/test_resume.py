"""Readers of a real sale: whatever breaks on the way, what they have is what the database has."""

import asyncio
import random

import pytest

from holdfast.desk.commands import BlockSeats, Release, UnblockSeats
from holdfast.refusals import Refusal
from tests.cast import PLACES, seats
from tests.house import House, open_house
from tests.live.browser import Follower, browser
from tests.live.test_notices import cut
from tests.live.worker import Worker, letters_in_database, working

pytestmark = pytest.mark.anyio


async def a_reader(worker: Worker, house: House) -> Follower:
    """Somebody who has fetched the seats from this process."""
    live_map = await worker.live.map(house.event_id)
    return Follower(live_map.version, live_map.seating.letters.decode())


async def sell(worker: Worker, house: House, turns: int, rng: random.Random) -> None:
    """Some of what a sale does, now and then refused."""
    for _ in range(turns):
        chosen = seats(*rng.sample(range(PLACES), 2))
        try:
            match rng.randrange(4):
                case 0:
                    order = await worker.hold(house, chosen, f"session {rng.random()}")
                    await worker.office.submit(
                        house.event_id,
                        Release(order_id=order.order_id, session_id=order.session_id),
                    )
                case 1:
                    await worker.buy(house, chosen, f"session {rng.random()}")
                case 2:
                    await worker.office.submit(
                        house.event_id, BlockSeats(seat_ids=(rng.randrange(PLACES),))
                    )
                case _:
                    await worker.office.submit(
                        house.event_id, UnblockSeats(seat_ids=(rng.randrange(PLACES),))
                    )
        except Refusal:
            continue
        await asyncio.sleep(0)


async def test_a_reader_sees_a_sale_by_two_processes_while_links_are_cut(
    database_url: str,
) -> None:
    seed = random.randrange(10**6)
    print("seed", seed)
    rng = random.Random(seed)
    async with working(database_url) as one, working(database_url) as two:
        house = await open_house(one.database)
        follower = await a_reader(two, house)
        async with browser(
            two.streams, house.event_id, last_event_id=str(follower.version)
        ) as reader:
            for _ in range(3):
                await asyncio.gather(sell(one, house, 10, rng), sell(two, house, 10, rng))
                await cut(one.database)
                await sell(one, house, 4, rng)
            last = (await one.live.map(house.event_id, at_least=10**9)).version
            await reader.until_version(last)
            assert not reader.of("resync")
            assert all(follower.applies(frame) for frame in reader.of("seats"))
            assert "".join(follower.letters) == await letters_in_database(one.database, house)


async def test_a_reader_who_reconnects_to_another_process_misses_nothing_and_gets_nothing_twice(
    database_url: str,
) -> None:
    async with working(database_url) as one:
        house = await open_house(one.database)
        follower = await a_reader(one, house)
        async with browser(one.streams, house.event_id) as reader:
            await reader.until_version(0)
            await one.hold(house, seats(0))
            await reader.until_version(1)
            assert follower.applies(reader.events[-1])
        await one.hold(house, seats(1), "b")
        await one.hold(house, seats(2), "c")
        async with working(database_url) as two:  # it starts now, and knows only the database
            async with browser(
                two.streams, house.event_id, last_event_id=str(reader.events[-1].id)
            ) as again:
                await again.until_version(3)
                await two.hold(house, seats(3), "d")
                await again.until_version(4)
                assert [(e.name, e.data["from"], e.id) for e in again.events] == [
                    ("seats", 1, 3), ("seats", 3, 4),
                ]  # fmt: skip
                assert all(follower.applies(frame) for frame in again.events)
            assert "".join(follower.letters) == await letters_in_database(two.database, house)


async def test_a_reader_whom_another_process_told_more_is_not_told_less(
    database_url: str,
) -> None:
    async with working(database_url) as one, working(database_url) as two:
        house = await open_house(one.database)
        await two.live.map(house.event_id)
        two.live.offer = lambda *_: None  # deaf
        two.live.hear = lambda *_: None
        for n in range(3):
            await one.hold(house, seats(n), f"session {n}")
        async with browser(two.streams, house.event_id, last_event_id="3") as reader:
            await reader.until(lambda b: bool(b.events))
            assert (reader.events[0].name, reader.events[0].id) == ("version", 3)


async def test_a_stream_of_an_event_that_is_not_there_is_refused(database_url: str) -> None:
    async with working(database_url) as worker:
        with pytest.raises(Refusal) as refused:
            async with browser(worker.streams, 99) as reader:
                await reader.task
        assert refused.value.code == "not_found"
        assert worker.streams.count == 0
