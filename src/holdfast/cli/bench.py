"""`holdfast bench`: the benchmarks, which belong to the source and not to the installed program."""

import importlib
import sys
from pathlib import Path
from typing import Annotated, Final

from cyclopts import Parameter

from holdfast.cli.faults import Fault

CHECKOUT: Final = Path(__file__).resolve().parents[3]

Folder = Annotated[Path | None, Parameter(help="Where the database may be; on a real disk.")]


def bench(*names: str, json: bool = False, quick: bool = False, folder: Folder = None) -> None:
    """Measure this program beside the obvious design, on this machine, in one run.

        holdfast bench
        holdfast bench holds sales --json
        holdfast bench live

    The sale takes about ten minutes, the live map four. A database and servers of its own are
    started and no other is touched. A figure below its promise is shown and is no failure; a fault
    found by doctor is.

    Parameters
    ----------
    names:
        Of the sale holds, mix, sales, rush, workers, expiry, size, cold, alone,
        profile; all of them where none is named. Of the live map snapshot, page,
        screen, crowd; `live` for all four.
    json:
        Print every run as JSON instead of tables.
    quick:
        One short run each: shows that everything works, and measures little.
    """
    if not (CHECKOUT / "benchmarks" / "runner.py").exists():
        raise Fault(
            "The benchmarks are in the source checkout of Holdfast, which this installation is "
            "not: clone the repository and run `make bench` there."
        )
    sys.path.insert(0, str(CHECKOUT))
    runner = importlib.import_module("benchmarks.runner")
    pace = runner.QUICK if quick else runner.FULL
    sys.exit(runner.run_bench(names, pace, json, folder))
