"""The table of docs/testing.md: every guard that is taken away, and the tests that notice.

It is made of the saboteurs' own files and stands between two marks; a test checks that it is
current.
"""

from collections.abc import Sequence
from typing import Final

from tests.saboteurs.saboteur import ROOT, Saboteur

PAGE: Final = ROOT / "docs" / "testing.md"
BEGIN: Final = "<!-- saboteurs: made by `python -m tests.saboteurs --write` -->"
END: Final = "<!-- end of saboteurs -->"


def table(saboteurs: Sequence[Saboteur]) -> str:
    """One row per saboteur, in Markdown."""
    rows = ["| | guard taken away | caught by |", "|---|---|---|"]
    for saboteur in saboteurs:
        tests = ", ".join(_named(test) for test in saboteur.caught_by)
        rows.append(f"| {saboteur.group} | {_cell(saboteur.takes_away)} | {tests} |")
    return "\n".join(rows)


def with_table(page: str, saboteurs: Sequence[Saboteur]) -> str:
    """The page with the table of today between its marks."""
    before, _, rest = page.partition(BEGIN)
    _, mark, after = rest.partition(END)
    assert mark, f"{PAGE.name} has the two marks of the table"
    return f"{before}{BEGIN}\n\n{table(saboteurs)}\n\n{END}{after}"


def _named(test: str) -> str:
    path, _, name = test.partition("::")
    file = path.removeprefix("tests/").removesuffix(".py")
    return f"`{file}` {_cell(name.removeprefix('test_').replace('_', ' '))}"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
