"""The bench of the live map: one short run in a small house, and what it makes of what it saw."""

import shutil
from array import array
from pathlib import Path

import msgspec
import pytest

from benchmarks.bench import Pace
from benchmarks.houses import House
from benchmarks.measures import crowd, screen
from benchmarks.report import Report
from benchmarks.runner import run_bench
from benchmarks.sightings import Sighting, lags, left_behind
from holdfast.api.page_files import WEB_FOLDER

SHORT = Pace(warm_seconds=0.1, seconds=0.4, rounds=1)
SEATS = 2_000
JOURNAL = {1: 10.0, 2: 10.5, 3: 11.0, 4: 12.0}


def seen(before: int, version: int, *at: float) -> Sighting:
    return Sighting(before, version, array("d", at).tobytes())


def test_a_watcher_is_behind_since_the_oldest_change_it_was_not_told() -> None:
    assert lags([seen(1, 3, 11.25, 11.5)], JOURNAL, 0, 20) == [0.75, 1.0]


def test_what_a_watcher_had_when_it_came_and_changes_outside_the_run_do_not_count() -> None:
    assert lags([seen(-1, 3, 11.0), seen(0, 1, 10.1), seen(3, 4, 12.1)], JOURNAL, 10.4, 11.9) == []


def test_who_was_never_told_is_behind_until_the_end() -> None:
    assert left_behind(3, JOURNAL, 15.0) == 3.0
    assert left_behind(4, JOURNAL, 15.0) == 0.0


@pytest.mark.timeout(240)
def test_the_live_map_is_measured_and_audited(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = shutil.which("chromium") and (WEB_FOLDER / "index.html").exists()
    for measure in (screen, crowd):
        monkeypatch.setattr(measure, "HOUSE", House("theatre", SEATS))
        monkeypatch.setattr(measure, "WATCHERS", 100)
    monkeypatch.setattr(screen, "FIRST_SEAT", 400)
    monkeypatch.setattr(screen, "LATEST_SECONDS", 0.5)
    monkeypatch.setattr(crowd, "REST_SECONDS", 0.5)
    names = ["screen"] if browser else ["crowd"]
    assert run_bench(names, SHORT, json=True, folder=tmp_path) == 0
    report = msgspec.json.decode(capsys.readouterr().out, type=Report)
    found = {figure.name: figure.value for result in report.results for figure in result.figures}
    promised = ("on the screen, near, p99", "on the screen, far, p99", "at the other 999, p99")
    for name in promised if browser else ("the last one behind by",):
        assert 0 < found[name] < 10_000
