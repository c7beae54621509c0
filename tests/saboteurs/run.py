"""Runs saboteurs: a copy of src/ with one guard taken away, and the tests that must fail for it.

Every saboteur has a copy, a process, a database and a time limit of its own; they share a server of
PostgreSQL, since starting one takes longer than most tests. It is caught where each of its
tests fails in its own body, by an assertion (or by what the saboteur says). A copy that cannot be
imported, a broken fixture, a skipped test and, unless the saboteur says so, a hang are no catch.
"""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

from tests.postgres import SHARED_SERVER, start_server
from tests.saboteurs import witness
from tests.saboteurs.saboteur import ROOT, Saboteur, sabotaged

SECONDS_MAX: Final = 90.0  # for the tests of one saboteur, with a server of their own
SOUND_SECONDS_MAX: Final = 600.0  # for all of them on the untouched program
JOBS: Final = 2
OUTPUT_LINES_SHOWN: Final = 25
PLUGINS: Final = ("-p", "anyio", "-p", "pytest_timeout")  # all of them take seconds to load
SERVER: Final = "server"
ASSERTIONS: Final = ("AssertionError", "Failed")

Verdict = dict[str, dict[str, str]]


class Outcome(NamedTuple):
    """`how`: the first line of what the tests said, or why it does not count as caught."""

    saboteur: Saboteur
    caught: bool
    how: str
    seconds: float


class Ran(NamedTuple):
    """What pytest came to. `code` None: it was ended after its time."""

    code: int | None
    verdict: Verdict
    output: str
    seconds: float


@contextmanager
def copy_of_src(folder: Path, *, with_server: bool = True) -> Iterator[Path]:
    """The program as it is now, copied once, so that nothing changes under the run. Beside it runs
    the server that all share, where one is needed."""
    src = folder / "src"
    shutil.copytree(ROOT / "src", src)
    server = start_server(folder / SERVER) if with_server else None
    try:
        yield src
    finally:
        if server is not None:
            asyncio.run(server.stop())  # else it still writes where the folder is removed
        shutil.rmtree(src)


def sound(src: Path, saboteurs: Sequence[Saboteur], folder: Path) -> list[str]:
    """What is wrong before anybody has touched anything: every named test must pass."""
    wanted = sorted({test for saboteur in saboteurs for test in saboteur.caught_by})
    ran = _pytest(src, wanted, (), folder, SOUND_SECONDS_MAX)
    wrong = {test: seen for test, seen in ran.verdict.items() if seen != {"passed": ""}}
    if ran.code == 0 and not wrong and all(_cases(ran, test) for test in wanted):
        return []
    told = [f"{test}: {seen}" for test, seen in wrong.items()]
    return [*told, *ran.output.splitlines()[-OUTPUT_LINES_SHOWN:]]


def run(
    src: Path, saboteurs: Sequence[Saboteur], folder: Path, told: Callable[[Outcome], None]
) -> list[Outcome]:
    """Let each do its work, JOBS at one time. `told` hears of each as it ends."""

    def one(saboteur: Saboteur) -> Outcome:
        outcome = sabotage(src, saboteur, folder)
        told(outcome)
        return outcome

    with ThreadPoolExecutor(JOBS) as pool:
        return list(pool.map(one, saboteurs))


def sabotage(src: Path, saboteur: Saboteur, folder: Path) -> Outcome:
    """Take the guard away in a copy of `src` and run the saboteur's tests. Raises NoSuchText."""
    texts = sabotaged(saboteur, src)
    copy = folder / f"{saboteur.group} {saboteur.name}"
    shutil.copytree(src, copy / "src")
    try:
        for path, text in texts.items():
            (copy / "src" / path.relative_to(src)).write_text(text, encoding="utf-8")
        ran = _pytest(copy / "src", saboteur.caught_by, saboteur.modules, folder, SECONDS_MAX)
    finally:
        shutil.rmtree(copy)
    caught, how = judge(saboteur, ran)
    return Outcome(saboteur, caught, how, ran.seconds)


def judge(saboteur: Saboteur, ran: Ran) -> tuple[bool, str]:
    """Whether this is a catch, and the sentence that says how, or why not."""
    if ran.code is None:
        how = f"the test did not end within {SECONDS_MAX:.0f} s"
        return saboteur.hangs, how
    for name in ("holdfast", *saboteur.modules):
        if "import" in ran.verdict.get(name, {}):
            return False, f"no catch: {name} cannot be imported: {ran.verdict[name]['import']}"
    fails_by = (saboteur.fails_by,) if saboteur.fails_by else ASSERTIONS
    said = ""
    for test in saboteur.caught_by:
        cases = _cases(ran, test)
        failures = [seen["call"] for seen in cases if "call" in seen]
        if not failures:
            return False, f"NOT CAUGHT by {test}: {cases[:1] or _last_line(ran.output)}"
        kinds = {failure.partition(": ")[0] for failure in failures}
        if not kinds.intersection(fails_by):
            return False, f"no catch: {test} broke by {failures[0]}"
        said = said or failures[0].partition(": ")[2] or failures[0]
    if ran.code != 1:
        return False, f"no catch: pytest ended with {ran.code}: {_last_line(ran.output)}"
    return True, said


def _cases(ran: Ran, test: str) -> list[dict[str, str]]:
    """What was seen of a test: of each of its cases, where it is named without one."""
    return [seen for name, seen in ran.verdict.items() if f"{name}[".startswith(f"{test}[")]


def _last_line(output: str) -> str:
    lines = output.strip().splitlines()
    return lines[-1] if lines else "pytest said nothing"


def _pytest(
    src: Path, tests: Sequence[str], modules: Sequence[str], folder: Path, seconds_max: float
) -> Ran:
    """Run these tests on the program in `src`, in a process of their own that is ended in time."""
    began = time.monotonic()
    verdict = src.parent / "verdict.json"
    process = subprocess.Popen(
        [
            sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p",
            "tests.saboteurs.witness", *PLUGINS, "--tb=short", "--disable-warnings", *tests,
        ],
        cwd=ROOT,
        env={
            **os.environ,
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            "PYTHONPATH": os.pathsep.join([str(src), str(ROOT)]),
            SHARED_SERVER: str(folder / SERVER),
            witness.SRC: str(src),
            witness.MODULES: " ".join(modules),
            witness.VERDICT: str(verdict),
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )  # fmt: skip
    code: int | None = None
    output = ""
    try:
        output, _ = process.communicate(timeout=seconds_max)
        code = process.returncode
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
    found: Verdict = (
        json.loads(verdict.read_text()) if code is not None and verdict.is_file() else {}
    )
    return Ran(code, found, output, time.monotonic() - began)
