"""What the demo has on sale when it is started again days later."""

from datetime import UTC, datetime, timedelta

import pytest
from rich.progress import Progress

from holdfast.cli.demo import DEMO_EVENTS, Memory, _prepare
from holdfast.database.pool import Database

pytestmark = pytest.mark.anyio

NOON = datetime(2027, 3, 1, 11, tzinfo=UTC)
TONIGHT, _, _ = (event.name for event in DEMO_EVENTS)


async def started(database: Database, memory: Memory | None, at: datetime) -> Memory:
    """The demo's memory after a start at this time."""
    with Progress(disable=True) as bar:
        step = bar.add_task("", total=1 + len(DEMO_EVENTS))
        async with database.pool.acquire() as connection:
            memory = await _prepare(connection, at, memory, bar, step)
        assert bar.finished
    return memory


async def test_an_evening_that_has_begun_gets_another_one(database: Database) -> None:
    first = await started(database, None, NOON)
    assert len(first.event_ids) == len(DEMO_EVENTS)
    same = await started(database, first, NOON + timedelta(hours=1))
    assert len(same.event_ids) == len(DEMO_EVENTS)
    tomorrow = NOON + timedelta(days=1)
    later = await started(database, same, tomorrow)
    assert len(later.event_ids) == len(DEMO_EVENTS) + 1
    async with database.pool.acquire() as connection:
        new = await connection.fetchrow(
            "SELECT name, start_time FROM event WHERE event_id = $1", later.event_ids[-1]
        )
    assert new is not None
    assert new["name"] == TONIGHT
    assert tomorrow < new["start_time"] < tomorrow + timedelta(days=1)
