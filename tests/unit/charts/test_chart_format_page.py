"""docs/chart-format.md says what the program does."""

import re
from pathlib import Path

from holdfast.venues import chart_limits
from holdfast.venues.chart_file import examine_chart, summary

PAGE = (Path(__file__).parents[3] / "docs" / "chart-format.md").read_text(encoding="utf-8")


def example(language: str) -> bytes:
    found = re.search(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    assert found
    return found[1].encode()


def test_the_example_of_our_own_format_is_a_chart() -> None:
    reading = examine_chart(example("json"), "example.json")
    counted = summary(reading.chart, reading.notes)
    assert (counted.seats, counted.capacity, counted.accessible) == (3, 63, 1)
    assert counted.notes == []


def test_the_example_table_is_a_chart() -> None:
    assert len(examine_chart(example("csv"), "example.csv").chart.seats) == 2


def test_every_limit_stands_on_the_page() -> None:
    for name in (
        "FILE_BYTES_MAX",
        "PLACES_MAX",
        "SECTIONS_MAX",
        "AREAS_MAX",
        "CATEGORIES_MAX",
        "SHAPES_MAX",
        "CORNERS_MAX",
        "COORDINATE_MAX",
        "NAME_CHARACTERS_MAX",
        "LABEL_CHARACTERS_MAX",
        "FAULTS_LISTED_MAX",
    ):
        assert f" {getattr(chart_limits, name):,} " in PAGE.replace("\n", " "), name
