"""What the rest of the program sees of a connection: the driver's, with types.

Only this package imports the driver. The names and the promises are the driver's own.
"""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Literal, Protocol

from holdfast.database.flight import Answer, Call, Copy

Isolation = Literal["read_committed", "repeatable_read", "serializable"]


class Record(Protocol):
    """One row, by name or by position. Its values are untyped: say what they are on arrival."""

    def __getitem__(self, key: str | int, /) -> Any: ...
    def __iter__(self) -> Iterator[Any]: ...
    def __len__(self) -> int: ...
    def keys(self) -> Iterator[str]: ...
    def values(self) -> Iterator[Any]: ...
    def items(self) -> Iterator[tuple[str, Any]]: ...


class Row(Protocol):
    """A row by the names of its columns: a Record, or a row that was read in flight."""

    def __getitem__(self, name: str, /) -> Any: ...


class Connection(Protocol):
    """One database session; one statement at a time. Timeouts are in seconds."""

    async def execute(self, query: str, /, *args: object, timeout: float | None = None) -> str:
        """Run a statement (or several, where there are no arguments); returns its command tag."""
        ...

    async def executemany(
        self, command: str, args: Iterable[Sequence[object]], /, *, timeout: float | None = None
    ) -> None: ...

    async def fetch(
        self, query: str, /, *args: object, timeout: float | None = None
    ) -> list[Record]: ...

    async def fetchrow(
        self, query: str, /, *args: object, timeout: float | None = None
    ) -> Record | None: ...

    async def fetchval(
        self, query: str, /, *args: object, column: int = 0, timeout: float | None = None
    ) -> Any:
        """The first row's value in that column; None where there is no row."""
        ...

    async def copy_records_to_table(
        self,
        table_name: str,
        /,
        *,
        records: Iterable[Sequence[object]],
        columns: Sequence[str] | None = None,
        schema_name: str | None = None,
        timeout: float | None = None,
    ) -> str: ...

    async def fly(self, calls: Sequence[Call | Copy], /) -> list[Answer]:
        """Send several statements together; an answer for each. See `Link.fly`."""
        ...

    async def execute_and_fly(
        self, statement: str, calls: Sequence[Call | Copy], /
    ) -> Awaitable[list[Answer]]:
        """Run a statement and send a flight right behind it. See `Link.execute_and_fly`."""
        ...

    def transaction(
        self, *, isolation: Isolation | None = None, readonly: bool = False
    ) -> AbstractAsyncContextManager[object]:
        """`async with connection.transaction():` commits at the end, rolls back on an exception."""
        ...

    def is_in_transaction(self) -> bool: ...

    def is_closed(self) -> bool: ...

    def get_server_pid(self) -> int: ...

    def terminate(self) -> None:
        """Drop the link at once, without a word to the server."""
        ...


class OwnConnection(Connection, Protocol):
    """A connection outside all pools, which may keep listeners and is closed by its owner."""

    async def add_listener(self, channel: str, callback: Callable[..., None], /) -> None:
        """Call back with (connection, server pid, channel, payload) for every notice."""
        ...

    def add_termination_listener(self, callback: Callable[..., None], /) -> None: ...

    async def close(self, *, timeout: float | None = None) -> None: ...
