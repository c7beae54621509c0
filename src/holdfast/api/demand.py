"""What a request may demand of a reading: that it shows at least a version of its event.

Browsing reads replicas. Who has just bought names the version that the order was answered with, in
the header Holdfast-Version, and is not told anything older: a replica that has not got it yet is
passed over, in the end for the primary.
"""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from holdfast.api.asked import Asked
from holdfast.api.headers import Headers, text
from holdfast.database.pool import Connection
from holdfast.refusals import Refusal

T = TypeVar("T")

DIGITS_MAX = 18
_VERSION = "SELECT version FROM desk WHERE event_id = $1"


def demanded_version(sent: Headers) -> int:
    """The version that Holdfast-Version names, 0 for none. Refuses invalid_request."""
    named = text(sent, b"holdfast-version")
    if not named:
        return 0
    if not (named.isascii() and named.isdigit() and len(named) <= DIGITS_MAX):
        raise Refusal("invalid_request", "Holdfast-Version is a version, as an answer named it.")
    return int(named)


async def read_at_least(
    asked: Asked, event_id: int, reading: Callable[[Connection, int], Awaitable[T]]
) -> T:
    """`reading` of this event on a server that has the version demanded. A replica that finds
    nothing is passed over too: the event may be new."""
    at_least = demanded_version(asked.sent)

    async def work(connection: Connection) -> tuple[int, T]:
        version = await connection.fetchval(_VERSION, event_id) if at_least else 0
        return version or 0, await reading(connection, event_id)

    def enough(found: tuple[int, T]) -> bool:
        return found[0] >= at_least and found[1] is not None

    return (await asked.parts.database.read(work, enough))[1]
