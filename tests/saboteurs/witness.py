"""What a saboteur's tests came to, seen from inside pytest and written down for the run.

A plugin (`-p tests.saboteurs.witness`). It looks first whether pytest tests the sabotaged copy and
whether that can still be imported: a program that cannot start is caught by everything and shows
nothing. It tells a test that failed from a fixture that broke.
"""

import json
import os
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

SRC = "HOLDFAST_SABOTEUR_SRC"
MODULES = "HOLDFAST_SABOTEUR_MODULES"
VERDICT = "HOLDFAST_SABOTEUR_VERDICT"
WORDS_MAX = 160

_seen: dict[str, dict[str, str]] = {}


def pytest_configure(config: pytest.Config) -> None:
    """Stops the run where it would test something else, or what cannot be imported."""
    src = Path(os.environ[SRC])
    for name in ("holdfast", *os.environ[MODULES].split()):
        try:
            module = import_module(name)
        except BaseException as error:
            _seen[name] = {"import": f"{type(error).__name__}: {error}"}
            raise pytest.UsageError(f"{name} cannot be imported: {error!r}") from error
        assert module.__file__ is not None, "every module of ours has a file"
        if not Path(module.__file__).is_relative_to(src):
            raise pytest.UsageError(f"{name} is tested from {module.__file__}, not from {src}")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[Any]) -> Any:
    """Notes by what each phase of each test has failed."""
    outcome = yield
    report: pytest.TestReport = outcome.get_result()
    seen = _seen.setdefault(item.nodeid, {})
    if report.failed and call.excinfo is not None:
        kind = call.excinfo.type.__name__
        words = str(call.excinfo.value).strip().partition("\n")[0]
        words = words or str(call.excinfo.traceback[-1].statement).strip()
        seen[report.when or ""] = f"{kind}: {words}"[:WORDS_MAX]
    elif report.skipped:
        seen["skipped"] = str(report.longrepr)
    elif report.when == "call":
        seen["passed"] = ""


def pytest_unconfigure() -> None:
    """Written at the end, whatever came of it."""
    Path(os.environ[VERDICT]).write_text(json.dumps(_seen))
