"""The map over HTTP: letters, changes, sections, counts; made once per version."""

import gzip
import json
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.live import answers
from holdfast.live.answers import Answer, accepts_gzip, availability_answer, seats_answer
from holdfast.live.map_rows import SectionTerms
from holdfast.refusals import Refusal
from tests.cast import CIRCLE, STALLS
from tests.live.paper import PaperMaps, empty_map

SECTIONS = (
    SectionTerms(1, "Stalls", 18, 5_720),
    SectionTerms(2, "Circle", 10, 8_200),
    SectionTerms(3, "Standing", 8, 0),
)


def body(answer: Answer) -> dict:
    return json.loads(answer.body)


def header(answer: Answer, name: str) -> str | None:
    return dict(answer.headers).get(name.encode(), b"").decode() or None


def test_the_snapshot_has_a_letter_for_every_place() -> None:
    maps = PaperMaps()
    maps.change(H=[1], S=[2, 3], B=[35])
    answer = seats_answer(maps.watched.known)
    assert answer.status == 200
    assert body(answer) == {"version": 1, "seats": "AHSS" + "A" * 31 + "B"}
    assert header(answer, "cache-control") == "public, max-age=1"
    assert header(answer, "content-type") == "application/json"
    assert header(answer, "holdfast-version") == "1"


def test_since_tells_only_what_changed_and_everything_where_it_cannot() -> None:
    maps = PaperMaps(empty_map(version=7))
    maps.change(H=[1])
    maps.change(S=[1], H=[20])
    live_map = maps.watched.known
    assert body(seats_answer(live_map, since=7)) == {
        "from": 7,
        "version": 9,
        "changes": {"A": [], "H": [20], "S": [1], "B": []},
        "available": {"1": 17, "2": 9},
    }
    assert body(seats_answer(live_map, since=9))["changes"] == {"A": [], "H": [], "S": [], "B": []}
    for too_old_or_new in (6, 10, -5):
        assert "seats" in body(seats_answer(live_map, since=too_old_or_new))


def test_since_in_a_large_house_tells_everything_where_that_is_shorter(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(answers, "CHANGES_PLACES_MIN", 3)
    maps = PaperMaps()
    maps.change(H=[1, 2, 3])
    assert "changes" in body(seats_answer(maps.watched.known, since=0))
    maps.change(H=[4, 5, 6, 7])
    assert "seats" in body(seats_answer(maps.watched.known, since=0))


def test_one_section_is_told_alone() -> None:
    maps = PaperMaps()
    maps.change(H=[0, 18])
    live_map = maps.watched.known
    assert body(seats_answer(live_map, section_id=CIRCLE)) == {
        "version": 1,
        "section_id": CIRCLE,
        "seats": "H" + "A" * 9,
    }
    changed = body(seats_answer(live_map, since=0, section_id=STALLS))
    assert changed["changes"]["H"] == [0]
    assert changed["available"] == {"1": 17}
    with pytest.raises(Refusal) as refused:
        seats_answer(live_map, section_id=4)
    assert refused.value.code == "not_found"


def test_availability_counts_from_the_map() -> None:
    maps = PaperMaps()
    maps.change(H=[0, 1], S=[18])
    answer = availability_answer(maps.watched.known, SECTIONS)
    assert body(answer) == {
        "version": 1,
        "sections": [
            {
                "section_id": 1, "name": "Stalls", "capacity": 18, "base_price": 5_720,
                "available_count": 16,
            },
            {
                "section_id": 2, "name": "Circle", "capacity": 10, "base_price": 8_200,
                "available_count": 9,
            },
            {
                "section_id": 3, "name": "Standing", "capacity": 8, "base_price": 0,
                "available_count": 8,
            },
        ],
    }  # fmt: skip


def test_who_has_this_version_gets_nothing_again() -> None:
    maps = PaperMaps()
    live_map = maps.watched.known
    tags = set()
    for ask in (
        lambda **known: seats_answer(live_map, **known),
        lambda **known: seats_answer(live_map, since=0, **known),
        lambda **known: seats_answer(live_map, section_id=1, **known),
        lambda **known: availability_answer(live_map, SECTIONS, **known),
    ):
        etag = header(ask(), "etag")
        tags.add(etag)
        for known in (etag, etag.removeprefix("W/"), f'"x", {etag}', "*"):
            again = ask(if_none_match=known)
            assert (again.status, again.body, header(again, "etag")) == (304, b"", etag)
        assert ask(if_none_match='"x"').status == 200
    assert len(tags) == 4
    before = header(seats_answer(live_map), "etag")
    maps.change(H=[1])
    assert header(seats_answer(live_map), "etag") != before


def test_bodies_are_made_once_per_version(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "GZIP_BYTES_MIN", 1)
    maps = PaperMaps()
    live_map = maps.watched.known
    assert seats_answer(live_map).body is seats_answer(live_map).body
    packed = seats_answer(live_map, gzip=True)
    assert packed.body is seats_answer(live_map, gzip=True).body
    assert header(packed, "content-encoding") == "gzip"
    assert gzip.decompress(packed.body) == seats_answer(live_map).body
    maps.change(H=[1])
    assert seats_answer(live_map).body != seats_answer(empty_map()).body


def test_what_is_kept_of_a_version_is_bounded() -> None:
    maps = PaperMaps(empty_map())
    for _ in range(answers.ENCODED_MAX + 20):
        maps.change(H=[1])
    live_map = maps.watched.known
    for since in range(live_map.version):
        seats_answer(live_map, since=since)
    assert len(live_map.encoded) == answers.ENCODED_MAX


@given(st.binary(min_size=1, max_size=500))
def test_letters_packed_are_the_letters(letters: bytes) -> None:
    packed = answers._gzip(letters, answers.LETTERS_STRATEGY)
    assert zlib.decompress(packed, 31) == letters


@pytest.mark.parametrize(
    ("header", "accepted"),
    [
        ("gzip", True), ("br, gzip;q=0.5", True), ("*", True), ("GZIP", True),
        ("", False), ("br", False), ("gzip;q=0", False), ("gzip; q=0.0, br", False),
    ],
)  # fmt: skip
def test_gzip_is_sent_to_who_accepts_it(header: str, accepted: bool) -> None:
    assert accepts_gzip(header) is accepted
