"""Several statements in one flight: sent together, run by the server one after the other.

A batch of the desk is a dozen small statements, and waiting for each answer before the next is sent
costs more than the statements do: a dozen turns of a busy event loop, and as many of the server.
The driver sends one at a time. So it connects, prepares and describes, and for the length of a
flight the link's transport speaks to a protocol of ours, which sends Bind and Execute for every
statement and one Sync, and reads the answers (PostgreSQL's manual, "Extended Query", "Pipelining").

Nothing is decided here: BEGIN, COMMIT and ROLLBACK stay the driver's, which therefore always knows
whether a transaction is open. A server runs nothing of a flight after the first statement that
fails.
"""

import asyncio
import struct
from collections.abc import Iterable, Sequence
from typing import Any, Final, cast

import asyncpg
from msgspec import Struct

from holdfast.database.binary import NULL, Decode, Encode, decoder, encoder

_ROWS_OF_COPY: Final = b"PGCOPY\n\xff\r\n\0" + b"\0" * 8  # signature, flags, no extension
_END_OF_COPY: Final = b"\xff\xff"
_ROWS_BY_COLUMN_MIN: Final = 4  # fewer rows are written sooner one by one
_SENT_AT_ONCE_MIN: Final = 2_000  # bytes; less is sent with what follows
_HEAD: Final = struct.Struct("!ci")
_size = struct.Struct("!i").pack
_count = struct.Struct("!h").pack
_of_count = struct.Struct("!h").unpack_from
_of_size = struct.Struct("!i").unpack_from


