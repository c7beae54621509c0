"""How new rows go into a batch: a few as the values of a statement, many by COPY."""

import asyncio
from collections.abc import Sequence
from typing import cast

from holdfast.database.flight import Answer, Call, Copy
from holdfast.database.pool import Connection
from holdfast.desk.writing import FEW_ROWS_MAX, Writing

COLUMNS = ("event_id", "name")


class Sent:
    """A connection that keeps what it is told to run."""

    def __init__(self) -> None:
        self.calls: list[Call | Copy] = []

    async def fly(self, calls: Sequence[Call | Copy]) -> list[Answer]:
        self.calls += calls
        return []


def sent(*names: str) -> list[Call | Copy]:
    """What is sent for one new row of each name."""
    writing, connection = Writing(), Sent()
    writing.append("thing", COLUMNS, names, lambda name: (1, name))
    asyncio.run(writing.send(cast(Connection, connection)))
    return connection.calls


def test_a_few_rows_are_the_values_of_one_statement_that_must_write_them_all() -> None:
    assert sent("a", "b") == [
        Call("INSERT INTO thing (event_id, name) VALUES ($1, $2), ($3, $4)", (1, "a", 1, "b"), 2)
    ]


def test_more_rows_are_copied_in() -> None:
    names = [str(number) for number in range(FEW_ROWS_MAX + 1)]
    assert isinstance(sent(*names[1:])[0], Call)
    (copy,) = sent(*names)
    assert isinstance(copy, Copy)
    assert (copy.table, copy.columns) == ("thing", COLUMNS)
    assert list(copy.rows) == [(1, name) for name in names]


def test_nothing_is_sent_for_no_rows() -> None:
    assert sent() == []
