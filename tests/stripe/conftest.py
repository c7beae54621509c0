"""localstripe as a process of its own (it is GPL: never imported, never shipped), and a box office
that pays with it. Where it is not installed these tests are skipped, and say how to have it."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, Generator
from pathlib import Path

import pytest

from holdfast.database.pool import Database
from tests.checkout.conftest import database, shared_database  # noqa: F401
from tests.stripe.front import Front, open_front
from tests.stripe.till import Till, open_till

STARTS_WITHIN_SECONDS = 60.0


def localstripe() -> str | None:
    """The program: beside this Python, or named by HOLDFAST_TEST_LOCALSTRIPE."""
    named = os.environ.get("HOLDFAST_TEST_LOCALSTRIPE")
    beside = Path(sys.executable).parent / "localstripe"
    return named or (str(beside) if beside.exists() else shutil.which("localstripe"))


@pytest.fixture(scope="session")
def localstripe_address(tmp_path_factory: pytest.TempPathFactory) -> Generator[str]:
    program = localstripe()
    if program is None:
        pytest.skip("localstripe is not installed: pip install localstripe, in any environment")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = tmp_path_factory.mktemp("localstripe") / "log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [program, "--from-scratch", "--port", str(port)], stdout=out, stderr=out, cwd=log.parent
        )
        try:
            _until_open(port, process, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(10)


def _until_open(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + STARTS_WITHIN_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError(f"localstripe did not start: {log.read_text()}")


@pytest.fixture
async def front(localstripe_address: str) -> AsyncGenerator[Front]:
    async with open_front(localstripe_address) as front:
        yield front


@pytest.fixture
async def till(database: Database, front: Front) -> AsyncGenerator[Till]:  # noqa: F811
    async with open_till(database, front) as till:
        yield till
