"""A shell on a database of its own, beside the server that all tests share."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.shell import Shell
from tests.postgres import FreshDatabases


@pytest.fixture
def shell(tmp_path: Path, databases: FreshDatabases) -> Iterator[Shell]:
    fresh = databases.fresh()
    with asyncio.Runner() as runner:
        name = runner.run(fresh.__aenter__())
        yield Shell(tmp_path / "data", HOLDFAST_DATABASE_URL=databases.url(name))
        runner.run(fresh.__aexit__(None, None, None))
