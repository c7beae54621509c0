"""The door of the box office, open for each test on a database of its own; `lobby` is one that the
tests of a module share, each with an evening of its own."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from holdfast.database.pool import Database
from tests.api.door import Door, open_door
from tests.postgres import FreshDatabases


@pytest.fixture
async def door(database: Database, tmp_path: Path) -> AsyncIterator[Door]:
    async with open_door(database, tmp_path) as door:
        yield door


@pytest.fixture(scope="module")
async def lobby(
    databases: FreshDatabases, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Door]:
    folder = tmp_path_factory.mktemp("lobby")
    async with databases.open() as database, open_door(database, folder) as door:
        yield door
