"""A data folder whose database is made already: a start of it takes a tenth of the time."""

import asyncio
import shutil
from pathlib import Path

import pytest

from holdfast.database.embedded import start_embedded


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder that was started and stopped."""

    async def make(data: Path) -> None:
        server = await start_embedded(data)
        await server.stop()

    data = tmp_path_factory.mktemp("made_once")
    asyncio.run(make(data))
    return data


@pytest.fixture
def data(made_once: Path, tmp_path: Path) -> Path:
    """A copy of it, as from a backup, with an empty log."""
    copy = tmp_path / "data"
    shutil.copytree(made_once, copy, ignore=shutil.ignore_patterns("postgresql.log"))
    return copy
