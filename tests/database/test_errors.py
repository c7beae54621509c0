"""Database errors fall into four kinds that are answered differently."""

from collections.abc import Callable
from typing import cast

import asyncpg
import pytest

from holdfast.database.errors import DatabaseBusy, DatabaseUnreachable, Trouble, classify
from holdfast.database.pool import Connection, Database

STATES = [
    ("22003", Trouble.DATA),
    ("23505", Trouble.DATA),
    ("23514", Trouble.DATA),
    ("40001", Trouble.PASSING),
    ("40P01", Trouble.PASSING),
    ("53100", Trouble.PASSING),
    ("53300", Trouble.PASSING),
    ("55P03", Trouble.PASSING),
    ("57014", Trouble.PASSING),
    ("57P03", Trouble.PASSING),
    ("57P01", Trouble.LINK_LOST),
    ("57P02", Trouble.LINK_LOST),
    ("25P03", Trouble.LINK_LOST),
    ("25006", Trouble.LINK_LOST),
    ("08006", Trouble.LINK_LOST),
    ("42P01", Trouble.BUG),
    ("XX000", Trouble.BUG),
]


@pytest.mark.parametrize(("state", "trouble"), STATES)
def test_a_state_of_the_server_is_one_kind_of_trouble(state: str, trouble: Trouble) -> None:
    new = cast("Callable[[dict[str, str]], Exception]", asyncpg.PostgresError.new)
    error = new({"C": state, "M": "said by the server"})
    assert classify(error) is trouble


@pytest.mark.parametrize(
    ("error", "trouble"),
    [
        (ConnectionResetError(), Trouble.LINK_LOST),
        (TimeoutError(), Trouble.LINK_LOST),
        (asyncpg.InterfaceError("connection is closed"), Trouble.LINK_LOST),
        (asyncpg.InternalClientError("cannot switch to state 11"), Trouble.LINK_LOST),
        (asyncpg.OutdatedSchemaCacheError("a type has changed"), Trouble.PASSING),
        (asyncpg.InterfaceError("cannot perform operation: another is in progress"), Trouble.BUG),
        (DatabaseBusy("x"), Trouble.PASSING),
        (DatabaseUnreachable("x"), Trouble.PASSING),
        (KeyError("x"), Trouble.BUG),
    ],
)
def test_an_error_at_our_end_is_one_kind_of_trouble(error: Exception, trouble: Trouble) -> None:
    assert classify(error) is trouble


@pytest.mark.parametrize(
    ("statement", "trouble"),
    [
        ("SELECT 1 / 0", Trouble.DATA),
        ("INSERT INTO venue (name, address) VALUES ('x', NULL)", Trouble.DATA),
        ("SELECT nothing", Trouble.BUG),
        ("SELECT pg_terminate_backend(pg_backend_pid())", Trouble.LINK_LOST),
        ("SET LOCAL statement_timeout = 1; SELECT pg_sleep(1)", Trouble.PASSING),
    ],
)
async def test_what_the_driver_raises_is_told_apart(
    database: Database, statement: str, trouble: Trouble
) -> None:
    with pytest.raises(Exception, match=r".") as caught:
        async with database.pool.acquire() as connection, connection.transaction():
            await connection.execute(statement)
    assert classify(caught.value) is trouble


async def ask_until_it_fails(connection: Connection) -> None:
    """The server may need an instant to end the session."""
    while True:
        await connection.fetchval("SELECT 1")


async def test_a_connection_that_was_ended_is_told_apart(database: Database) -> None:
    async with database.dedicated() as other:
        for _ in range(30):  # what the driver raises depends on the instant
            async with database.dedicated() as mine:
                await other.execute("SELECT pg_terminate_backend($1)", mine.get_server_pid())
                for _ in range(2):  # the first use and those after it raise different things
                    with pytest.raises(Exception, match=r".") as caught:
                        await ask_until_it_fails(mine)
                    assert classify(caught.value) is Trouble.LINK_LOST
