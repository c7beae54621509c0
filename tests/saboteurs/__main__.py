"""`python -m tests.saboteurs`: guards taken away, one after the other. Exit code 0: each was
noticed by the tests that are named for it."""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.saboteurs.page import PAGE, with_table
from tests.saboteurs.run import Outcome, copy_of_src, run, sound
from tests.saboteurs.saboteur import NoSuchText, Saboteur, all_saboteurs, sabotaged


def main() -> int:
    """Check that every saboteur has work, run the tests untouched, then sabotage."""
    parser = argparse.ArgumentParser(prog="saboteurs", description=__doc__)
    parser.add_argument("--only", action="append", help="names with this in them; may be repeated")
    parser.add_argument("--list", action="store_true", help="say who there is, and run nothing")
    parser.add_argument("--write", action="store_true", help=f"write the table into {PAGE.name}")
    asked = parser.parse_args()
    if asked.write:
        PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8"), all_saboteurs()), "utf-8")
        return 0
    chosen = [s for s in all_saboteurs() if _wanted(s, asked.only)]
    if not chosen:
        print("No saboteur has such a name; --list says who there is.")
        return 2
    if asked.list:
        for saboteur in chosen:
            print(f"{saboteur.group}/{saboteur.name}: {saboteur.takes_away}")
        return 0
    return sabotage_all(chosen)


def _wanted(saboteur: Saboteur, only: list[str] | None) -> bool:
    return not only or any(part in f"{saboteur.group}/{saboteur.name}" for part in only)


def sabotage_all(chosen: list[Saboteur]) -> int:
    """The whole run; its exit code."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="holdfast-saboteurs-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # PostgreSQL may run as another user, who has to get through
        with copy_of_src(folder) as src:
            try:
                for saboteur in chosen:
                    sabotaged(saboteur, src)
            except NoSuchText as nothing:
                print(nothing)
                return 2
            wrong = sound(src, chosen, folder)
            if wrong:
                print("\n".join(["The program fails before anybody has touched it:", *wrong]))
                return 2
            print(f"untouched, the tests pass ({time.monotonic() - began:.0f} s)", flush=True)
            outcomes = run(src, chosen, folder, _tell)
    _print_table(outcomes)
    missed = [outcome for outcome in outcomes if not outcome.caught]
    for outcome in missed:
        print(f"{outcome.saboteur.name}: {outcome.how}")
    count = f"{len(outcomes) - len(missed)} of {len(outcomes)} saboteurs caught"
    print(f"{count}, {time.monotonic() - began:.0f} s")
    return 1 if missed else 0


def _tell(outcome: Outcome) -> None:
    word = "caught" if outcome.caught else "NOT CAUGHT"
    print(f"{word:<10} {outcome.seconds:5.1f} s  {outcome.saboteur.name}", flush=True)


def _print_table(outcomes: list[Outcome]) -> None:
    console = Console()
    table = Table("guard taken away", "caught by", "how", "seconds", show_lines=True)
    for saboteur, caught, how, seconds in outcomes:
        tests = "\n".join(test.rpartition("::")[2] for test in saboteur.caught_by)
        table.add_row(saboteur.takes_away, tests if caught else "NOBODY", how, f"{seconds:.1f}")
    # Not into a terminal it is as wide as its words need, not cut to 80 columns.
    Console(width=None if console.is_terminal else 200, markup=False).print(table)


if __name__ == "__main__":
    sys.exit(main())
