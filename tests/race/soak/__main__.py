"""`python -m tests.race.soak --minutes 15 --seed 1`: exit code 0 where all was well."""

import argparse
import asyncio
import shutil
import sys
import tempfile
from pathlib import Path

from tests.race.soak.run import Plan, soak


def main() -> int:
    """Run, then print what was counted, the memory, and one line of totals."""
    parser = argparse.ArgumentParser(prog="soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=15.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--shoppers", type=int, default=120, help="connections of buyers")
    asked = parser.parse_args()
    plan = Plan(seed=asked.seed, seconds=asked.minutes * 60, shoppers=asked.shoppers)
    with tempfile.TemporaryDirectory(prefix="holdfast-soak-") as folder:
        Path(folder).chmod(0o755)  # PostgreSQL may run as another user, who has to get through
        report = asyncio.run(soak(plan, Path(folder)))
        if report.faults:
            kept = shutil.copy(Path(folder, "data.log"), f"{folder}.log")
            print(f"what the server has logged: {kept}")
    print(report.totals.table())
    print(report.memory.line())
    for fault in report.faults:
        print(f"WRONG: {fault}")
    print(report.totals.line(plan.seed, report.seconds))
    print("doctor is silent, every promise kept" if not report.faults else "see what was WRONG")
    return 1 if report.faults else 0


if __name__ == "__main__":
    sys.exit(main())
