"""Loads the statements that have a file of their own.

Each opens with a comment that says its purpose, inputs, locks and result. A module loads what it
uses once, when it is imported; a missing file or heading stops the program at its start.
"""

from pathlib import Path
from typing import Final

PACKAGE: Final = Path(__file__).resolve().parents[1]
HEADINGS: Final = ("-- Purpose:", "-- Inputs:", "-- Locks:", "-- Result:")


class StatementError(ValueError):
    """A statement's file is not as it should be; the text says what is missing."""


def load(name: str) -> str:
    """The text of a statement, with its heading: `load("desk/sql/lock_desk.sql")`.

    `name` is a path below the package `holdfast`. Raises StatementError.
    """
    path = PACKAGE / name
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise StatementError(f"There is no statement {name}.") from error
    lines = text.splitlines()
    opening = [line for line in lines[: _first_line_of_code(lines)] if line.startswith("-- ")]
    for heading in HEADINGS:
        if not any(line.startswith(heading) and line != heading for line in opening):
            raise StatementError(f"{name} must open with a comment that has a line {heading!r}.")
    return text


def _first_line_of_code(lines: list[str]) -> int:
    for number, line in enumerate(lines):
        if line.strip() and not line.startswith("--"):
            return number
    raise StatementError("A statement's file holds nothing but comments.")
