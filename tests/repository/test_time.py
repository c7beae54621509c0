"""The database's clock is the only clock, and it is read in one place."""

import ast
import re

from tests.repository.files import PACKAGE, name, product, strings, text, tree

READS_TIME = re.compile(
    r"\b(now\(\)|clock_timestamp|statement_timestamp|transaction_timestamp|current_timestamp"
    r"|current_date|current_time|localtimestamp|localtime|timeofday)\b",
    re.IGNORECASE,
)
NOW = re.compile(r"\bnow\(\)", re.IGNORECASE)
THE_CLOCK = PACKAGE / "database" / "clock.sql"

# Where this machine's own clock may be read, and why.
OWN_CLOCK = {
    "src/holdfast/database/supervisor.py": "dates the lines of its log while no database runs",
}
OF_DAY = {
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("datetime", "today"),
    ("date", "today"),
    ("time", "time"),
    ("time", "time_ns"),
    ("time", "localtime"),
    ("time", "gmtime"),
}


def reads_time(statement: str) -> bool:
    return bool(READS_TIME.search(statement) or NOW.search(statement))


def without_comments(sql: str) -> str:
    return re.sub(r"--[^\n]*", "", sql)


def test_one_statement_reads_the_time() -> None:
    found = [
        name(path)
        for path in sorted(PACKAGE.rglob("*.sql"))
        if path != THE_CLOCK and reads_time(without_comments(text(path)))
    ]
    assert found == []
    assert reads_time(text(THE_CLOCK))


def test_no_statement_in_the_code_reads_the_time() -> None:
    wrong = [
        f"{name(path)}: {statement.strip()[:60]}"
        for path in product()
        for statement in strings(path)
        if reads_time(statement) and re.search(r"\b(SELECT|UPDATE|INSERT|DELETE)\b", statement)
    ]
    assert wrong == []


def test_the_product_does_not_ask_its_own_machine_what_time_it_is() -> None:
    wrong = [
        f"{name(path)}:{node.lineno}"
        for path in product()
        if name(path) not in OWN_CLOCK
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and (node.value.id, node.attr) in OF_DAY
    ]
    assert wrong == []


def test_who_may_read_its_own_clock_still_does() -> None:
    assert all((PACKAGE.parent.parent / path).exists() for path in OWN_CLOCK)
