"""The statements of a batch on their way: collected in order, then sent together."""

from collections.abc import Callable, Collection, Sequence
from typing import TypeVar

from holdfast.database.flight import Call, Copy
from holdfast.database.pool import Connection

T = TypeVar("T")


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
        """New rows, where there are any: one of each thing, made when it is sent."""
        if things:
            self._calls.append(Copy(table, columns, map(row, things)))

    async def send(self, connection: Connection) -> None:
        """Run them. Raises OtherRows, and what the database says."""
        await connection.fly(self._calls)
