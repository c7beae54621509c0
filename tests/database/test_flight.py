"""Several statements in one flight: as if they had been sent one by one, only sooner."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from holdfast.database.binary import UnknownType
from holdfast.database.connection import OwnConnection
from holdfast.database.errors import Trouble, classify
from holdfast.database.flight import Call, Copy, OtherRows
from holdfast.database.link import connect, disconnect
from tests.postgres import FreshDatabases
from tests.proxy import CutAt, proxy

TABLE = """
CREATE TABLE thing (
    number integer PRIMARY KEY, small smallint, large bigint, word text, at timestamptz, id uuid,
    data bytea, extra jsonb, is_so boolean, mood mood
)
"""
COLUMNS = (
    "number", "small", "large", "word", "at", "id", "data", "extra", "is_so", "mood",
)  # fmt: skip
AT = datetime(2031, 5, 4, 3, 2, 1, 987_654, UTC)
LONG_AGO = datetime(1969, 12, 31, 23, 59, 59, 999_999, UTC)


def thing(number: int, **other: object) -> tuple[object, ...]:
    values: dict[str, object] = {
        "number": number, "small": -3, "large": -(2**62), "word": "søn, 席", "at": AT,
        "id": uuid4(), "data": b"\0\xff", "extra": '{"a": [1]}', "is_so": True, "mood": "glad",
    }  # fmt: skip
    return tuple((values | other).values())


@pytest.fixture
async def link(databases: FreshDatabases) -> AsyncGenerator[OwnConnection]:
    async with databases.fresh("template0") as name:
        link = await connect(databases.address(name), "holdfast tests")
        await link.execute("CREATE TYPE mood AS ENUM ('glad', 'sad')")
        await link.execute(TABLE)
        yield link
        await disconnect(link, 1.0)


async def told_by_the_driver(link: OwnConnection) -> list[tuple[object, ...]]:
    return [tuple(row) for row in await link.fetch("SELECT * FROM thing ORDER BY number")]


@pytest.mark.parametrize("more", [0, 1, 3_000])
async def test_rows_copied_in_flight_are_the_rows_that_the_driver_reads(
    link: OwnConnection, more: int
) -> None:
    """Row by row, by columns, and more than the link takes at once."""
    rows = [
        thing(1),
        thing(2, **dict.fromkeys(COLUMNS[1:])),  # NULL in every column that may be
        thing(3, word="", data=b"", at=LONG_AGO, is_so=False, small=32_767, large=2**63 - 1),
        *[thing(4 + n, mood="sad", extra="null", word=f"Platz {n % 7}") for n in range(more)],
    ]
    (answer,) = await link.fly([Copy("thing", COLUMNS, rows)])
    assert answer.count == len(rows)
    assert await told_by_the_driver(link) == rows


@pytest.mark.parametrize("good", [0, 5])
async def test_a_row_of_another_length_is_refused_before_anything_is_sent(
    link: OwnConnection, good: int
) -> None:
    rows = [*[thing(n) for n in range(good)], thing(9)[:-1]]
    with pytest.raises(ValueError, match="zip"):
        await link.fly([Copy("thing", COLUMNS, rows)])
    assert await told_by_the_driver(link) == []


async def test_rows_read_in_flight_are_the_rows_that_the_driver_wrote(link: OwnConnection) -> None:
    rows = [thing(1), thing(2, **dict.fromkeys(COLUMNS[1:])), thing(3, at=LONG_AGO, word="")]
    await link.copy_records_to_table("thing", records=rows, columns=COLUMNS)
    (answer,) = await link.fly([Call("SELECT * FROM thing ORDER BY number")])
    assert [tuple(row.values()) for row in answer.rows] == rows
    assert answer.count == 3


@pytest.mark.parametrize(
    ("type_name", "values"),
    [
        ("integer", [1, -1, None, 2**31 - 1]),
        ("smallint", [1, None, -1]),
        ("bigint", [2**40, None, -(2**40)]),
        ("text", ["", None, "a, {b} \"c\" 'd' \\", "席" * 50]),
        ("boolean", [True, None, False]),
        ("timestamptz", [AT, LONG_AGO, None]),
        ("bytea", [b"", b"\0", None]),
        ("uuid", [uuid4(), None]),
        ("integer", []),
        ("text", []),
    ],
)
async def test_arrays_arrive_as_they_were_sent(
    link: OwnConnection, type_name: str, values: Sequence[object]
) -> None:
    unnest = f"SELECT a FROM unnest($1::{type_name}[]) WITH ORDINALITY AS u (a, n) ORDER BY n"
    (answer,) = await link.fly([Call(unnest, (values,))])
    assert [row["a"] for row in answer.rows] == list(values)


async def test_a_type_that_nobody_wrote_down_is_refused_and_the_link_lives(
    link: OwnConnection,
) -> None:
    with pytest.raises(UnknownType, match=r"binary\.py"):
        await link.fly([Call("SELECT $1::numeric", (1,))])
    assert (await link.fly([Call("SELECT 1 AS a")]))[0].rows == [{"a": 1}]


async def test_each_statement_sees_what_those_before_it_did(link: OwnConnection) -> None:
    copy, update, read = await link.fly(
        [
            Copy("thing", COLUMNS, [thing(1), thing(2), thing(3)]),
            Call("UPDATE thing SET small = $1 WHERE number > $2", (7, 1), touches=2),
            Call("SELECT number FROM thing WHERE small = 7 ORDER BY number"),
        ]
    )
    assert (copy.count, update.count) == (3, 2)
    assert read.rows == [{"number": 2}, {"number": 3}]


async def test_other_rows_than_decided_are_told_before_what_failed_because_of_them(
    link: OwnConnection,
) -> None:
    await link.fly([Copy("thing", COLUMNS, [thing(1)])])
    one_too_few = Call("UPDATE thing SET number = 2 WHERE number = 3\n", touches=1)
    with pytest.raises(OtherRows, match="0 rows where 1 were decided: UPDATE thing"):
        await link.fly([one_too_few, Copy("thing", COLUMNS, [thing(1)])])
    assert len(await told_by_the_driver(link)) == 1


async def test_nothing_is_run_after_what_failed_and_the_driver_knows_of_the_transaction(
    link: OwnConnection,
) -> None:
    await link.execute("BEGIN")
    with pytest.raises(asyncpg.UniqueViolationError) as refused:
        await link.fly(
            [
                Copy("thing", COLUMNS, [thing(1), thing(1)]),
                Call("SELECT pg_notify('x', 'never')::text"),
                Copy("thing", COLUMNS, [thing(5)]),
            ]
        )
    assert classify(refused.value) is Trouble.DATA
    assert refused.value.constraint_name == "thing_pkey"
    assert link.is_in_transaction()
    with pytest.raises(asyncpg.InFailedSQLTransactionError):
        await link.fly([Call("SELECT 1 AS a")])
    await link.execute("ROLLBACK")
    assert await told_by_the_driver(link) == []
    await link.fly([Copy("thing", COLUMNS, [thing(5)])])
    assert len(await told_by_the_driver(link)) == 1


async def test_what_cannot_be_written_ends_the_flight_after_what_is_on_its_way(
    link: OwnConnection,
) -> None:
    sent = Copy("thing", COLUMNS, [thing(n, word="long" * 500) for n in range(3)])
    await link.execute("BEGIN")
    with pytest.raises(ValueError, match="zip"):
        await link.fly([sent, Copy("thing", COLUMNS, [thing(9)[:-1]]), Call("DELETE FROM thing")])
    assert len(await told_by_the_driver(link)) == 3, "the link lives, and nothing came after"
    await link.execute("ROLLBACK")
    assert await told_by_the_driver(link) == []


async def test_long_rows_and_notices_do_not_confuse_it(link: OwnConnection) -> None:
    heard: list[object] = []
    await link.add_listener("x", lambda *notice: heard.append(notice[-1]))
    rows = [thing(number, word=f"{number}" * 300) for number in range(1_000)]
    warn = "DO $$ BEGIN RAISE WARNING 'careful'; END $$"
    _, _, _, read = await link.fly(
        [
            Call("SELECT pg_notify('x', 'once')::text"),
            Copy("thing", COLUMNS, rows),
            Call(warn),
            Call("SELECT * FROM thing ORDER BY number"),
        ]
    )
    assert [tuple(row.values()) for row in read.rows] == rows
    while not heard:
        await asyncio.sleep(0.01)
    assert heard == ["once"]


async def test_what_a_migration_changed_is_prepared_again(link: OwnConnection) -> None:
    read = Call("SELECT * FROM thing")
    await link.fly([Copy("thing", COLUMNS, [thing(1)]), read])
    await link.execute("ALTER TABLE thing DROP COLUMN small, ADD COLUMN more text DEFAULT 'new'")
    with pytest.raises(asyncpg.InvalidCachedStatementError) as refused:
        await link.fly([read])
    assert classify(refused.value) is Trouble.PASSING
    (answer,) = await link.fly([read])
    assert answer.rows[0]["more"] == "new"


async def test_a_link_that_breaks_in_flight_is_lost_and_says_so(databases: FreshDatabases) -> None:
    async with databases.fresh() as name, proxy(databases.address(name)) as cable:
        link = await connect({"dsn": cable.url}, "holdfast tests")
        await link.fly([Call("SELECT 1 AS a")])
        flight = asyncio.create_task(link.fly([Call("SELECT pg_sleep(30)::text")]))
        await asyncio.sleep(0.1)
        cable.reset()
        with pytest.raises(OSError) as lost:
            await asyncio.wait_for(flight, 5)
        assert classify(lost.value) is Trouble.LINK_LOST
        assert link.is_closed()
        with pytest.raises(OSError):
            await link.fly([Call("SELECT 1 AS a")])


async def test_a_session_that_is_ended_in_flight_says_why(
    databases: FreshDatabases, link: OwnConnection
) -> None:
    flight = asyncio.create_task(link.fly([Call("SELECT pg_sleep(30)::text")]))
    await asyncio.sleep(0.1)
    other = await connect(databases.address("holdfast"), "holdfast tests")
    await other.fetchval("SELECT pg_terminate_backend($1)", link.get_server_pid())
    with pytest.raises(asyncpg.AdminShutdownError) as ended:
        await asyncio.wait_for(flight, 5)
    assert classify(ended.value) is Trouble.LINK_LOST
    await disconnect(other, 1.0)


async def test_whoever_is_cancelled_in_flight_loses_the_link(link: OwnConnection) -> None:
    flight = asyncio.create_task(link.fly([Call("SELECT pg_sleep(30)::text")]))
    await asyncio.sleep(0.1)
    flight.cancel()
    with pytest.raises(asyncio.CancelledError):
        await flight
    assert link.is_closed()


FLIGHT = Call("SELECT count(*) AS things FROM thing")


async def test_behind_a_commit_it_flies_in_the_next_transaction(
    databases: FreshDatabases, link: OwnConnection
) -> None:
    """The driver has its answer and knows of the transaction; the flight has the rest."""
    landing = await link.execute_and_fly("BEGIN", [Copy("thing", COLUMNS, [thing(1)]), FLIGHT])
    assert link.is_in_transaction()
    assert [answer.rows for answer in await landing] == [[], [{"things": 1}]]
    more = Copy("thing", COLUMNS, [thing(2)])
    landing = await link.execute_and_fly("COMMIT AND CHAIN", [more, FLIGHT])
    assert link.is_in_transaction()
    assert (await landing)[1].rows == [{"things": 2}]
    await link.execute("ROLLBACK")
    assert not link.is_in_transaction()
    assert await link.fetchval("SELECT count(*) FROM thing") == 1


async def test_what_it_flies_behind_is_answered_before_it_has_landed(link: OwnConnection) -> None:
    slow = Call("SELECT pg_sleep(0.6)::text AS slept")
    began = asyncio.get_running_loop().time()
    landing = await link.execute_and_fly("BEGIN", [slow, FLIGHT])
    assert asyncio.get_running_loop().time() - began < 0.4
    assert (await landing)[1].rows == [{"things": 0}]
    assert asyncio.get_running_loop().time() - began > 0.5
    await link.execute("ROLLBACK")


async def test_a_commit_that_fails_is_told_and_what_flew_behind_it_is_forgotten(
    link: OwnConnection,
) -> None:
    await link.execute("CREATE TABLE late (n integer UNIQUE DEFERRABLE INITIALLY DEFERRED)")
    await link.execute("BEGIN")
    await link.execute("INSERT INTO late VALUES (1), (1)")
    with pytest.raises(asyncpg.UniqueViolationError):
        await link.execute_and_fly("COMMIT AND CHAIN", [FLIGHT])
    assert not link.is_in_transaction()
    assert await link.fetchval("SELECT count(*) FROM late") == 0
    assert (await link.fly([FLIGHT]))[0].rows == [{"things": 0}]


async def test_what_fails_in_a_flight_behind_fails_where_it_is_waited_for(
    link: OwnConnection,
) -> None:
    landing = await link.execute_and_fly("BEGIN", [Call("SELECT 1 / 0 AS a"), FLIGHT])
    with pytest.raises(asyncpg.DivisionByZeroError):
        await landing
    assert link.is_in_transaction()
    await link.execute("ROLLBACK")
    with pytest.raises(ValueError, match="zip"):
        await link.execute_and_fly("BEGIN", [Copy("thing", COLUMNS, [thing(9)[:-1]])])
    assert not link.is_in_transaction(), "nothing is sent where something can't be written"
    assert (await link.fly([FLIGHT]))[0].rows == [{"things": 0}]


@pytest.mark.parametrize("cut_at", [CutAt.AFTER_COMMIT, CutAt.BEFORE_COMMIT])
async def test_a_link_that_breaks_at_the_commit_loses_what_flies_behind_too(
    databases: FreshDatabases, link: OwnConnection, cut_at: CutAt
) -> None:
    name = await link.fetchval("SELECT current_database()")
    async with proxy(databases.address(name)) as cable:
        far = await connect({"dsn": cable.url}, "holdfast tests")
        landing = await far.execute_and_fly("BEGIN", [Copy("thing", COLUMNS, [thing(1)])])
        await landing
        cable.cut_at = cut_at
        with pytest.raises((OSError, asyncpg.PostgresConnectionError)) as lost:
            await asyncio.wait_for(far.execute_and_fly("COMMIT AND CHAIN", [FLIGHT]), 5)
        assert classify(lost.value) is Trouble.LINK_LOST
        assert far.is_closed()
    assert len(await told_by_the_driver(link)) == (cut_at is CutAt.AFTER_COMMIT)


async def test_whoever_is_cancelled_before_a_flight_behind_loses_the_link(
    link: OwnConnection,
) -> None:
    waiting = asyncio.create_task(link.execute_and_fly("SELECT pg_sleep(30)", [FLIGHT]))
    await asyncio.sleep(0.1)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert link.is_closed()


async def test_it_flies_on_the_loop_that_servers_run_on(databases: FreshDatabases) -> None:
    uvloop: Any = pytest.importorskip("uvloop")

    async def fly(name: str) -> list[object]:
        link = await connect(databases.address(name), "holdfast tests")
        took: list[object] = []
        for number in range(50):
            behind = await link.execute_and_fly("BEGIN", [Call("SELECT 3 AS a")])
            answers = [*await behind, *await link.fly([Call("SELECT 2 AS a")])]
            answers += await link.fly([Call("SELECT $1::int AS a", (number,))])
            took.append([answer.rows[0]["a"] for answer in answers])
            await link.execute("COMMIT")
        await disconnect(link, 1.0)
        return took

    async with databases.fresh("template0") as name:

        def on_its_own_thread() -> list[object]:
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                return runner.run(fly(name))

        took = await asyncio.to_thread(on_its_own_thread)
    assert took == [[3, 2, number] for number in range(50)]
