"""Every statement of a desk finds its rows by their keys, whatever the planner knows of the tables.

A statement is planned once for all values, mostly while its tables are new: then the planner takes
every event for a small one, and would read all of it to find a few rows. In the first minute of a
sale no statistics come to help. An old server plans anew each time; there it is enough that it does
so where it has counted once.
"""

import json
import re
from collections.abc import AsyncGenerator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from holdfast.database.embedded import start_embedded
from holdfast.database.link import connect, disconnect
from holdfast.database.migrate import migrate
from holdfast.database.pool import Connection, open_database
from holdfast.database.statements import load
from holdfast.desk import reading
from holdfast.outbox import rows
from tests.postgres import FreshDatabases

pytestmark = pytest.mark.anyio

DEBIAN_15 = Path("/usr/lib/postgresql/15/bin")
FOLDER = Path(__file__).parents[2] / "src/holdfast/desk/sql"
KEYS = {
    "seat": "seat_id",
    "section": "section_id",
    "orders": "order_id",
    "order_item": "order_id",
    "payment": "order_id",
    "ticket": "order_id",
    "outbox": "outbox_id",
    "inbox": "notice_id",
}
STATEMENTS = {
    path.stem: load(f"desk/sql/{path.name}")
    for path in sorted(FOLDER.glob("*.sql"))
    if re.search(rf"^(UPDATE|FROM) ({'|'.join(KEYS)})$", path.read_text(), re.MULTILINE)
} | {
    "read orders": reading.ORDERS,
    "read items": reading._ITEMS,
    "read payments": reading.PAYMENTS,
    "read tickets": reading._TICKETS,
    "read notices": reading.NOTICED,
    "tick off": rows._DONE,
}
ROWS = (
    "INSERT INTO section SELECT e, 1 + n, 1, 's', 9, 0, 9 FROM {rows}",
    "INSERT INTO seat (event_id, seat_id, section_id, category, status)"
    " SELECT e, n, 1, 'c', 'AVAILABLE' FROM {rows}",
    "INSERT INTO orders (event_id, order_id, session_id, status, total_amount, order_fee_amount,"
    " refunded_amount, currency, seat_count, payment_count, paying, created_at, expires_at,"
    " hold_cap_at) SELECT e, e || '_' || n, 's', 'PENDING', 1, 0, 0, 'EUR', 1, 0, FALSE, now(),"
    " now(), now() FROM {rows}",
    "INSERT INTO order_item SELECT e, e || '_' || n, 'i', n, 'p', 1, 0, 0, 'ACTIVE' FROM {rows}",
    "INSERT INTO payment (event_id, order_id, payment_id, provider, status, amount, currency,"
    " refunded_amount, token_fingerprint, created_at, updated_at, outside_amount)"
    " SELECT e, e || '_' || n, 'p', 'test', 'CREATED', 1, 'EUR', 0, '', now(), now(), 0"
    " FROM {rows}",
    "INSERT INTO ticket (event_id, order_id, ticket_id, order_item_id, seat_id, barcode, is_valid,"
    " issued_at) SELECT e, e || '_' || n, 't', 'i', n, e || 'b' || n, TRUE, now() FROM {rows}",
    "INSERT INTO outbox (event_id, outbox_id, kind, amount, occasion, state, attempts, due_at,"
    " created_at) SELECT e, e || '_' || n, 'NEWS', 0, 'EVENT_CANCELLED', 'WAITING', 0, now(), now()"
    " FROM {rows}",
    "INSERT INTO inbox SELECT e, 'test', e || '_' || n, now() FROM {rows}",
)
MANY = 40_000  # rows of one event
BATCH = 128
KNOWN = {"nothing": (0, 0), "one small event": (1, 20), "a thousand small events": (1_000, 3)}
"""What the planner has seen: so many events with so many rows in each table."""
OLD = "one small event", DEBIAN_15
ALL_OF_THE_EVENT = {("ticket", ("a thousand small events", None)), ("inbox", OLD)}
"""Where a plan may read all of the event, once for a batch (docs/decisions/0022)."""
WITH_NEW = [pytest.param((known, None), id=known) for known in KNOWN]
WITH_OLD = pytest.param(
    OLD,
    id="PostgreSQL 15",
    marks=pytest.mark.skipif(not DEBIAN_15.exists(), reason="PostgreSQL 15 is not installed here"),
)


