"""The journal of an event: what each batch changed, in order.

It is at once the feed of the live map (public part), the way for another desk to catch up (private
part), the audit trail and the film of the sale. Here it is encoded and read; desk.py writes it.
"""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import msgspec
from msgspec import Struct

from holdfast.database.pool import Connection
from holdfast.desk.seating import PrivatePart, PublicPart

_READ_SINCE = """
SELECT version, batch_id, at, public_part, private_part
FROM seat_change
WHERE event_id = $1 AND version > $2
ORDER BY version
LIMIT $3
"""

_READ_PUBLIC_SINCE = """
SELECT version, at, public_part
FROM seat_change
WHERE event_id = $1 AND version > $2
ORDER BY version
LIMIT $3
"""

_VERSION_OF = """
SELECT version
FROM seat_change
WHERE event_id = $1 AND version > $2 AND batch_id = $3
"""

RECENT_BATCHES_MAX = 100_000  # more than other processes commit while a lost answer is looked for

encode_public = msgspec.json.Encoder().encode
decode_public = msgspec.json.Decoder(PublicPart).decode
encode_private = msgspec.msgpack.Encoder().encode
decode_private = msgspec.msgpack.Decoder(PrivatePart).decode


class Published(Struct, gc=False, frozen=True):
    """What is told of a batch after its commit."""

    event_id: int
    version: int
    at: datetime
    public: PublicPart


class Entry(NamedTuple):
    """One batch of the journal."""

    version: int
    batch_id: UUID
    at: datetime
    public: PublicPart
    private: PrivatePart


async def read_since(
    connection: Connection, event_id: int, version: int, limit: int
) -> list[Entry]:
    """The batches after `version` in order, `limit` at most."""
    rows = await connection.fetch(_READ_SINCE, event_id, version, limit)
    return [
        Entry(
            row["version"],
            row["batch_id"],
            row["at"],
            decode_public(row["public_part"]),
            decode_private(row["private_part"]),
        )
        for row in rows
    ]


async def read_public_since(
    connection: Connection, event_id: int, version: int, limit: int
) -> list[Published]:
    """What everybody may know of the batches after `version`, in order, `limit` at most."""
    rows = await connection.fetch(_READ_PUBLIC_SINCE, event_id, version, limit)
    return [
        Published(event_id, row["version"], row["at"], decode_public(row["public_part"]))
        for row in rows
    ]


async def version_of(
    connection: Connection, event_id: int, batch_id: UUID, newest: int
) -> int | None:
    """Which version a recent batch made, or None where it made none."""
    return await connection.fetchval(_VERSION_OF, event_id, newest - RECENT_BATCHES_MAX, batch_id)
