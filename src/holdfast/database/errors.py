"""What went wrong in the database, in the four kinds that are answered differently.

The grouping is the one of DESIGN.md, "The desk": the desk bisects a batch for DATA, runs it again
for PASSING, and asks the journal after LINK_LOST. This module decides nothing else.
"""

from enum import Enum
from typing import Final

import asyncpg


class Trouble(Enum):
    """A kind of database error.

    DATA: a value or a constraint was refused (SQLSTATE 22, 23); the same again fails the same way.
    PASSING: deadlock, lock or statement timeout, too busy, starting up: nothing was done; again.
    LINK_LOST: the session is gone; if COMMIT was under way, nobody here knows whether it happened.
    BUG: everything else.
    """

    DATA = "DATA"
    PASSING = "PASSING"
    LINK_LOST = "LINK_LOST"
    BUG = "BUG"


class DatabaseError(Exception):
    """A trouble this package found itself; the text is a sentence that says what to do."""

    trouble = Trouble.BUG


class DatabaseBusy(DatabaseError):  # noqa: N818 (it reads as what it says)
    """No connection became free in time; nothing was done."""

    trouble = Trouble.PASSING


class DatabaseUnreachable(DatabaseError):  # noqa: N818
    """No connection could be made; nothing was done."""

    trouble = Trouble.PASSING


class WrongDatabase(DatabaseError):  # noqa: N818
    """This program does not work with this database."""


DataError: Final = (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError)
ServerError: Final = asyncpg.PostgresError  # whatever a server says about a statement
UniqueViolation: Final = asyncpg.UniqueViolationError
# All that the driver raises where a link breaks: the last is how one in five ended sessions shows,
# asked at the wrong instant ("cannot switch to state 11; another operation (2) is in progress").
LinkTrouble: Final = (
    OSError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
)

# The server ends the session with these. It may do so while COMMIT is under way, so they count as
# a lost link and not as a passing trouble, although 57P belongs to these in DESIGN.md.
_SESSION_ENDED: Final = (
    "57P01",  # admin_shutdown: pg_terminate_backend, a fast stop
    "57P02",  # crash_shutdown: another session of the server crashed
    "57P04",  # database_dropped
    "57P05",  # idle_session_timeout
    "25P03",  # idle_in_transaction_session_timeout
    "25P04",  # transaction_timeout
    "25006",  # read_only_sql_transaction: this is no longer the primary
)
_DATA: Final = ("22", "23")
_PASSING: Final = ("40", "53", "55P03", "57014", "57P")
_CLOSED: Final = ("connection is closed", "connection has been closed", "back to the pool")


def classify(error: BaseException) -> Trouble:
    """Which kind of trouble an exception is; BUG for everything that isn't the database's."""
    if isinstance(error, DatabaseError):
        return error.trouble
    if isinstance(error, asyncpg.InvalidCachedStatementError | asyncpg.OutdatedSchemaCacheError):
        return Trouble.PASSING  # a migration ran since the statement was prepared
    if isinstance(error, asyncpg.PostgresError):
        return _of_state(str(getattr(error, "sqlstate", "")))
    if isinstance(error, asyncpg.InternalClientError):
        return Trouble.LINK_LOST
    if isinstance(error, asyncpg.InterfaceError):
        closed = any(words in str(error) for words in _CLOSED)
        return Trouble.LINK_LOST if closed else Trouble.BUG
    if isinstance(error, OSError):  # TimeoutError is one: an answer that didn't come in time
        return Trouble.LINK_LOST
    return Trouble.BUG


def _of_state(state: str) -> Trouble:
    if state.startswith("08") or state in _SESSION_ENDED:
        return Trouble.LINK_LOST
    if state.startswith(_DATA):
        return Trouble.DATA
    if state.startswith(_PASSING):
        return Trouble.PASSING
    return Trouble.BUG
