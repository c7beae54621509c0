"""`python -m tests.crash`: kill at every point. Exit code 0: all were visited, all was well."""

import argparse
import asyncio
import sys
import tempfile
import time
from pathlib import Path

from tests.crash.run import TRIES_MAX, Report, Wanted, crash, forkers
from tests.crash.scenarios import SCENARIOS
from tests.postgres import FreshDatabases, start_server

FAULTS_SHOWN = 40


async def run(databases: FreshDatabases, folder: Path, asked: argparse.Namespace) -> Report:
    await databases.make_template()
    names = tuple([name for name in SCENARIOS if not asked.scenario or name in asked.scenario])
    wanted = Wanted(names, asked.point, asked.sample, asked.seed, control=asked.control)
    async with forkers(databases, asked.processes, folder / "crash.log") as forking:
        return await crash(forking, wanted)


def main() -> int:
    """Run and print the table."""
    parser = argparse.ArgumentParser(prog="crash", description=__doc__)
    parser.add_argument("--scenario", action="append", help="only this one; may be repeated")
    parser.add_argument("--point", default="", help="only points with this in their name")
    parser.add_argument(
        "--sample", type=int, help="only so many visits of some scenarios, by --seed"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=4, help="visits at one time")
    parser.add_argument("--control", help="with this guard taken out (controls.py)")
    asked = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="holdfast-crash-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # PostgreSQL may run as another user, who has to get through
        server = start_server(folder / "data")
        try:
            report = asyncio.run(run(FreshDatabases(server), folder, asked))
        finally:
            server.close()
    print(report.table())
    for fault in report.faults[:FAULTS_SHOWN]:
        print(f"WRONG: {fault}")
    for missed in report.missed[:FAULTS_SHOWN]:
        print(f"NOT VISITED: {missed}")
    for once in report.once[:FAULTS_SHOWN]:
        print(f"came by once, and in {TRIES_MAX} runs not again: {once}")
    seconds = time.monotonic() - began
    said = "each visited, every promise kept" if report.well else "see above"
    print(f"{seconds:.0f} s; {said}")
    return 0 if report.well else 1


if __name__ == "__main__":
    sys.exit(main())
