"""What readers of the stream get, and when: frames shared, apart, merged, in an unbroken chain."""

import asyncio
from collections.abc import Callable
from itertools import pairwise

import pytest
import uvloop
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.config import FRAME_BYTES_MAX, HEARTBEAT_SECONDS
from holdfast.desk.order import EventStatus
from holdfast.live import channel as channel_module
from holdfast.live.frame import seats_event
from holdfast.live.live_map import Changes
from holdfast.live.stream import Streams
from tests.cast import CIRCLE, PLACES, STALLS, STANDING
from tests.live.browser import Browser, Follower, browser
from tests.live.paper import EVENT, PaperMaps, empty_map, on_paper

FRAMES_APART_SECONDS = 0.25  # API.md


def test_a_reader_who_names_no_version_is_told_where_the_stream_is() -> None:
    async def scene() -> None:
        maps = PaperMaps(empty_map(version=41))
        async with browser(Streams(maps), EVENT) as reader:
            await reader.until_version(41)
            first = reader.events[0]
            assert (first.name, first.id, first.data) == ("version", 41, {"version": 41})
            assert 1_000 <= first.retry <= 5_000
        assert reader.status == 200
        assert reader.headers["content-type"].startswith("text/event-stream")
        assert reader.headers["cache-control"] == "no-store"

    on_paper(scene())


def test_a_change_is_told_at_once_as_api_md_has_it() -> None:
    async def scene() -> None:
        maps = PaperMaps()
        async with browser(Streams(maps), EVENT) as reader:
            await reader.until_version(0)
            before = asyncio.get_running_loop().time()
            maps.change(H=[13, 12], S=[20])
            await reader.until_version(1)
            frame = reader.events[-1]
            assert (frame.name, frame.id) == ("seats", 1)
            assert frame.data == {
                "from": 0,
                "version": 1,
                "changes": {"A": [], "H": [12, 13], "S": [20], "B": []},
                "available": {"1": 16, "2": 9},
            }
            assert frame.at - before < 0.01

    on_paper(scene())


def test_a_second_change_before_a_frame_that_is_due_is_told_with_it_on_every_loop() -> None:
    async def scene() -> None:
        maps = PaperMaps()
        async with browser(Streams(maps), EVENT) as reader:
            await reader.until_version(0)
            maps.change(H=[12])
            maps.change(H=[13])  # the frame is due: uvloop keeps no time for what is due already
            await reader.until_version(2)

    on_paper(scene())
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(scene())


def test_frames_are_apart_and_hold_the_last_state_of_each_seat() -> None:
    async def scene() -> None:
        maps = PaperMaps()
        async with browser(Streams(maps), EVENT) as reader:
            await reader.until_version(0)
            for turn in range(40):
                maps.change(**{"HAS"[turn % 3]: [5]})
                await asyncio.sleep(0.03)
            await reader.until_version(40)
            frames = reader.of("seats")
            assert [f.data["from"] for f in frames] == [0, *[f.id for f in frames[:-1]]]
            gaps = [b.at - a.at for a, b in pairwise(frames)]
            assert min(gaps) >= FRAMES_APART_SECONDS
            assert len(frames) <= 1.2 / FRAMES_APART_SECONDS + 2
            for frame in frames:
                letter = "HAS"[(frame.id - 1) % 3]
                assert frame.data["changes"][letter] == [5]
                assert sum(map(len, frame.data["changes"].values())) == 1

    on_paper(scene())


