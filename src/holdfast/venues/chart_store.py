"""Charts in the database: saved once, found by the hash of their bytes, never changed."""

from datetime import datetime

from holdfast.database.pool import Connection
from holdfast.venues import floor_plan
from holdfast.venues.chart import Chart, chart_sha256, public_json
from holdfast.venues.chart_columns import compressed_columns
from holdfast.venues.floor_plan import FloorPlan

PLANS_MAX = 64  # floor plans kept per process, about 3 MB for 80,000 seats; the oldest leaves

_SAVE = """
INSERT INTO chart (sha256, name, places, body, plan, columns, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (sha256) DO NOTHING
"""
_BODY = "SELECT body FROM chart WHERE sha256 = $1"
_COLUMNS = "SELECT columns FROM chart WHERE sha256 = $1"
_PLAN = "SELECT plan FROM chart WHERE sha256 = $1"


async def save_chart(connection: Connection, chart: Chart, now: datetime) -> str:
    """Keep a sound chart; returns its sha256. Saving the same chart again changes nothing."""
    sha256 = chart_sha256(chart)
    plan = floor_plan.encode(floor_plan.floor_plan(chart))
    await connection.execute(
        _SAVE,
        sha256,
        chart.name,
        chart.capacity,
        public_json(chart),
        plan,
        compressed_columns(chart),
        now,
    )
    return sha256


async def chart_body(connection: Connection, sha256: str) -> bytes | None:
    """The chart's public JSON, or None where there is no such chart."""
    return await connection.fetchval(_BODY, sha256)


async def kept_columns(connection: Connection, sha256: str) -> bytes | None:
    """The chart by columns, compressed; None where there is no such chart, or it was saved before
    columns were kept."""
    return await connection.fetchval(_COLUMNS, sha256)


class PlanShelf:
    """The floor plans that this process has read, so that desks and maps share them."""

    def __init__(self) -> None:
        self._plans: dict[str, FloorPlan] = {}

    async def plan(self, connection: Connection, sha256: str) -> FloorPlan:
        """The floor plan of a chart that is in the database."""
        plan = self._plans.pop(sha256, None)
        if plan is None:
            encoded = await connection.fetchval(_PLAN, sha256)
            assert encoded is not None, "an event's chart is in the database"
            plan = floor_plan.decode(encoded)
        self._plans[sha256] = plan
        while len(self._plans) > PLANS_MAX:
            del self._plans[next(iter(self._plans))]
        return plan
