"""How a stream begins, resumes and ends, and what becomes of readers who are slow or gone."""

import asyncio

import pytest

from holdfast.config import HEARTBEAT_SECONDS, STREAM_FRAMES_MAX
from holdfast.desk.seating import PublicPart
from holdfast.live import channel as channel_module
from holdfast.live import stream as stream_module
from holdfast.live.stream import Streams
from holdfast.refusals import Refusal
from tests.live.browser import Browser, Follower, browser
from tests.live.paper import EVENT, PaperMaps, empty_map, on_paper

FRAMES_APART_SECONDS = 0.25  # API.md


@pytest.mark.parametrize("how", ["last_event_id", "query"])
def test_a_reader_who_names_its_version_gets_what_it_missed(how: str) -> None:
    async def scene() -> None:
        maps = PaperMaps()
        letters = maps.letters
        follower = Follower(0, letters)
        for seat_id in range(10):
            maps.change(H=[seat_id])
        request = {"last_event_id": "0"} if how == "last_event_id" else {"query": "since=0"}
        async with browser(Streams(maps), EVENT, **request) as reader:
            await reader.until_version(10)
            maps.change(S=[1, 2])
            await reader.until_version(11)
        assert [event.name for event in reader.events] == ["seats", "seats"]
        assert all(follower.applies(event) for event in reader.events)
        assert "".join(follower.letters) == maps.letters
        first, second = reader.events
        assert second.at - first.at >= FRAMES_APART_SECONDS

    on_paper(scene())


def test_a_header_counts_more_than_the_query() -> None:
    async def scene() -> None:
        maps = PaperMaps()
        maps.change(H=[1])
        maps.change(H=[2])
        request = {"last_event_id": "1", "query": "since=0"}
        async with browser(Streams(maps), EVENT, **request) as reader:
            await reader.until_version(2)
            assert reader.events[0].data["from"] == 1

    on_paper(scene())


@pytest.mark.parametrize("last_event_id", ["3", "99", "yesterday", "-1", "9" * 30, "１"])
def test_a_version_that_nothing_leads_from_is_answered_by_resync(last_event_id: str) -> None:
    async def scene() -> None:
        maps = PaperMaps(empty_map(version=5))
        maps.change(H=[1])
        async with browser(Streams(maps), EVENT, last_event_id=last_event_id) as reader:
            await reader.until_version(6)
            assert [event.name for event in reader.events] == ["resync"]
            assert maps.looks == (last_event_id == "99"), "a later version is looked up first"

    on_paper(scene())


def test_a_map_that_was_read_anew_makes_readers_resync_only_where_it_must() -> None:
    async def scene() -> None:
        maps = PaperMaps()
        async with browser(Streams(maps), EVENT) as reader:
            await reader.until_version(0)
            again = empty_map(version=2)
            again.recall([(1, _part(H=[1])), (2, _part(H=[2]))])
            maps.watched.renew(again)
            await reader.until_version(2)
            assert reader.events[-1].data["from"] == 0, "the journal leads from where it stood"
            maps.watched.renew(empty_map(version=2, epoch=2))
            await reader.until(lambda b: b.events[-1].name == "resync")
            maps.change(H=[3])
            await reader.until_version(3)
            assert reader.events[-1].data["from"] == 2

    on_paper(scene())


def _part(**changes: list[int]) -> PublicPart:
    return PublicPart(changes, {})


def test_a_reader_of_some_sections_gets_theirs_in_an_unbroken_chain() -> None:
    async def scene() -> None:
        maps = PaperMaps()
        async with browser(Streams(maps), EVENT, query="sections=2,3") as reader:
            await reader.until_version(0)
            maps.change(H=[0])  # Stalls
            await asyncio.sleep(1)
            assert len(reader.events) == 1
            maps.change(H=[1, 18])
            await reader.until_version(2)
            frame = reader.events[-1].data
            assert (frame["from"], frame["changes"]["H"]) == (0, [18])
            assert frame["available"] == {"2": 9}
            maps.change(S=[1])
            await reader.until_version(3)
            assert reader.events[-1].at - reader.events[-2].at > HEARTBEAT_SECONDS - 1
            assert (reader.events[-1].name, reader.events[-1].data["from"]) == ("seats", 2)

    on_paper(scene())


