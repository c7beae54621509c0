"""Brings the schema up to this program's, one numbered file after the other, forward only.

A migration is a file `migrations/NNNN_name.sql`; it runs once, in one transaction, whoever starts
at the same time. A database that this program doesn't know, because it is newer or because an
applied file was changed, is refused and left as it is.
"""

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec

from holdfast.database.clock import Clock
from holdfast.database.connection import Connection
from holdfast.database.errors import WrongDatabase
from holdfast.database.link import refuse_old_server

FOLDER: Final = Path(__file__).resolve().parent / "migrations"
LOCK_KEY: Final = 7_521_001_377  # any number that nobody else uses in this database
WAIT_MS_MAX: Final = 120_000  # for another program that migrates, and for its locks
_NAME = re.compile(r"(\d{4})_[a-z0-9_]+\.sql")

_TABLE = """
CREATE TABLE schema_migration (
    number integer PRIMARY KEY,
    name text NOT NULL,
    checksum bytea NOT NULL,
    applied_at timestamptz NOT NULL
)
"""
_COMMENTS = """
COMMENT ON TABLE schema_migration IS 'The migrations that made this schema, in order.';
COMMENT ON COLUMN schema_migration.checksum IS 'SHA-256 of the file as it was applied.';
"""
_APPLIED = "SELECT number, name, checksum FROM schema_migration ORDER BY number"
_RECORD = """
INSERT INTO schema_migration (number, name, checksum, applied_at) VALUES ($1, $2, $3, $4)
"""


class Migration(msgspec.Struct, frozen=True):
    """One file: its number, its name without the ending, its text and the SHA-256 of that."""

    number: int
    name: str
    text: str
    checksum: bytes


def read_migrations(folder: Path = FOLDER) -> list[Migration]:
    """The migrations of this program in order; the numbers start at 1 and leave no gap."""
    migrations: list[Migration] = []
    for number, path in enumerate(sorted(folder.glob("*.sql")), start=1):
        match = _NAME.fullmatch(path.name)
        if match is None or int(match[1]) != number:
            raise WrongDatabase(f"Migration {path.name} should be number {number:04d}_name.sql.")
        text = path.read_text(encoding="utf-8")
        checksum = hashlib.sha256(text.encode()).digest()
        migrations.append(Migration(number, path.stem, text, checksum))
    return migrations


async def migrate(
    connection: Connection,
    migrations: Sequence[Migration] | None = None,
    clock: Clock | None = None,
) -> list[str]:
    """Apply what is missing; returns the names of what was applied, in order.

    Takes an idle connection without a limit on statements (`Database.dedicated`). Raises
    WrongDatabase, with a sentence, where this program and this database don't belong together.
    """
    migrations = read_migrations() if migrations is None else migrations
    clock = clock or Clock()
    await refuse_old_server(connection)
    applied: list[str] = []
    while True:
        name = await _apply_next(connection, migrations, clock)
        if name is None:
            return applied
        applied.append(name)


async def _apply_next(
    connection: Connection, migrations: Sequence[Migration], clock: Clock
) -> str | None:
    """One transaction: under the lock look what is there, check it, and apply the next one."""
    async with connection.transaction():
        await connection.execute(f"SET LOCAL lock_timeout = {WAIT_MS_MAX}")
        await connection.execute("SELECT pg_advisory_xact_lock($1)", LOCK_KEY)
        if await connection.fetchval("SELECT to_regclass('schema_migration')") is None:
            await connection.execute(_TABLE)
            await connection.execute(_COMMENTS)
        rows = await connection.fetch(_APPLIED)
        _check([(row["number"], row["name"], row["checksum"]) for row in rows], migrations)
        if len(rows) == len(migrations):
            return None
        migration = migrations[len(rows)]
        await connection.execute(migration.text)
        now = await clock.now(connection)
        await connection.execute(_RECORD, migration.number, migration.name, migration.checksum, now)
        return migration.name


def _check(applied: Sequence[tuple[int, str, bytes]], migrations: Sequence[Migration]) -> None:
    """What was applied must be the beginning of what this program has, unchanged."""
    for position, (number, name, checksum) in enumerate(applied):
        if position >= len(migrations):
            raise WrongDatabase(
                f"The database is newer than this program: it has the migration {name}. "
                "Start the newer Holdfast, or restore the backup made before the upgrade."
            )
        migration = migrations[position]
        if (migration.number, migration.checksum) != (number, checksum):
            raise WrongDatabase(
                f"The migration {migration.name} was changed after it was applied (then: {name}). "
                "Put the file back as it was released, and write the change as a new one."
            )
