"""Statements with a file of their own."""

from pathlib import Path

import pytest

from holdfast.database import statements
from holdfast.database.statements import HEADINGS, PACKAGE, StatementError, load

WITH_FILES = sorted(
    path.relative_to(PACKAGE).as_posix()
    for path in PACKAGE.glob("**/*.sql")
    if path.parent.name != "migrations" and path.name != "schema.sql"
)


@pytest.mark.parametrize("name", WITH_FILES)
def test_every_statement_says_its_purpose_inputs_locks_and_result(name: str) -> None:
    assert load(name)


def test_a_missing_statement_stops_the_start() -> None:
    with pytest.raises(StatementError, match=r"There is no statement desk/sql/nothing.sql"):
        load("desk/sql/nothing.sql")


@pytest.mark.parametrize("missing", HEADINGS)
def test_a_statement_without_a_heading_stops_the_start(
    missing: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(statements, "PACKAGE", tmp_path)
    said = [f"{heading} something." for heading in HEADINGS if heading != missing]
    (tmp_path / "one.sql").write_text("\n".join([*said, "SELECT 1", f"{missing} too late."]))
    with pytest.raises(StatementError, match=f"one.sql must open .*{missing}"):
        load("one.sql")
