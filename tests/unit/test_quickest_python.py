"""Which Python the environment is made with: told with some that only say how quick they are."""

import subprocess
import sys
from pathlib import Path

import pytest

import quickest_python


def interpreter(folder: Path, name: str, says: str) -> Path:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{says}\n")
    path.chmod(0o755)
    return path


def quick(folder: Path, name: str, seconds: float) -> Path:
    return interpreter(folder, name, f"echo {folder / name}\necho {seconds}")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only place where interpreters are looked for."""
    monkeypatch.setenv("PATH", str(tmp_path))
    names = [name for name in quickest_python.NAMES if "/" not in name]
    monkeypatch.setattr(quickest_python, "NAMES", names)
    return tmp_path


def chosen(capsys: pytest.CaptureFixture[str]) -> str:
    quickest_python.main()
    return capsys.readouterr().out.strip()


def test_one_that_is_clearly_quicker_is_taken(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    quick(folder, "python3", 1.0)
    other = quick(folder, "python3.12", 0.6)
    assert chosen(capsys) == str(other)


def test_the_first_one_stays_where_another_is_hardly_quicker(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = quick(folder, "python3", 1.0)
    quick(folder, "python3.12", 0.9)
    assert chosen(capsys) == str(first)


def test_what_cannot_run_holdfast_is_passed_by(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    interpreter(folder, "python3", "exit 1")
    other = quick(folder, "python3.11", 2.0)
    assert chosen(capsys) == str(other)


def test_where_there_is_none_it_says_what_to_install(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    interpreter(folder, "python3", "exit 1")
    with pytest.raises(SystemExit, match=r"needs Python 3\.11 or newer"):
        quickest_python.main()
    assert capsys.readouterr().out == ""


def test_here_it_finds_one_that_can() -> None:
    script = quickest_python.__file__
    said = subprocess.run([sys.executable, script], capture_output=True, text=True, check=True)
    path = said.stdout.strip()
    version = subprocess.run(
        [path, "-c", "import sys, venv, ensurepip; print(sys.version_info >= (3, 11))"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert version.stdout.strip() == "True"
