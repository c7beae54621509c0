"""GET /health: whether this process can sell, and what it stands on."""

from typing import Any, Literal

from litestar import Response
from msgspec import Struct

from holdfast.api.answer import answer
from holdfast.api.request import ApiRequest
from holdfast.config import HEALTH_SECONDS_MAX
from holdfast.database.replicas import ReplicaHealth
from holdfast.live.broadcast import BroadcastName

_ABOUT = """
SELECT
    current_setting('server_version') AS server,
    current_setting('fsync') AS fsync,
    current_setting('synchronous_commit') AS synchronous_commit,
    current_setting('synchronous_standby_names') AS standbys
"""


class DatabaseHealth(Struct):
    """The primary. `server` is its version, null while it does not answer."""

    status: Literal["ok", "unreachable"]
    embedded: bool
    server: str | None


class Durability(Struct):
    """What an acknowledged sale has survived. `standby`: whether a copy elsewhere has it too."""

    fsync: bool
    synchronous_commit: str
    standby: Literal["synchronous", "none"]


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


async def read_health(request: ApiRequest) -> Response[Any]:
    """200 where seats can be sold, else 503."""
    database = request.parts.database
    age, notices = database.replicas.age, request.parts.notices
    told = (
        None if age is None else round(age, 2),
        database.replicas.health,
        notices.broadcast,
        notices.is_listening,
    )
    embedded = not request.parts.settings.database_url
    try:
        async with database.pool.acquire(HEALTH_SECONDS_MAX) as connection:
            row = await connection.fetchrow(_ABOUT, timeout=HEALTH_SECONDS_MAX)
    except Exception:
        down = DatabaseHealth("unreachable", embedded, None)
        return answer(Health("unavailable", down, *told, None), 503)
    assert row is not None, "settings always have a row"
    durability = Durability(
        row["fsync"] == "on",
        row["synchronous_commit"],
        "synchronous" if row["standbys"] else "none",
    )
    up = DatabaseHealth("ok", embedded, row["server"])
    return answer(Health("ok", up, *told, durability))
