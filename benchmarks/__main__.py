"""`python -m benchmarks [NAME...] [--json] [--quick]`: the bench without the installed command."""

import argparse
import sys
from pathlib import Path

from benchmarks.measures import MEASURES
from benchmarks.runner import FULL, QUICK, run_bench

if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join([*MEASURES, "live"]))
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    parser.add_argument("--quick", action="store_true", help="one short run each: a smoke test")
    parser.add_argument("--folder", type=Path, help="where the database may be, on a real disk")
    asked = parser.parse_args()
    sys.exit(run_bench(asked.names, QUICK if asked.quick else FULL, asked.json, asked.folder))
