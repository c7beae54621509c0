"""Statements that lock or move a seat: one table, one event, a file and a heading of their own."""

import re
from pathlib import Path

import pytest

from holdfast.database.statements import HEADINGS
from tests.repository.files import PACKAGE, name, product, strings, text

STATEMENTS = sorted(
    path
    for path in PACKAGE.rglob("*.sql")
    if path.parent.name != "migrations" and path.name not in ("schema.sql", "clock.sql")
)
HOT = [path for path in STATEMENTS if path.parent.name in ("sql", "gate")]
SCHEMA = PACKAGE / "database" / "schema.sql"
TABLES = set(re.findall(r"^CREATE TABLE (?:\w+\.)?(\w+)", text(SCHEMA), re.MULTILINE))

# Statements that lock business rows without the desk's lock are few; each names one table as well.
LOCKS = re.compile(r"\bFOR (NO KEY )?UPDATE\b")


def body(path: Path) -> str:
    """The statement without its comments."""
    return re.sub(r"--[^\n]*", "", text(path))


def tables_of(sql: str) -> set[str]:
    named = re.findall(r"\b(?:FROM|JOIN|UPDATE|INTO)\s+(?:ONLY\s+)?(\w+)", sql)
    return TABLES.intersection(named)


def test_there_are_statements_to_look_at() -> None:
    assert len(HOT) > 10
    assert {"seat", "orders", "ticket"} <= TABLES


@pytest.mark.parametrize("path", STATEMENTS, ids=name)
def test_a_statement_has_its_heading(path: Path) -> None:
    opening = text(path).split("\n\n")[0]
    assert [heading for heading in HEADINGS if heading not in opening] == []


@pytest.mark.parametrize("path", STATEMENTS, ids=name)
def test_a_hot_statement_names_one_event_and_one_table(path: Path) -> None:
    sql = body(path)
    assert len(tables_of(sql)) == 1
    if sql.lstrip().startswith("INSERT"):
        assert re.search(r"INSERT INTO \w+ \(\s*event_id\b", sql)
    else:
        assert re.search(r"\bevent_id = \$1\b", sql)


@pytest.mark.parametrize("path", STATEMENTS, ids=name)
def test_a_statement_brings_its_rows_along(path: Path) -> None:
    """A data-modifying CTE silently drops a second UPDATE of the same row; none is used."""
    assert not re.search(r"\bWITH\b", body(path))


@pytest.mark.parametrize("path", STATEMENTS, ids=name)
def test_a_statement_is_loaded_by_somebody(path: Path) -> None:
    wanted = path.relative_to(PACKAGE).as_posix()
    assert any(wanted in strings(file) for file in product())


def test_seats_are_moved_by_the_desk_alone() -> None:
    """A seat, a section's count or the journal is written in desk/sql only."""
    moves = re.compile(
        r"\bUPDATE seat\b|\bSET\s+available_count\b|\bINTO seat_change\b"
        r"|\bDELETE FROM (seat|ticket|orders|order_item|payment|seat_change)\b"
    )
    wrong = [name(path) for path in STATEMENTS if path not in HOT and moves.search(body(path))]
    for path in product():
        if any(moves.search(statement) for statement in strings(path)):
            wrong.append(name(path))
    assert wrong == []


def test_statements_in_the_code_lock_nothing() -> None:
    wrong = [name(path) for path in product() for text in strings(path) if LOCKS.search(text)]
    assert wrong == []
