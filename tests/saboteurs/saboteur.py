"""A saboteur: one guard of the program taken away, and the tests that must notice.

Each is a file of data beside this one (CONTRIBUTING.md says how to add one). The edit is made in a
copy of src/, never in the working tree; a text that is no longer found there exactly once stops the
run, so that no saboteur is out of work without anybody knowing.
"""

import tomllib
from pathlib import Path
from typing import Final

import msgspec

ROOT: Final = Path(__file__).resolve().parents[2]
FOLDER: Final = Path(__file__).resolve().parent
PACKAGE: Final = "holdfast"


class NoSuchText(Exception):  # noqa: N818 - it reads as what it says
    """A saboteur has nothing to take away, or not one thing."""


class Edit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`text` of a file below src/holdfast, and what stands there `instead`."""

    file: str
    text: str
    instead: str


class Saboteur(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`caught_by`: tests by their pytest ids, each of which must fail, by an assertion or by the
    exception named in `fails_by`. `hangs`: that a test never ends counts as caught too."""

    name: str
    group: str
    takes_away: str
    edit: tuple[Edit, ...]
    caught_by: tuple[str, ...]
    fails_by: str | None = None
    hangs: bool = False

    @property
    def modules(self) -> tuple[str, ...]:
        """What has to be importable still: the modules that were edited."""
        named = [Path(edit.file) for edit in self.edit if edit.file.endswith(".py")]
        return tuple([".".join((PACKAGE, *file.with_suffix("").parts)) for file in named])


def all_saboteurs() -> list[Saboteur]:
    """Every saboteur there is, by group and name. Raises what msgspec says of a wrong file."""
    found: list[Saboteur] = []
    for path in sorted(FOLDER.glob("*/*.toml")):
        names = {"name": path.stem.replace("_", " "), "group": path.parent.name}
        found.append(msgspec.convert({**tomllib.loads(path.read_text()), **names}, Saboteur))
    return found


def sabotaged(saboteur: Saboteur, src: Path) -> dict[Path, str]:
    """The texts of the edited files as the saboteur leaves them. Raises NoSuchText."""
    texts: dict[Path, str] = {}
    for edit in saboteur.edit:
        path = src / PACKAGE / edit.file
        where = f"saboteur {saboteur.name!r} ({edit.file})"
        if not path.is_file():
            raise NoSuchText(f"{where}: there is no such file. Where has the guard gone?")
        text = texts.get(path) or path.read_text(encoding="utf-8")
        count = text.count(edit.text)
        if count != 1:
            how = "no longer there" if count == 0 else f"there {count} times, not once"
            raise NoSuchText(f"{where}: the text that it changes is {how}: {edit.text!r}")
        if edit.text == edit.instead:
            raise NoSuchText(f"{where}: it puts back what it takes away.")
        texts[path] = text.replace(edit.text, edit.instead)
    return texts
