"""A refusal is an answer: stable, polite, and of use to whoever gets it."""

import pytest

from holdfast.refusals import REFUSALS, Code, Refusal


def test_a_refusal_is_a_problem_of_rfc_9457() -> None:
    problem = Refusal("seat_unavailable", seat_ids=[3, 4]).problem()
    assert problem["status"] == 409
    assert problem["code"] == "seat_unavailable"
    assert problem["seat_ids"] == [3, 4]
    assert problem["type"].endswith("#seat_unavailable")
    assert {"type", "title", "status", "detail"} <= problem.keys()


def test_a_detail_of_its_own_replaces_the_general_one() -> None:
    assert Refusal("invalid_request", "Name a venue.").problem()["detail"] == "Name a venue."


@pytest.mark.parametrize("code", REFUSALS)
def test_every_refusal_says_what_to_do_in_whole_sentences(code: Code) -> None:
    entry = REFUSALS[code]
    assert 400 <= entry.status < 600
    assert not entry.title.endswith(".")
    assert entry.title[0].isupper()
    assert entry.detail.endswith(".")
    assert entry.detail[0].isupper()
    assert len(entry.detail) > 20