@asynccontextmanager
async def migrated(
    programs: Path | None, databases: FreshDatabases, folder: Path
) -> AsyncGenerator[str]:
    """The address of a migrated database of the session's server, or of one of these programs."""
    if programs is None:
        async with databases.fresh() as name:
            yield databases.url(name)
        return
    server = await start_embedded(folder, bin_directory=programs)
    try:
        link = await connect(server.connect_arguments(), "tests")
        await migrate(link)
        await disconnect(link, 1.0)
        yield server.dsn
    finally:
        await server.stop()


@pytest.fixture(scope="module", params=[*WITH_NEW, WITH_OLD])
async def desk(
    request: pytest.FixtureRequest,
    databases: FreshDatabases,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncGenerator[Connection]:
    """A desk's connection, and the tables as they are when its statements are planned.

    Where those are planned anew each time, there are many rows by now, and nobody has counted.
    """
    known, programs = request.param
    events, places = KNOWN[known]
    async with AsyncExitStack() as stack:
        folder = tmp_path_factory.mktemp("server")
        url = await stack.enter_async_context(migrated(programs, databases, folder))
        database = await open_database(url)
        stack.push_async_callback(database.close)
        connection = await stack.enter_async_context(database.desk_pool.acquire())
        for table in KEYS:  # one of its own in front of the real one, without foreign keys
            await connection.execute(
                f"CREATE TEMPORARY TABLE {table} (LIKE public.{table} INCLUDING ALL)"
            )
        await fill(connection, f"generate_series(1, {events})", f"generate_series(1, {places})")
        if events:
            await connection.execute(f"ANALYZE {', '.join(KEYS)}")
        if await planned_anew(connection):
            await fill(connection, "generate_series(1, 1)", f"generate_series(100, {MANY})")
        else:
            await connection.execute("SET plan_cache_mode = force_generic_plan")
        yield connection


async def fill(connection: Connection, events: str, places: str) -> None:
    for statement in ROWS:
        await connection.execute(statement.format(rows=f"{events} AS e, {places} AS n"))


async def planned_anew(connection: Connection) -> bool:
    return await connection.fetchval("SHOW plan_cache_mode") == "force_custom_plan"


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for inner in plan.get("Plans", ()):
        yield from nodes(inner)


async def conditions(desk: Connection, statement: str) -> list[tuple[str, str]]:
    """Every table that the plan reads, with the conditions of the indexes that lead into it."""
    prepared = await desk.prepare(statement)
    kinds = [kind.name for kind in prepared.get_parameters()]
    values = ", ".join(["1", *[_batch_of(kind) for kind in kinds[1:]]])
    await desk.execute(f"PREPARE planned AS {statement}")
    try:
        said = await desk.fetchval(f"EXPLAIN (FORMAT JSON) EXECUTE planned({values})")
    finally:
        await desk.execute("DEALLOCATE planned")
    (found,) = json.loads(said)
    return [
        (node["Relation Name"], " ".join(n.get("Index Cond", "") for n in nodes(node)))
        for node in nodes(found["Plan"])
        if node.get("Relation Name") in KEYS and not node["Node Type"].startswith("Modify")
    ]


def _batch_of(kind: str) -> str:
    """A value of this type; of a list as many as a batch has."""
    if kind == "jsonb":
        return "'{}'"  # values by their keys
    if not kind.endswith("[]"):
        return "NULL"
    one = {"int4[]": "{}", "text[]": "1_{}"}.get(kind, "NULL")
    return "'{" + ",".join([one.format(number) for number in range(1, BATCH + 1)]) + "}'"


def test_there_are_statements_to_look_at() -> None:
    assert len(STATEMENTS) >= 20


@pytest.mark.parametrize("name", STATEMENTS)
async def test_rows_are_found_by_their_keys(
    desk: Connection, name: str, request: pytest.FixtureRequest
) -> None:
    found = await conditions(desk, STATEMENTS[name])
    assert found, "the plan reads a table"
    state = request.node.callspec.params["desk"]
    for table, condition in found:
        if (table, state) in ALL_OF_THE_EVENT:
            continue
        assert "event_id = " in condition, (table, condition)
        assert f"{KEYS[table]} = " in condition, (table, condition)


async def test_a_join_alone_may_read_the_whole_event(desk: Connection) -> None:
    """The control: what the statements once said is planned so while nothing is known."""
    joined = """
    UPDATE orders SET seat_count = 0 FROM unnest($2::text[]) AS u (order_id)
    WHERE orders.event_id = $1 AND orders.order_id = u.order_id AND status::text = 'PENDING'
    """
    if await planned_anew(desk):
        pytest.skip("planned with all rows in sight, a join goes by the keys too")
    ((_, condition),) = await conditions(desk, joined)
    assert "order_id = " not in condition
