"""Values as PostgreSQL sends and takes them in binary, for the types of the desk's statements.

The formats are those of each type's send and receive function; all numbers are big-endian
(https://www.postgresql.org/docs/current/protocol-overview.html, "Formats and Format Codes").
"""

import struct
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

Encode = Callable[[Any], bytes]
Decode = Callable[[bytes], Any]

NULL: Final = b"\xff\xff\xff\xff"  # in place of a length
_EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_DAY: Final = 86_400_000_000  # in microseconds
_SECOND: Final = 1_000_000

_size = struct.Struct("!i").pack
_array_head = struct.Struct("!iiIii").pack  # dimensions, has NULLs, type of elements, count, first
_empty_array = struct.Struct("!iiI").pack
_int2 = struct.Struct("!ih").pack
_int4 = struct.Struct("!ii").pack
_int8 = struct.Struct("!iq").pack
_of_int2 = struct.Struct("!h").unpack
_of_int4 = struct.Struct("!i").unpack
_of_int8 = struct.Struct("!q").unpack
_SYSTEM: Final = "pg_catalog"
_TRUE: Final = b"\0\0\0\1\1"
_FALSE: Final = b"\0\0\0\1\0"


class UnknownType(TypeError):  # noqa: N818 (it reads as what it says)
    """A statement of the desk uses a type that is not written down here: add it."""


def encode_text(value: str) -> bytes:
    """Also what enums and json are sent as. Lengths stand in front of every value."""
    data = value.encode()
    return _size(len(data)) + data


def _encode_jsonb(value: str) -> bytes:
    data = value.encode()
    return _size(len(data) + 1) + b"\1" + data


def _encode_bytes(value: bytes) -> bytes:
    return _size(len(value)) + value


def _encode_bool(value: bool) -> bytes:
    return _TRUE if value else _FALSE


def _encode_time(value: datetime) -> bytes:
    since = value - _EPOCH
    return _int8(8, since.days * _DAY + since.seconds * _SECOND + since.microseconds)


def _encode_uuid(value: UUID) -> bytes:
    return b"\0\0\0\x10" + value.bytes


def _decode_time(data: bytes) -> datetime:
    return _EPOCH + _MICROSECOND * _of_int8(data)[0]


BOOL, BYTES, INT8, INT2, INT4, TEXT, JSON = 16, 17, 20, 21, 23, 25, 114
VARCHAR, TIME, UUID_, JSONB = 1043, 1184, 2950, 3802

_SCALARS: Final[dict[int, tuple[Encode, Decode]]] = {
    BOOL: (_encode_bool, lambda data: data == b"\1"),
    BYTES: (_encode_bytes, bytes),
    INT2: (lambda value: _int2(2, value), lambda data: _of_int2(data)[0]),
    INT4: (lambda value: _int4(4, value), lambda data: _of_int4(data)[0]),
    INT8: (lambda value: _int8(8, value), lambda data: _of_int8(data)[0]),
    TEXT: (encode_text, bytes.decode),
    VARCHAR: (encode_text, bytes.decode),
    JSON: (encode_text, bytes.decode),
    JSONB: (_encode_jsonb, lambda data: data[1:].decode()),
    TIME: (_encode_time, _decode_time),
    UUID_: (_encode_uuid, lambda data: UUID(bytes=data)),
}  # fmt: skip
_ELEMENTS: Final = {
    1000: BOOL, 1001: BYTES, 1005: INT2, 1007: INT4, 1009: TEXT, 1015: VARCHAR, 1016: INT8,
    1185: TIME, 2951: UUID_, 3807: JSONB,
}  # fmt: skip


def encoder(oid: int, schema: str) -> Encode:
    """How values of this type are written, each with its length; None is for the caller.

    Types outside the system's `schema` are ours, and all of ours are enums. Raises UnknownType.
    """
    if oid in _SCALARS:
        return _SCALARS[oid][0]
    if oid in _ELEMENTS:
        return _array_encoder(_ELEMENTS[oid])
    if schema != _SYSTEM:
        return encode_text
    raise UnknownType(f"Values of type {oid} ({schema}) can't be written: see database/binary.py.")


def decoder(oid: int, schema: str) -> Decode:
    """How values of this type are read, without their length. Raises UnknownType."""
    if oid in _SCALARS:
        return _SCALARS[oid][1]
    if schema != _SYSTEM:
        return bytes.decode
    raise UnknownType(f"Values of type {oid} ({schema}) can't be read: see database/binary.py.")


def _array_encoder(element: int) -> Encode:
    encode = _SCALARS[element][0]
    empty = _empty_array(0, 0, element)
    empty = _size(len(empty)) + empty

    def encode_array(values: Sequence[Any]) -> bytes:
        if not values:
            return empty
        parts = [NULL if value is None else encode(value) for value in values]
        head = _array_head(1, 1, element, len(parts), 1)
        data = b"".join(parts)
        return _size(len(head) + len(data)) + head + data

    return encode_array
