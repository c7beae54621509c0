"""Percentiles, medians and verdicts of the bench."""

from array import array

import pytest

from benchmarks.result import Figure
from benchmarks.samples import Samples, Series, median, percentile


@pytest.mark.parametrize(
    ("share", "value"), [(0.5, 50.0), (0.99, 99.0), (1.0, 100.0), (0.0, 1.0), (0.001, 1.0)]
)
def test_a_percentile_is_a_value_that_was_measured(share: float, value: float) -> None:
    assert percentile([float(n) for n in range(1, 101)], share) == value


def test_nothing_measured_has_no_latency() -> None:
    assert percentile([], 0.99) == 0.0


def test_the_median_of_two_is_the_lower() -> None:
    assert median([3.0, 1.0]) == 1.0
    assert median([3.0, 1.0, 2.0]) == 2.0


def test_only_the_measured_interval_counts() -> None:
    at, took = array("d", [0.5, 1.0, 1.5, 2.0]), array("d", [9.0, 1.0, 2.0, 9.0])
    samples = Samples(1.0, 2.0, [Series("hold", 201, at.tobytes(), took.tobytes())])
    assert samples.took("hold") == [1.0, 2.0]
    assert samples.rate("hold") == 2.0
    assert samples.counts() == {"hold 201": 2}


@pytest.mark.parametrize(
    ("value", "higher", "verdict"),
    [
        (12, True, "aim"),
        (10, True, "aim"),
        (5, True, "met"),
        (4.9, True, "missed"),
        (1, False, "aim"),
        (7, False, "missed"),
    ],
)
def test_a_figure_says_how_it_stands_to_its_promise(
    value: float, higher: bool, verdict: str
) -> None:
    promise = (5, 10) if higher else (5, 2)
    assert Figure("x", value, "x", *promise, higher=higher).verdict == verdict


def test_a_figure_without_a_promise_has_no_verdict() -> None:
    assert Figure("x", 1, "/s").verdict == ""
