"""The door of the box office, open for each test on a database of its own."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from holdfast.database.pool import Database
from tests.api.door import Door, open_door


@pytest.fixture
async def door(database: Database, tmp_path: Path) -> AsyncIterator[Door]:
    async with open_door(database, tmp_path) as door:
        yield door
