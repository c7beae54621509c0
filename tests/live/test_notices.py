"""Processes tell each other what they sold; what they cannot tell costs freshness only."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.config import NOTICE_BYTES_MAX, NOTICE_PAYLOADS_MAX, NOTICES_QUEUED_MAX
from holdfast.database.pool import Database
from holdfast.desk.journal import Published
from holdfast.desk.seating import PublicPart
from holdfast.live import notices as module
from holdfast.live.notice import Notice, payloads, read_payload
from holdfast.live.notices import Notices
from holdfast.live.notify_broadcast import CHANNEL, NotifyBroadcast
from tests.cast import NOON, seats
from tests.house import Process, open_house
from tests.live.paper import EVENT, PaperMaps
from tests.live.worker import Worker, letters_in_database, stop_looking, working

pytestmark = pytest.mark.anyio

notices_st = st.lists(
    st.builds(
        Notice,
        st.integers(1, 3),
        st.integers(1, 10**6),
        st.none()
        | st.builds(lambda n: PublicPart({"H": list(range(n))}, {1: 5}), st.integers(0, 3_000)),
    ),
    max_size=40,
)


@given(notices_st)
def test_payloads_fit_and_tell_everything_or_the_newest(notices: list[Notice]) -> None:
    texts = payloads("me", notices)
    assert len(texts) <= NOTICE_PAYLOADS_MAX
    assert all(len(text.encode()) <= NOTICE_BYTES_MAX for text in texts)
    told = [notice for text in texts for notice in read_payload(text).notices]
    newest = {n.event_id: max(m.version for m in notices if m.event_id == n.event_id) for n in told}
    assert {n.event_id for n in told} == {n.event_id for n in notices}
    for event_id, version in newest.items():
        assert max(n.version for n in told if n.event_id == event_id) == version
    for notice in told:
        assert notice in notices or notice.public is None


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", '["me"]', '["me",[["a",1]]]', "null", "[" * 9_000]
)
def test_what_is_no_notice_is_not_read(text: str) -> None:
    assert read_payload(text) is None


async def test_a_seat_sold_in_one_process_is_on_the_map_of_the_other(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop_looking(monkeypatch)
    async with working(database_url) as one, working(database_url) as two:
        house = await open_house(one.database)
        for worker in (one, two):
            await worker.live.map(house.event_id)
        await one.hold(house, seats(7))
        live_map = await two.reached(house, 1)
        assert chr(live_map.seating.letters[7]) == "H"
        await two.buy(house, seats(9))
        await one.reached(house, 4)
        assert await one.letters(house) == await two.letters(house)
        assert one.notices.is_listening


async def test_batches_of_a_moment_go_out_together(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[list[str]] = []
    packed = module.payloads
    monkeypatch.setattr(module, "payloads", lambda *a: sent.append(packed(*a)) or sent[-1])
    async with working(database_url) as one, working(database_url) as two:
        house = await open_house(one.database)
        await two.live.map(house.event_id)
        for version in range(1, 21):
            one.notices.publish(Published(house.event_id, version, NOON, PublicPart({}, {})))
        watched = await two.live.watch(house.event_id)
        async with asyncio.timeout(5):
            while watched.known.version < 20:
                await two.reached(house, watched.known.version + 1)
        assert [len(texts) for texts in sent] == [1]


async def test_a_process_ignores_its_own_notices(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop_looking(monkeypatch)
    async with working(database_url) as worker, working(database_url) as other:
        house = await open_house(worker.database)
        offered: list[int] = []
        offer = worker.live.offer
        worker.live.offer = lambda *a: offered.append(a[1]) or offer(*a)
        for one in (worker, other):
            await one.live.map(house.event_id)
        await worker.hold(house, seats(1))
        await other.reached(house, 1)
        await other.hold(house, seats(2))
        await worker.reached(house, 2)
        assert offered == [1, 2]


async def test_notices_too_large_to_tell_are_read_from_the_journal(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop_looking(monkeypatch)
    monkeypatch.setattr("holdfast.live.notice.NOTICE_BYTES_MAX", 60)
    async with working(database_url) as one, working(database_url) as two:
        house = await open_house(one.database)
        await two.live.map(house.event_id)
        await one.hold(house, seats(0, 1, 2, 3))
        live_map = await two.reached(house, 1)
        assert live_map.seating.letters[:4] == b"HHHH"


async def test_links_that_were_cut_come_back_and_nothing_is_missing(database_url: str) -> None:
    async with working(database_url) as one, working(database_url) as two:
        house = await open_house(one.database)
        for worker in (one, two):
            await worker.live.map(house.event_id)
        await one.hold(house, seats(0))
        await two.reached(house, 1)
        assert await cut(one.database) >= 3, "two that listen and one that has spoken"
        await one.hold(house, seats(1), "b")
        await two.reached(house, 2)
        await listening(True, one, two)
        await two.hold(house, seats(2), "c")
        await one.hold(house, seats(3), "d")
        for worker in (one, two):
            await worker.reached(house, 4)
            assert await worker.letters(house) == await letters_in_database(one.database, house)


async def listening(wanted: bool, *workers: Worker) -> None:
    """Until all of them hear the others, or none does."""
    async with asyncio.timeout(10):
        while any(worker.notices.is_listening is not wanted for worker in workers):
            await asyncio.sleep(0.02)


async def cut(database: Database) -> int:
    """End every session that listens or tells; returns how many there were."""
    async with database.pool.acquire() as connection:
        return await connection.fetchval(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
            "WHERE datname = current_database() "
            "AND application_name IN ('holdfast listen', 'holdfast notify')"
        )


async def test_nonsense_on_the_channel_harms_nobody(database_url: str) -> None:
    async with working(database_url) as worker:
        house = await open_house(worker.database)
        await worker.live.map(house.event_id)
        async with worker.database.pool.acquire() as connection:
            for text in ("", "hello", '["x",[[1,2,{"changes":{"Z":[-1]},"available":{}}]]]'):
                await connection.execute("SELECT pg_notify($1, $2)", CHANNEL, text)
        mute = Process(worker.database)
        await mute.hold(house, seats(4))
        await mute.office.close()
        await worker.reached(house, 1)
        assert await worker.letters(house) == await letters_in_database(worker.database, house)


async def test_what_cannot_be_told_does_not_pile_up(database: Database) -> None:
    maps = PaperMaps()
    notices = Notices(
        NotifyBroadcast(database), maps
    )  # never started: nobody takes anything from the queue
    maps._watched = {EVENT: maps.watched}
    for version in range(1, NOTICES_QUEUED_MAX + 50):
        notices.publish(Published(EVENT, version, NOON, PublicPart({"H": [1]}, {})))
    assert len(notices._queue) == NOTICES_QUEUED_MAX
    assert maps.watched.known.version == NOTICES_QUEUED_MAX + 49
