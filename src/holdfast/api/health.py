"""GET /health: whether this process can sell, and what it stands on."""

from typing import Any, Literal

from litestar import Response
from msgspec import Struct

from holdfast.api.answer import answer
from holdfast.api.request import ApiRequest
from holdfast.config import HEALTH_SECONDS_MAX
from holdfast.database.replicas import ReplicaHealth
from holdfast.desk.durability import Durability
from holdfast.live.broadcast import BroadcastName

_ABOUT = """
SELECT
    current_setting('server_version') AS server,
    (SELECT count(*) FROM desk WHERE status = 'CLOSED') AS closed
"""


class Sales(Struct):
    """Whether anything can be sold, and why not. `events_closed`: stopped for a check, each alone;
    `holdfast event reopen` looks at them."""

    open: bool
    closed_because: str | None
    events_closed: int


class DatabaseHealth(Struct):
    """The primary. `server` is its version, null while it does not answer."""

    status: Literal["ok", "unreachable"]
    embedded: bool
    server: str | None


class Health(Struct):
    """`replica_age_seconds`: how old browsing may be; null where no replica is read from. While
    `pubsub_connected` is false, maps learn from the journal what other servers sold, a second
    late."""

    status: Literal["ok", "unavailable"]
    database: DatabaseHealth
    replica_age_seconds: float | None
    replicas: list[ReplicaHealth]
    pubsub: BroadcastName
    pubsub_connected: bool
    durability: Durability | None
    sales: Sales | None


async def read_health(request: ApiRequest) -> Response[Any]:
    """200 where the database answers, else 503; `sales` tells whether it may be sold in."""
    database = request.parts.database
    age, notices = database.replicas.age, request.parts.notices
    told = (
        None if age is None else round(age, 2),
        database.replicas.health,
        notices.broadcast,
        notices.is_listening,
    )
    embedded = not request.parts.settings.database_url
    watch = request.parts.durability
    try:
        durability = await watch.look()
        async with database.pool.acquire(HEALTH_SECONDS_MAX) as connection:
            row = await connection.fetchrow(_ABOUT, timeout=HEALTH_SECONDS_MAX)
    except Exception:
        down = DatabaseHealth("unreachable", embedded, None)
        return answer(Health("unavailable", down, *told, None, None), 503)
    assert row is not None, "settings always have a row"
    sales = Sales(watch.closed_because is None, watch.closed_because, row["closed"])
    up = DatabaseHealth("ok", embedded, row["server"])
    return answer(Health("ok", up, *told, durability, sales))