def _message(kind: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return kind + _size(len(body) + 4) + body


_EXECUTE: Final = _message(b"E", b"\0", _size(0))  # the unnamed portal, all rows
_SYNC: Final = _message(b"S")
_COPY_DONE: Final = _message(b"c")
_FOR_THE_DRIVER: Final = (b"A", b"N", b"S")  # what listeners are told, warnings, settings
_ALL_BINARY: Final = _count(1) + _count(1)


class Call(Struct, gc=False, frozen=True):
    """One statement with its values. `touches`: how many rows it must touch; None: any number."""

    statement: str
    values: tuple[object, ...] = ()
    touches: int | None = None


class Copy(Struct, gc=False, frozen=True):
    """New rows for a table, by COPY: each a value per column, in their order; made when they are
    sent, where an iterator makes them."""

    table: str
    columns: tuple[str, ...]
    rows: Iterable[Sequence[object]]

    @property
    def statement(self) -> str:
        """What the server is told. The names are ours and need no quotes."""
        return f"COPY {self.table} ({', '.join(self.columns)}) FROM STDIN (FORMAT binary)"


class Answer(Struct, gc=False):
    """What came of a call: rows touched or read, and the rows read, by the names of columns."""

    count: int = 0
    rows: list[dict[str, Any]] = []


class OtherRows(Exception):  # noqa: N818 (what happened, not a kind of error)
    """A call touched another number of rows than it had to. `call` says which."""

    def __init__(self, call: Call, count: int) -> None:
        super().__init__(
            f"{count} rows where {call.touches} were decided: {call.statement.splitlines()[0]}"
        )
        self.call = call


class Plan(Struct, gc=False):
    """A statement as one link knows it. `kept` is the driver's, which forgets what nobody keeps.

    `opening` is of a call what Bind begins with (portal, name, formats, number of values), of a
    COPY all that comes before its rows.
    """

    opening: bytes
    encoders: list[Encode]
    readers: list[tuple[str, Decode]]
    kept: object

    def messages(self, call: Call | Copy) -> bytes:
        """What is sent to run it."""
        if isinstance(call, Copy):
            return self._with_rows(list(call.rows))
        return _message(b"B", self.opening, self._encoded(call.values), _ALL_BINARY) + _EXECUTE

    def _encoded(self, values: Sequence[object]) -> bytes:
        return b"".join(
            [
                NULL if value is None else encode(value)
                for encode, value in zip(self.encoders, values, strict=True)
            ]
        )

    def _with_rows(self, rows: Sequence[Sequence[object]]) -> bytes:
        count = _count(len(self.encoders))
        if len(rows) < _ROWS_BY_COLUMN_MIN:
            data = b"".join([count + self._encoded(row) for row in rows])
        else:
            columns = [[count] * len(rows)]
            for encode, values in zip(self.encoders, zip(*rows, strict=True), strict=True):
                columns.append(_column(encode, values))
            data = b"".join([b"".join(row) for row in zip(*columns, strict=True)])
        return self.opening + _message(b"d", _ROWS_OF_COPY, data, _END_OF_COPY) + _COPY_DONE


def _column(encode: Encode, values: Sequence[Any]) -> list[bytes]:
    """One column of many rows. Most of a batch's columns hold few values: each is written once."""
    distinct = set(values)
    if len(distinct) == len(values) and None not in distinct:
        return [encode(value) for value in values]
    written = {value: NULL if value is None else encode(value) for value in distinct}
    return [written[value] for value in values]


async def plan(link: asyncpg.Connection, call: Call | Copy) -> Plan:
    """How a link runs this. Raises what the driver raises where it prepares it, UnknownType."""
    return await (_plan_copy(link, call) if isinstance(call, Copy) else _plan_call(link, call))


async def _plan_call(link: asyncpg.Connection, call: Call) -> Plan:
    prepared = cast(Any, await link.prepare(call.statement))
    types = prepared.get_parameters()
    name = prepared.get_name().encode()
    return Plan(
        b"\0" + name + b"\0" + _ALL_BINARY + _count(len(types)),
        [encoder(of.oid, of.schema) for of in types],
        [(a.name, decoder(a.type.oid, a.type.schema)) for a in prepared.get_attributes()],
        prepared,
    )


async def _plan_copy(link: asyncpg.Connection, copy: Copy) -> Plan:
    """A COPY has no parameters to be described: the types are those of the columns."""
    question = f"SELECT {', '.join(copy.columns)} FROM {copy.table} WHERE FALSE"  # noqa: S608
    prepared = cast(Any, await link.prepare(question))
    return Plan(
        _message(b"P", b"\0", copy.statement.encode(), b"\0", _count(0))
        + _message(b"B", b"\0\0", _count(0), _count(0), _count(0))
        + _EXECUTE,
        [encoder(a.type.oid, a.type.schema) for a in prepared.get_attributes()],
        [],
        None,
    )


class Flight(asyncio.Protocol):
    """Speaks on a link's transport until the server is ready for the next thing, then hands the
    transport back to the driver's protocol. Used once."""

    def __init__(
        self,
        transport: asyncio.Transport,
        driver: asyncio.Protocol,
        calls: Sequence[Call | Copy],
        plans: Sequence[Plan],
        *,
        behind: bool = False,
    ) -> None:
        """`behind`: the driver has just sent a statement, whose answer comes first and is its."""
        self._transport = transport
        self._driver = driver
        self._behind = behind
        self._calls = calls
        self._plans = plans
        self._answers: list[Answer] = []
        self._rows: list[dict[str, Any]] = []
        self._error: Exception | None = None
        self._unread = b""
        self.landed: asyncio.Future[list[Answer]] = asyncio.get_running_loop().create_future()

    def send(self) -> None:
        """Take the transport and send everything, with the Sync that ends it.

        What is written is sent at once where it is much, so that the server is at work on the first
        statements while we write the others. What can't be written ends the flight: the server runs
        what was sent before it, and the error is told when it has. Raises it where nothing was.
        """
        parts: list[bytes] = []
        size = 0
        for plan, call in zip(self._plans, self._calls, strict=True):
            try:
                part = plan.messages(call)
            except Exception as error:
                if self._transport.get_protocol() is not self:
                    raise
                self._error = error
                parts.clear()
                break
            parts.append(part)
            size += len(part)
            if size >= _SENT_AT_ONCE_MIN:
                self._write(parts)
                parts, size = [], 0
        self._write([*parts, _SYNC])

    def packed(self) -> bytes:
        """All of it with its Sync, for `depart`. Raises where something can't be written."""
        messages = [p.messages(call) for p, call in zip(self._plans, self._calls, strict=True)]
        return b"".join([*messages, _SYNC])

    def depart(self, packed: bytes) -> None:
        """Take the transport and send what was packed."""
        self._write([packed])

    def _write(self, parts: Sequence[bytes]) -> None:
        self._transport.set_protocol(self)
        self._transport.write(b"".join(parts))

    def data_received(self, data: bytes) -> None:
        """Read whole messages; what is there of the next one waits for the rest."""
        if self._unread:
            data = self._unread + data
        place, end = 0, len(data)
        while end - place >= _HEAD.size:
            kind, length = _HEAD.unpack_from(data, place)
            after = place + 1 + length
            if after > end:
                break
            if kind == b"Z" and not self._behind:
                self._land(data[after:])
                return
            try:
                if self._behind:
                    self._behind = kind != b"Z"
                    self._driver.data_received(data[place:after])
                elif kind in _FOR_THE_DRIVER:
                    self._driver.data_received(data[place:after])
                else:
                    self._read(kind, data[place + 5 : after])
            except Exception as error:  # ours: the answers that follow must be read all the same
                self._error = self._error or error
            place = after
        self._unread = data[place:]

    def _read(self, kind: bytes, body: bytes) -> None:
        if kind == b"C":
            tag = body[:-1].decode()
            number = tag.rsplit(" ", 1)[-1]
            self._answers.append(Answer(int(number) if number.isdigit() else 0, self._rows))
            self._rows = []
        elif kind == b"D":
            self._rows.append(self._row(body))
        elif kind == b"E":
            self._error = self._error or _server_error(body, self._statement())

    def _row(self, body: bytes) -> dict[str, Any]:
        row: dict[str, Any] = {}
        place = 2
        for name, decode in self._plans[len(self._answers)].readers:
            (length,) = _of_size(body, place)
            place += 4
            if length < 0:
                row[name] = None
                continue
            row[name] = decode(body[place : place + length])
            place += length
        return row

    def _statement(self) -> str:
        return self._calls[min(len(self._answers), len(self._calls) - 1)].statement

    def _land(self, rest: bytes) -> None:
        """The server is ready: give the transport back, and tell what came of it."""
        self._transport.set_protocol(self._driver)
        if rest:  # a notice that came right after
            self._driver.data_received(rest)
        if self.landed.done():
            return
        # What a call touched is judged first: what failed after it may have failed because of it.
        for call, answer in zip(self._calls, self._answers, strict=False):
            if isinstance(call, Call) and call.touches not in (None, answer.count):
                self.landed.set_exception(OtherRows(call, answer.count))
                return
        if self._error is not None:
            self.landed.set_exception(self._error)
        else:
            self.landed.set_result(self._answers)

    def forget(self) -> None:
        """Nobody waits for what comes of it any more."""
        if not self.landed.cancel() and not self.landed.cancelled():
            self.landed.exception()

    def connection_lost(self, exc: Exception | None) -> None:
        """The link broke in flight: nobody here knows what the server did of it."""
        self._transport.set_protocol(self._driver)
        self._driver.connection_lost(exc)
        if not self.landed.done():
            lost = self._error or exc or ConnectionResetError("the connection was lost in flight")
            self.landed.set_exception(lost)

    def eof_received(self) -> bool | None:
        """Let the transport close: connection_lost says the rest."""
        return None

    def pause_writing(self) -> None:
        """The driver's concern; a flight is sent whole and is as long as a batch."""
        self._driver.pause_writing()

    def resume_writing(self) -> None:
        """See pause_writing."""
        self._driver.resume_writing()


def _server_error(body: bytes, statement: str) -> Exception:
    """The driver's own exception for what the server says."""
    fields = {
        field[:1].decode(): field[1:].decode(errors="replace")
        for field in body.rstrip(b"\0").split(b"\0")
        if field
    }
    return cast(Exception, asyncpg.PostgresError.new(fields, query=statement))
