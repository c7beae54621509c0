"""What most commands begin with: the settings, the database, and something to look at meanwhile."""

import asyncio
import os
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, TypeVar

import msgspec
from cyclopts import Parameter
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from holdfast.config import Settings, read_settings
from holdfast.database.clock import Clock
from holdfast.database.pool import Connection

T = TypeVar("T")

Data = Annotated[Path | None, Parameter(help="Data folder; else HOLDFAST_DATA, else your own.")]


def settings_for(data: Path | None) -> Settings:
    """The checked settings. Raises SettingError."""
    return read_settings(os.environ, data)


def run_on_store(data: Path | None, work: Callable[[Connection, datetime], Awaitable[T]]) -> T:
    """Run `work` in one transaction on the database of the settings; the time is the database's."""

    async def run() -> T:
        async with open_for_command(settings_for(data)) as connection, connection.transaction():
            return await work(connection, await Clock().now(connection))

    return asyncio.run(run())


@asynccontextmanager
async def open_for_command(settings: Settings) -> AsyncGenerator[Connection]:
    """A connection of one's own to the database of the settings, started where need be."""
    from holdfast.store import open_store

    async with open_store(settings, say) as database, database.dedicated() as connection:
        yield connection


def say(sentence: str) -> None:
    """Something that a person should know, on stderr."""
    print(sentence, file=sys.stderr)


def print_json(value: Any) -> None:
    """A result, on stdout, as one JSON document."""
    sys.stdout.write(msgspec.json.encode(value).decode() + "\n")


def progress_bar() -> Progress:
    """A bar on stderr that vanishes when it is done; nothing where stderr is no terminal."""
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
        disable=not sys.stderr.isatty(),
    )
