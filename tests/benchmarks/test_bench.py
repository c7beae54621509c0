"""The bench as a whole: one short run of one measure, from nothing to the report."""

import subprocess
from pathlib import Path

import msgspec
import pytest

from benchmarks.bench import Pace
from benchmarks.measures import MEASURES, alone
from benchmarks.report import Report
from benchmarks.runner import run_bench
from holdfast.cli import bench as command

SHORT = Pace(warm_seconds=0.1, seconds=0.3, rounds=1)


def test_a_run_is_measured_audited_and_leaves_nothing_behind(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alone, "HOUSE", alone.House("theatre", 2_000))
    assert run_bench(["alone"], SHORT, json=True, folder=tmp_path) == 0
    report = msgspec.json.decode(capsys.readouterr().out, type=Report)
    (result,) = report.results
    assert [run.what for run in result.runs] == [alone.DESK, alone.ROW_LOCK]
    assert all(run.answered > 0 for run in result.runs)
    assert report.machine.fsync == "on"
    assert list(tmp_path.iterdir()) == []
    listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True)
    assert str(tmp_path) not in listed.stdout


def test_a_name_that_is_no_measure_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_bench(["hold"]) == 2
    told = capsys.readouterr().err
    assert "There is no measure 'hold'" in told
    assert all(name in told for name in MEASURES)


def test_an_installed_program_says_where_the_benchmarks_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "CHECKOUT", tmp_path)
    with pytest.raises(command.Fault, match="make bench"):
        command.bench()
