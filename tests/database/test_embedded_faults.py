"""The embedded server when processes are killed: it comes back, and loses nothing committed."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from holdfast.database.embedded import EmbeddedServer, start_embedded
from holdfast.database.errors import DatabaseUnreachable
from holdfast.database.folder import ServerFolder
from holdfast.database.link import connect, disconnect
from holdfast.database.supervisor import LOG_BYTES_MAX
from tests.database.users import kill_all, processes_of, users, wait_gone

pytestmark = [pytest.mark.fault, pytest.mark.anyio]
BACK_SECONDS_MAX = 10.0  # 2.5 on an idle machine; tests share theirs with other work


async def run(server: EmbeddedServer, statement: str) -> object:
    link = await connect(server.connect_arguments(), "tests")
    try:
        return await link.fetchval(statement)
    finally:
        await disconnect(link, 1.0)


async def run_when_back(server: EmbeddedServer, statement: str) -> tuple[object, float]:
    """What it answers as soon as it does, and after how many seconds."""
    began = time.monotonic()
    while True:
        try:
            return await run(server, statement), time.monotonic() - began
        except DatabaseUnreachable:
            assert time.monotonic() - began < 30
            await server.ensure_running()
            await asyncio.sleep(0.02)


def start_stranger(user: int) -> "subprocess.Popen[bytes]":
    """A process of this user that has nothing to do with us; it waits for its input to end."""
    command = ["/bin/sh", "-c", "read line"]
    as_user = user if os.geteuid() == 0 else None
    return subprocess.Popen(command, stdin=subprocess.PIPE, user=as_user, cwd="/")


@pytest.mark.parametrize("victim", ["postgres", "supervisor"])
async def test_it_is_back_within_seconds_after_kill_9(data: Path, victim: str) -> None:
    server = await start_embedded(data)
    await run(server, "CREATE TABLE kept AS SELECT 42 AS answer")
    status = server.status()
    process = psutil.Process(status.postgres_pid if victim == "postgres" else status.supervisor_pid)
    busy = await connect(server.connect_arguments(), "tests")  # an old session is in the way
    process.kill()
    wait_gone([process])
    answer, seconds = await run_when_back(server, "SELECT answer FROM kept")
    assert answer == 42
    assert seconds < BACK_SECONDS_MAX
    await disconnect(busy, 1.0)
    server.close()


def test_after_kill_9_of_everything_a_start_finds_all_that_was_committed(data: Path) -> None:
    with users(data, 2) as (ada, bob):
        bob.ready()
        ada.ready().says("CREATE TABLE kept (number integer)")
        for number in range(20):
            ada.says(f"INSERT INTO kept VALUES ({number})")
        kill_all((ada.supervisor, ada.postgres))
        ada.kill()
        bob.kill()
    began = time.monotonic()
    with users(data, 2) as (cyd, dee):
        assert cyd.ready().says("SELECT count(*) FROM kept") == "20"
        assert dee.ready().says("SELECT count(*) FROM kept") == "20"
    assert time.monotonic() - began < 2 * BACK_SECONDS_MAX


def test_a_first_start_that_was_killed_midway_leaves_nothing_in_the_way(tmp_path: Path) -> None:
    folder = ServerFolder.of(tmp_path)
    for _ in range(3):
        with users(tmp_path, 1) as (ada,):
            while not list(folder.postgresql.glob("new-*/base")):
                assert ada.process.poll() is None
            kill_all(processes_of(tmp_path))
            ada.kill()
        assert not folder.cluster.exists()
    with users(tmp_path, 1) as (bob,):
        assert bob.ready().says("SELECT 1") == "1"
    assert list(folder.postgresql.glob("new-*")) == []


def test_it_dies_cleanly_when_its_supervisor_is_told_to_stop(data: Path) -> None:
    with users(data, 1) as (ada,):
        ada.ready()
        processes = [ada.supervisor, ada.postgres, *ada.postgres.children()]
        ada.supervisor.send_signal(signal.SIGTERM)
        wait_gone(processes)
    log = ServerFolder.of(data).log.read_text()
    assert "database system is shut down" in log


async def test_a_number_in_the_lock_file_that_now_is_another_process_does_no_harm(
    data: Path,
) -> None:
    server = await start_embedded(data)
    await run(server, "CREATE TABLE kept AS SELECT 42 AS answer")
    processes = processes_of(data)
    kill_all(processes)
    wait_gone(processes)
    owner = ServerFolder.of(data).cluster.stat().st_uid
    stranger = start_stranger(owner)
    lock_file = ServerFolder.of(data).cluster / "postmaster.pid"
    lines = lock_file.read_text().split("\n")
    lock_file.write_text("\n".join([str(stranger.pid), *lines[1:]]))
    answer, seconds = await run_when_back(server, "SELECT answer FROM kept")
    assert answer == 42
    assert seconds < BACK_SECONDS_MAX
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()
    server.close()


async def test_the_log_is_bounded(data: Path) -> None:
    server = await start_embedded(data)
    log = ServerFolder.of(data).log
    with log.open("a") as file:
        file.write("x" * LOG_BYTES_MAX)
    while not log.with_name("postgresql.log.1").exists() or log.stat().st_size > LOG_BYTES_MAX:
        await asyncio.sleep(0.02)
    await run(server, "SELECT 1")
    server.close()


def test_a_second_supervisor_leaves_at_once(data: Path) -> None:
    with users(data, 1) as (ada,):
        ada.ready()
        command = [sys.executable, "-m", "holdfast.database.supervisor", str(data)]
        subprocess.run(command, check=True, timeout=10)
        assert len([p for p in processes_of(data) if p.ppid() == 1 or p == ada.supervisor]) == 1
        assert ada.says("SELECT 1") == "1"
