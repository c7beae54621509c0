"""What a live map knows: the letters of every version, and what changed since an earlier one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.desk.order import EventStatus
from holdfast.desk.seating import PublicPart
from holdfast.live import live_map as module
from holdfast.live.live_map import LiveMap, MapFault
from tests.cast import CIRCLE, GRAND, PLACES, STALLS, STANDING, STANDING_PLACES
from tests.live.paper import empty_map

batches = st.lists(
    st.dictionaries(st.integers(0, PLACES - 1), st.sampled_from("AHSB"), max_size=6), max_size=12
)


def part(changes: dict[int, str], status: EventStatus | None = None) -> PublicPart:
    by_letter: dict[str, list[int]] = {}
    for seat_id, letter in changes.items():
        by_letter.setdefault(letter, []).append(seat_id)
    return PublicPart(by_letter, {}, status)


def followed(history: list[dict[int, str]]) -> tuple[LiveMap, list[str]]:
    """A map that followed these batches, and its letters at every version."""
    live_map = empty_map()
    letters = [live_map.seating.letters.decode()]
    for version, changes in enumerate(history, 1):
        live_map.follow(version, part(changes))
        letters.append(live_map.seating.letters.decode())
    return live_map, letters


@given(batches, st.sets(st.sampled_from((STALLS, CIRCLE, STANDING)), min_size=1))
def test_changes_since_any_version_lead_from_its_letters_to_the_newest(
    history: list[dict[int, str]], sections: set[int]
) -> None:
    live_map, letters = followed(history)
    for since, before in enumerate(letters):
        changes = live_map.changes_since(since)
        assert changes is not None
        after = list(before)
        for letter, seat_ids in changes.changes.items():
            for seat_id in seat_ids:
                after[seat_id] = letter
        assert "".join(after) == letters[-1]
        assert (changes.since, changes.version) == (since, len(history))
        for section_id, free in changes.available.items():
            there = [s for s in range(PLACES) if GRAND.section_of[s] == section_id]
            assert free == sum(letters[-1][seat_id] == "A" for seat_id in there)
        some = live_map.changes_since(since, frozenset(sections))
        assert some is not None
        for letter, seat_ids in changes.changes.items():
            mine = [s for s in seat_ids if GRAND.section_of[s] in sections]
            assert some.changes[letter] == mine


@given(batches, st.integers(0, 14))
def test_a_map_read_in_the_middle_recalls_what_led_there(
    history: list[dict[int, str]], cut: int
) -> None:
    whole, letters = followed(history)
    version = len(history)
    late = empty_map(version=version)
    late.seating.letters[:] = letters[-1].encode()
    late.recall([(v, part(changes)) for v, changes in enumerate(history, 1) if v > cut])
    for since in range(version + 1):
        found = late.changes_since(since)
        if since < min(cut, version):
            assert found is None
        else:
            assert found is not None
            assert found.changes == whole.changes_since(since).changes


def test_what_is_too_old_or_not_yet_known_is_not_told() -> None:
    live_map = empty_map(version=5)
    live_map.follow(6, part({1: "H"}))
    assert live_map.changes_since(4) is None
    assert live_map.changes_since(7) is None
    assert live_map.changes_since(-1) is None
    assert live_map.changes_since(6) is not None


def test_the_past_is_forgotten_beyond_its_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CATCH_UP_VERSIONS_MAX", 3)
    live_map, _ = followed([{n: "H"} for n in range(10)])
    assert live_map.oldest == 7
    monkeypatch.setattr(module, "CATCH_UP_PLACES_MAX", 4)
    live_map.follow(11, part({1: "A", 2: "A", 3: "A"}))
    assert live_map.oldest == 9
    live_map.follow(12, part(dict.fromkeys(range(5), "S")))
    assert live_map.oldest == 12, "a batch larger than the limit is not kept at all"
    assert live_map.changes_since(12) is not None


@pytest.mark.parametrize(
    ("version", "public"),
    [
        (3, part({1: "H"})),
        (1, part({1: "H"})),
        (2, part({PLACES: "H"})),
        (2, part({1: "X"})),
        (2, PublicPart({"HS": [1]}, {})),
        (2, PublicPart({"H": [-1]}, {})),
        (2, PublicPart({"H": [2**40]}, {})),
    ],
)
def test_a_batch_that_does_not_fit_changes_nothing(version: int, public: PublicPart) -> None:
    live_map = empty_map()
    live_map.follow(1, part({3: "S"}))
    before = bytes(live_map.seating.letters)
    with pytest.raises(MapFault):
        live_map.follow(version, public)
    assert (live_map.version, bytes(live_map.seating.letters)) == (1, before)


def test_a_change_of_status_is_told_to_those_who_do_not_know_it() -> None:
    live_map = empty_map()
    live_map.follow(1, part({}))
    live_map.follow(2, part({0: "S"}, EventStatus.SOLD_OUT))
    live_map.follow(3, part({}))
    assert live_map.changes_since(1).event_status is EventStatus.SOLD_OUT
    assert live_map.changes_since(2).event_status is None


def test_a_section_has_its_places_in_seat_order() -> None:
    live_map = empty_map()
    live_map.follow(1, part({0: "H", 27: "S", STANDING_PLACES[0]: "B"}))
    assert live_map.section_letters(STALLS) == b"H" + b"A" * 17
    assert live_map.section_letters(CIRCLE) == b"A" * 9 + b"S"
    assert live_map.section_letters(STANDING) == b"B" + b"A" * 7
    assert live_map.section_letters(4) is None
