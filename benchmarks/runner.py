"""Runs measures one after the other and reports; ends everything that it started, come what may."""

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from rich.console import Console

from benchmarks.bench import Bench, Pace, Unsound
from benchmarks.databases import open_databases
from benchmarks.load import LoadFailed
from benchmarks.machine import describe
from benchmarks.measures import MEASURES, chosen
from benchmarks.report import Report, as_json, show
from benchmarks.result import Result
from benchmarks.servers import ServerFailed

FULL: Final = Pace(warm_seconds=1.0, seconds=3.0, rounds=3)
QUICK: Final = Pace(warm_seconds=0.5, seconds=1.0, rounds=1)
WIDTH: Final = 150  # of the table where it is not shown on a terminal
MEASURE_SECONDS_MAX: Final = 600.0  # the longest takes two minutes on two cores


def run_bench(
    names: Sequence[str], pace: Pace = FULL, json: bool = False, folder: Path | None = None
) -> int:
    """Run these measures; `live` are those of the live map, none all the others. Returns the
    exit code: 0; 1 where a run left something unsound or broke off; 2 for a name that is no
    measure.

    A figure that misses its promise is no failure of the run: it is shown in the table.
    """
    names = chosen(names)
    unknown = [name for name in names if name not in MEASURES]
    if unknown:
        print(f"There is no measure {unknown[0]!r}; there are {', '.join(MEASURES)}, live.",
              file=sys.stderr)  # fmt: skip
        return 2
    progress = Console(stderr=True)
    try:
        report = asyncio.run(_run(names, pace, folder, progress))
    except (Unsound, LoadFailed, ServerFailed, TimeoutError) as error:
        progress.print(f"[red]{type(error).__name__}[/red]: {error}")
        return 1
    if json:
        sys.stdout.write(as_json(report).decode() + "\n")
    else:
        show(report, Console(width=None if sys.stdout.isatty() else WIDTH))
    return 0


async def _run(names: Sequence[str], pace: Pace, folder: Path | None, progress: Console) -> Report:
    async with open_databases(folder) as databases:
        async with databases.link("holdfast") as link:
            machine = await describe(link, folder)
        results: list[Result] = []
        for name in names:
            progress.print(f"[bold]{name}[/bold]")
            bench = Bench(databases, pace, lambda said: progress.print(f"  {said}"))
            async with asyncio.timeout(MEASURE_SECONDS_MAX):
                results.append(await MEASURES[name](bench))
        return Report(machine, pace, results)