def test_a_frame_is_made_once_for_all_readers(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []
    seats_event = channel_module.seats_event
    monkeypatch.setattr(
        channel_module, "seats_event", lambda c: made.append(c.version) or seats_event(c)
    )

    async def scene() -> None:
        maps = PaperMaps()
        streams = Streams(maps)
        readers = [Browser() for _ in range(600)]
        for reader in readers:
            reader.open(streams, EVENT)
        for reader in readers:
            await reader.until_version(0)
        maps.change(H=[1])
        for reader in readers:
            await reader.until_version(1)
        assert made == [1]
        assert streams.count == 600
        for reader in readers:
            reader.hang_up()
        await asyncio.wait([reader.task for reader in readers])
        assert streams.count == 0
        assert not maps.watched.followers

    on_paper(scene())


@pytest.mark.parametrize(
    ("seconds_a_reader", "apart"), [(0.0, 0.26), (0.001, 0.4), (0.002, 0.8), (0.02, 1.25)]
)
def test_frames_are_as_far_apart_as_telling_them_takes_time(
    seconds_a_reader: float, apart: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """200 readers, each of whom costs the event loop so much."""

    async def scene() -> None:
        loop = asyncio.get_running_loop()
        send = Browser._send

        async def costly(browser: Browser, message: dict) -> None:
            loop.paper_selector.now += seconds_a_reader
            await send(browser, message)

        monkeypatch.setattr(Browser, "_send", costly)
        maps = PaperMaps()
        streams = Streams(maps)
        readers = [Browser() for _ in range(200)]
        for reader in readers:
            reader.open(streams, EVENT)
        await readers[-1].until_version(0)
        await asyncio.sleep(10)
        for turn in range(60):
            maps.change(**{"HA"[turn % 2]: [5]})
            await asyncio.sleep(0.1)
        await readers[-1].until_version(60)
        made = [frame.at for frame in readers[0].of("seats")]
        gaps = [b - a for a, b in pairwise(made)][1:-1]
        assert min(gaps) >= FRAMES_APART_SECONDS
        longest = max(apart, 200 * seconds_a_reader) + 0.2
        assert apart - 0.01 <= sum(gaps) / len(gaps) <= longest
        for reader in readers:
            reader.hang_up()
        await asyncio.wait([reader.task for reader in readers])

    on_paper(scene())


def test_a_change_without_seats_keeps_readers_in_step() -> None:
    async def scene() -> None:
        maps = PaperMaps()
        async with browser(Streams(maps), EVENT) as reader:
            await reader.until_version(0)
            maps.change()
            await reader.until_version(1)
            assert reader.events[-1].data["from"] == 0
            await asyncio.sleep(1)
            maps.change(status=EventStatus.CANCELLED)
            await reader.until_version(2)
            assert reader.events[-1].data["event_status"] == "CANCELLED"

    on_paper(scene())


def test_silence_is_broken_by_heartbeats() -> None:
    async def scene() -> None:
        maps = PaperMaps(empty_map(version=3))
        async with browser(Streams(maps), EVENT) as reader:
            await reader.until(lambda b: len(b.of("version")) == 4)
            beats = [event.at for event in reader.of("version")]
            assert beats[3] - beats[2] == pytest.approx(HEARTBEAT_SECONDS)
            await asyncio.sleep(HEARTBEAT_SECONDS - 1)
            maps.change(H=[1])
            await asyncio.sleep(HEARTBEAT_SECONDS - 1)
            assert reader.events[-1].name == "seats", "a frame is as good as a heartbeat"
            await reader.until(lambda b: b.events[-1].name == "version")

    on_paper(scene())


def test_a_frame_that_would_be_too_large_is_a_resync() -> None:
    async def scene() -> None:
        maps = PaperMaps()
        async with browser(Streams(maps), EVENT) as reader:
            await reader.until_version(0)
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr("holdfast.live.frame.FRAME_BYTES_MAX", 100)
                maps.change(H=list(range(20)))
                await reader.until_version(1)
            assert (reader.events[-1].name, reader.events[-1].id) == ("resync", 1)
            await asyncio.sleep(1)
            maps.change(A=[1])
            await reader.until_version(2)
            assert reader.events[-1].data["from"] == 1, "the chain goes on from the resync"

    on_paper(scene())


def test_a_frame_with_hardly_room_for_more_does_not_wait_for_its_time() -> None:
    """Frames are two seconds apart here, unless they are nearly full."""

    async def scene(changes: int) -> float:
        maps = PaperMaps()
        async with browser(Streams(maps), EVENT) as reader:
            await reader.until_version(0)
            maps.change(H=[0])
            await reader.until_version(1)
            await asyncio.sleep(0.5)
            before = asyncio.get_running_loop().time()
            for seat in range(changes):
                maps.change(H=[seat + 1])
            await reader.until_version(1 + changes)
            assert reader.events[-1].data["from"] == 1, "one frame, and no resync"
            return reader.events[-1].at - before

    waited: list[float] = []

    async def scenes() -> None:
        waited.append(await scene(9))
        waited.append(await scene(10))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(channel_module, "FRAME_SECONDS_PER_READER", 2.0)
        patch.setattr(channel_module, "FRAME_SECONDS_MAX", 2.0)
        patch.setattr(channel_module, "FRAME_FULL_PLACES", 10)
        on_paper(scenes())
    assert waited[0] > 1.0
    assert waited[1] < 0.01


steps = st.lists(
    st.tuples(
        st.dictionaries(st.integers(0, PLACES - 1), st.sampled_from("AHSB"), max_size=5),
        st.sampled_from([0.0, 0.01, 0.1, 0.3, 20.0]),
    ),
    min_size=1,
    max_size=25,
)
choices = st.sampled_from([None, frozenset({STALLS}), frozenset({CIRCLE, STANDING})])


@settings(max_examples=150, deadline=None)
@given(steps, choices, st.integers(0, 20), st.booleans(), st.booleans())
def test_frames_folded_together_give_the_letters_of_the_map(
    history: list[tuple[dict[int, str], float]],
    sections: frozenset[int] | None,
    joins: int,
    resumes: bool,
    lets_in: bool,
) -> None:
    """Whatever happens, and whenever a reader comes, in however few pieces it takes what is sent:
    each frame leads from the one before, and the last gives the letters of the map."""

    async def scene() -> None:
        maps = PaperMaps()
        streams = Streams(maps)
        keeper = Browser()  # so that the channel is not always a new one
        keeper.open(streams, EVENT, query=_query(sections))
        reader = Browser()
        follower = Follower(0, maps.letters)
        for turn, (changes, pause) in enumerate(history):
            if turn == joins:
                if not resumes:
                    follower = Follower(maps.watched.known.version, maps.letters)
                reader.open(
                    streams, EVENT, query=_query(sections), last_event_id=str(follower.version)
                )
                if lets_in:
                    await asyncio.sleep(0.001)
            by_letter: dict[str, list[int]] = {}
            for seat_id, letter in changes.items():
                by_letter.setdefault(letter, []).append(seat_id)
            maps.change(**by_letter)
            (reader.reading.clear if turn % 7 == 5 else reader.reading.set)()
            await asyncio.sleep(pause)
        if reader.task is None:
            reader.open(streams, EVENT, query=_query(sections), last_event_id=str(follower.version))
        reader.reading.set()
        await reader.until_version(len(history))
        assert not reader.of("resync")
        assert all(follower.applies(frame) for frame in reader.of("seats"))
        in_sight = _in_sight(sections)
        assert _seen(follower.letters, in_sight) == _seen(list(maps.letters), in_sight)
        times = [frame.at for frame in reader.of("seats")]
        if reader.reading.is_set() and not any(turn % 7 == 5 for turn in range(len(history))):
            assert all(b - a >= FRAMES_APART_SECONDS for a, b in pairwise(times))
        for one in (reader, keeper):
            one.hang_up()
            await one.task

    on_paper(scene())


def _query(sections: frozenset[int] | None) -> str:
    return "" if sections is None else "sections=" + ",".join(map(str, sections))


def _in_sight(sections: frozenset[int] | None) -> Callable[[int], bool]:
    section_of = empty_map().plan.section_of
    return lambda seat_id: sections is None or section_of[seat_id] in sections


def _seen(letters: list[str], in_sight: Callable[[int], bool]) -> str:
    return "".join(letter for seat_id, letter in enumerate(letters) if in_sight(seat_id))


def test_no_frame_is_larger_than_promised() -> None:
    sizes = set()
    for places in (1, 2_000, 2_730, 2_731, 4_000, 9_000, 20_000):
        seat_ids = list(range(100_000, 100_000 + places))
        event = seats_event(Changes(1, 2, {"H": seat_ids}, {1: 5}))
        sizes.add(event.startswith(b"event: seats"))
        assert len(event) <= FRAME_BYTES_MAX
    assert sizes == {True, False}
