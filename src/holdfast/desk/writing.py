"""The statements of a batch on their way: collected in order, then sent together.

Many new rows of one table are the exception: the driver's own COPY costs less for them.
"""

from collections.abc import Sequence
from typing import Final

from holdfast.database.flight import Call, Copy
from holdfast.database.pool import Connection

Row = Sequence[object]
FLYING_ROWS_MAX: Final = 32  # more of one table cost the driver's COPY less, though it waits twice


class Writing:
    """The statements of a batch, in the order in which the server is to run them."""

    def __init__(self) -> None:
        self._calls: list[Call | Copy] = []

    def exactly(self, rows: int, statement: str, *values: object) -> None:
        """A statement that must touch so many rows."""
        self._calls.append(Call(statement, values, rows))

    def append(self, table: str, columns: tuple[str, ...], rows: Sequence[Row]) -> None:
        """New rows, where there are any."""
        if rows:
            self._calls.append(Copy(table, columns, rows))

    async def send(self, connection: Connection) -> None:
        """Run them. Raises OtherRows, and what the database says."""
        together: list[Call | Copy] = []
        for call in self._calls:
            if isinstance(call, Copy) and len(call.rows) > FLYING_ROWS_MAX:
                if together:
                    await connection.fly(together)
                    together = []
                await connection.copy_records_to_table(
                    call.table, columns=call.columns, records=call.rows
                )
            else:
                together.append(call)
        if together:
            await connection.fly(together)