def test_sections_share_a_channel_and_too_many_choices_get_everything(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(stream_module, "STREAM_FILTERS_MAX", 1)

    async def scene() -> None:
        maps = PaperMaps()
        streams = Streams(maps)
        readers = [Browser() for _ in range(5)]
        queries = ["sections=2", "sections=2,2", "sections=1", "sections=1,2,3", ""]
        for reader, query in zip(readers, queries, strict=True):
            reader.open(streams, EVENT, query=query)
            await reader.until_version(0)
        assert len(maps.watched.followers) == 2
        maps.change(H=[0, 18])
        seen = []
        for reader in readers:
            await reader.until_version(1)
            seen.append(reader.events[-1].data["changes"]["H"])
            reader.hang_up()
        assert seen == [[18], [18], [0, 18], [0, 18], [0, 18]]
        await asyncio.wait([reader.task for reader in readers])

    on_paper(scene())


@pytest.mark.parametrize(
    "query", ["sections=4", "sections=a", "sections=1,,2", "sections=-1", "sections=1%2C9999999999"]
)
def test_sections_that_are_not_there_are_refused(query: str) -> None:
    async def scene() -> None:
        streams = Streams(PaperMaps())
        reader = Browser()
        reader.open(streams, EVENT, query=query)
        with pytest.raises(Refusal) as refused:
            await reader.task
        assert refused.value.code == "invalid_request"
        assert reader.status is None, "refused before anything was sent"
        assert streams.count == 0

    on_paper(scene())


def test_there_are_no_more_streams_than_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream_module, "STREAMS_MAX", 1)

    async def scene() -> None:
        streams = Streams(PaperMaps())
        async with browser(streams, EVENT) as first:
            await first.until_version(0)
            second = Browser()
            second.open(streams, EVENT)
            with pytest.raises(Refusal) as refused:
                await second.task
            assert (refused.value.code, refused.value.status) == ("busy", 503)
        async with browser(streams, EVENT) as third:
            await third.until_version(0)

    on_paper(scene())


def test_a_slow_reader_loses_frames_and_is_told_to_resync_and_others_are_not() -> None:
    async def scene() -> None:
        maps = PaperMaps()
        streams = Streams(maps)
        async with browser(streams, EVENT) as slow, browser(streams, EVENT) as quick:
            await slow.until_version(0)
            await quick.until_version(0)
            slow.reading.clear()
            for turn in range(STREAM_FRAMES_MAX + 2):
                version = maps.change(H=[turn])
                await quick.until_version(version)
            slow.reading.set()
            await slow.until_version(version)
            assert [e.name for e in slow.events[-2:]] == ["seats", "resync"]
            version = maps.change(A=[0])
            await slow.until_version(version)
            assert slow.events[-1].data["from"] == version - 1
            assert not quick.of("resync")

    on_paper(scene())


def test_a_reader_a_few_frames_behind_gets_them_in_one_piece() -> None:
    async def scene() -> None:
        maps = PaperMaps()
        streams = Streams(maps)
        follower = Follower(0, maps.letters)
        async with browser(streams, EVENT) as slow, browser(streams, EVENT) as quick:
            await slow.until_version(0)
            slow.reading.clear()
            for turn in range(STREAM_FRAMES_MAX):
                await quick.until_version(maps.change(H=[turn]))
            slow.reading.set()
            await slow.until_version(STREAM_FRAMES_MAX)
            assert all(follower.applies(frame) for frame in slow.of("seats"))
            assert slow.chunks == 3
            assert "".join(follower.letters) == maps.letters

    on_paper(scene())


def test_a_reader_who_takes_nothing_is_cut_off() -> None:
    async def scene() -> None:
        maps = PaperMaps()
        streams = Streams(maps)
        async with browser(streams, EVENT) as reader:
            await reader.until_version(0)
            reader.reading.clear()
            maps.change(H=[1])
            async with asyncio.timeout(60):
                await asyncio.wait({reader.task})
            assert reader.task.done()
            assert reader.task.exception() is None, "the server is not told of an error"
            assert streams.count == 0

    on_paper(scene())


def test_a_reader_who_hangs_up_is_forgotten_at_once() -> None:
    async def scene() -> None:
        maps = PaperMaps()
        streams = Streams(maps)
        async with browser(streams, EVENT) as reader:
            await reader.until_version(0)
            reader.hang_up()
            await reader.task
            assert streams.count == 0
            assert not maps.watched.followers
            assert not reader.ended, "nothing is sent to who is gone"

    on_paper(scene())


def test_a_server_that_stops_ends_every_stream_and_takes_no_more() -> None:
    async def scene() -> None:
        maps = PaperMaps()
        streams = Streams(maps)
        readers = [Browser() for _ in range(3)]
        for reader in readers:
            reader.open(streams, EVENT)
            await reader.until_version(0)
        readers[2].reading.clear()
        maps.change(H=[1])
        before = asyncio.get_running_loop().time()
        await streams.close()
        assert asyncio.get_running_loop().time() - before < 3
        assert [reader.ended for reader in readers] == [True, True, False]
        await asyncio.wait([reader.task for reader in readers], timeout=1)
        assert all(reader.task.done() for reader in readers)
        late = Browser()
        late.open(streams, EVENT)
        with pytest.raises(Refusal):
            await late.task

    on_paper(scene())


def test_many_who_resume_from_different_versions_all_get_in(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(channel_module, "STREAM_STARTS_MAX", 2)

    async def scene() -> None:
        maps = PaperMaps()
        for seat_id in range(8):
            maps.change(H=[seat_id])
        streams = Streams(maps)
        readers = [Browser() for _ in range(8)]
        for version, reader in enumerate(readers):
            reader.open(streams, EVENT, last_event_id=str(version))
        for version, reader in enumerate(readers):
            await reader.until_version(8)
            assert reader.events[0].data["changes"]["H"] == list(range(version, 8))
            reader.hang_up()
        await asyncio.wait([reader.task for reader in readers])

    on_paper(scene())
