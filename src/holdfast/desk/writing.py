"""The statements of a batch on their way: collected in order, then sent together."""

from collections.abc import Callable, Collection, Sequence
from functools import cache
from itertools import chain
from typing import TypeVar

from holdfast.database.flight import Call, Copy
from holdfast.database.pool import Connection

T = TypeVar("T")

FEW_ROWS_MAX = 4  # a statement is kept for each number of rows of each table (decision 0026)


class Writing:
    """The statements of a batch, in the order in which the server is to run them."""

    def __init__(self) -> None:
        self._calls: list[Call | Copy] = []

    def exactly(self, rows: int, statement: str, *values: object) -> None:
        """A statement that must touch so many rows."""
        self._calls.append(Call(statement, values, rows))

    def some(self, statement: str, *values: object) -> None:
        """A statement that may touch any number of rows: others write them too."""
        self._calls.append(Call(statement, values))

    def append(
        self,
        table: str,
        columns: tuple[str, ...],
        things: Collection[T],
        row: Callable[[T], Sequence[object]],
    ) -> None:
        """New rows, where there are any: one of each thing.

        Many are copied in, and made when they are sent. A few cost the server less as the values of
        a statement.
        """
        count, rows = len(things), map(row, things)
        if count > FEW_ROWS_MAX:
            self._calls.append(Copy(table, columns, rows))
        elif count:
            values = tuple(chain.from_iterable(rows))
            self._calls.append(Call(_insert(table, columns, count), values, count))

    async def send(self, connection: Connection) -> None:
        """Run them. Raises OtherRows, and what the database says."""
        await connection.fly(self._calls)


@cache
def _insert(table: str, columns: tuple[str, ...], rows: int) -> str:
    """A statement for so many new rows. The names are ours and need no quotes."""
    width = len(columns)
    places = [
        "(" + ", ".join([f"${row * width + column}" for column in range(1, width + 1)]) + ")"
        for row in range(rows)
    ]
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES {', '.join(places)}"  # noqa: S608
