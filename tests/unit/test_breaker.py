"""The breaker: who doesn't answer is left alone, tried once after a rest, and asked again."""

import pytest

from holdfast.breaker import Breaker, Resting


class Watch:
    """A clock that a test moves on."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


class NoAnswer(Exception):  # noqa: N818
    pass


class ANo(Exception):  # noqa: N818
    pass


def fail(breaker: Breaker, error: type[BaseException] = NoAnswer) -> None:
    with pytest.raises(error), breaker.call(ANo):
        raise error


def answer(breaker: Breaker) -> None:
    with breaker.call(ANo):
        pass


def made() -> tuple[Breaker, Watch]:
    watch = Watch()
    return Breaker(3, 10.0, watch), watch


def test_it_opens_after_so_many_failures_in_a_row_and_turns_calls_away() -> None:
    breaker, watch = made()
    for _ in range(3):
        assert breaker.rests == 0
        fail(breaker)
    watch.seconds += 4
    with pytest.raises(Resting) as resting, breaker.call(ANo):
        raise AssertionError("nobody is asked")
    assert resting.value.seconds == breaker.rests == 6


def test_an_answer_between_starts_the_count_anew_and_a_no_is_an_answer() -> None:
    breaker, _ = made()
    for _ in range(5):
        fail(breaker)
        fail(breaker)
        fail(breaker, ANo)
        fail(breaker)
        answer(breaker)
    assert breaker.rests == 0


def test_after_the_rest_one_call_tries_and_an_answer_closes_it() -> None:
    breaker, watch = made()
    for _ in range(3):
        fail(breaker)
    watch.seconds += 10
    with breaker.call(ANo):
        with pytest.raises(Resting), breaker.call(ANo):
            raise AssertionError("one call at a time")
        assert breaker.rests > 0
    answer(breaker)
    assert breaker.rests == 0


def test_a_try_that_fails_opens_it_again_for_the_whole_rest() -> None:
    breaker, watch = made()
    for _ in range(3):
        fail(breaker)
    watch.seconds += 11
    fail(breaker)
    assert breaker.rests == 10


def test_a_call_that_was_given_up_counts_as_a_failure_and_leaves_no_try_behind() -> None:
    breaker, watch = made()
    for _ in range(3):
        fail(breaker, KeyboardInterrupt)
    assert breaker.rests == 10
    watch.seconds += 10
    fail(breaker, KeyboardInterrupt)
    watch.seconds += 10
    answer(breaker)
    assert breaker.rests == 0


def test_an_answer_that_was_asked_for_before_it_opened_closes_it() -> None:
    breaker, _ = made()
    with breaker.call(ANo):
        for _ in range(3):
            fail(breaker)
        assert breaker.rests == 10
    assert breaker.rests == 0
