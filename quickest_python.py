"""Prints the interpreter to make the environment with: the quickest that can run Holdfast.

A Python built from source without `--enable-optimizations` sells a fifth fewer seats than that of a
distribution (docs/decisions/0024), and nothing else tells the two apart. Looked at are `python3`,
the system's own, and what else is on the path by its version; each must be able to make an
environment. The first one stays where another is not clearly quicker. Runs on any Python 3.
"""

import shutil
import subprocess
import sys

NAMES = ("python3", "/usr/bin/python3", "python3.14", "python3.13", "python3.12", "python3.11")
CLEARLY = 0.85  # of the seconds that the first one takes
PROBE_SECONDS_MAX = 30
PROBE = """
import ensurepip, sys, time, venv
assert sys.version_info >= (3, 11)

class Seat:
    __slots__ = ("name", "number")
    def __init__(self, number):
        self.number = number
        self.name = f"seat {number}"

def sell():
    held = {}
    for number in range(50_000):
        seat = Seat(number)
        held[seat.name] = tuple([seat.number, seat.name.encode()])
    return sum([number for number, _ in held.values()])

def took():
    begin = time.perf_counter()
    sell()
    return time.perf_counter() - begin

print(sys.executable, min([took() for _ in range(7)]), sep="\\n")
"""


def probe(name):
    """(seconds, path) of an interpreter that can be used, or None."""
    found = shutil.which(name)
    if found is None:
        return None
    try:
        said = subprocess.run(
            [found, "-I", "-c", PROBE],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=PROBE_SECONDS_MAX,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    path, seconds = said.stdout.decode().split("\n")[:2]
    return float(seconds), path


def main():
    """Say which one on stdout; on stderr what to do where there is none."""
    usable = [found for found in map(probe, NAMES) if found is not None]
    if not usable:
        sys.exit(
            "Holdfast needs Python 3.11 or newer with its venv module (on Debian: apt install "
            "python3-venv). Install it, or name one: make PYTHON=/path/to/python3"
        )
    first, quickest = usable[0], min(usable)
    print(quickest[1] if quickest[0] < CLEARLY * first[0] else first[1])


if __name__ == "__main__":
    main()
