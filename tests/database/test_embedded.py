"""The embedded server: who may use it, how it is shared, and that it leaves nothing behind."""

import asyncio
import os
import stat
from collections.abc import Generator
from pathlib import Path

import asyncpg
import pytest

from holdfast.database.cluster import ROLE
from holdfast.database.embedded import (
    EmbeddedError,
    EmbeddedServer,
    start_embedded,
    start_embedded_blocking,
)
from holdfast.database.folder import ServerFolder
from holdfast.database.link import connect, connect_link, disconnect
from tests.database.users import processes_of, users, wait_gone

DEBIAN_15 = Path("/usr/lib/postgresql/15/bin")
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="about being root")


async def ask(server_arguments: dict[str, str | int], statement: str) -> object:
    link = await connect(server_arguments, "tests")
    try:
        return await link.fetchval(statement)
    finally:
        await disconnect(link, 1.0)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_two_processes_that_start_at_once_share_one_server(tmp_path: Path) -> None:
    with users(tmp_path, 2) as (ada, bob):
        assert ada.ready().postgres == bob.ready().postgres
        assert ada.supervisor == bob.supervisor


def test_a_server_outlives_the_process_that_started_it(data: Path) -> None:
    with users(data, 1) as (ada,):
        ada.ready().says("CREATE TABLE kept AS SELECT 42 AS answer")
        with users(data, 1) as (bob,):
            bob.ready()
            ada.kill()
            assert (
                bob.says("SELECT pg_sleep(3)") == "None"
            )  # longer than the server stays for nobody
            assert bob.says("SELECT answer FROM kept") == "42"
            assert bob.postgres.is_running()


def test_nothing_runs_after_the_last_user_has_left(data: Path) -> None:
    with users(data, 2) as (ada, bob):
        processes = [ada.ready().postgres, ada.supervisor, bob.ready().postgres]
        children = ada.postgres.children(recursive=True)
        ada.leave()
        bob.kill()
        wait_gone([*processes, *children])
    assert processes_of(data) == []


def test_a_second_start_finds_what_the_first_one_wrote(data: Path) -> None:
    with users(data, 1) as (ada,):
        ada.ready().says("CREATE TABLE kept AS SELECT 42 AS answer")
        processes = [ada.postgres, ada.supervisor]
        ada.supervisor.terminate()
        wait_gone(processes)
    if os.geteuid() == 0:  # as after a restore from a backup
        for path in (data / "postgresql").rglob("*"):
            os.chown(path, 0, 0)
    with users(data, 1) as (bob,):
        assert bob.ready().says("SELECT answer FROM kept") == "42"


def test_a_user_who_comes_while_it_stops_is_served(data: Path) -> None:
    log = ServerFolder.of(data).log
    with users(data, 1) as (ada,):
        supervisor = ada.ready().supervisor
        ada.leave()
    while "received fast shutdown request" not in log.read_text():
        assert supervisor.is_running()
    with users(data, 1) as (bob,):
        assert bob.ready().says("SELECT 1") == "1"
        assert bob.supervisor != supervisor


@pytest.fixture(scope="module")
def first_words() -> list[str]:
    """What a first start said."""
    return []


@pytest.fixture(scope="module")
def server(
    tmp_path_factory: pytest.TempPathFactory, first_words: list[str]
) -> Generator[EmbeddedServer]:
    """A server in a folder with a long and odd path, which nobody kills."""
    data = tmp_path_factory.mktemp("odd") / ("box office, " * 9) / ("Ä" * 80)
    server = asyncio.run(start_embedded(data, progress=first_words.append))
    yield server
    server.close()


async def test_a_data_folder_may_have_a_long_and_odd_path(server: EmbeddedServer) -> None:
    assert len(str(server.data)) > 200
    assert await ask(server.connect_arguments(), "SELECT 1") == 1


async def test_the_server_can_be_used_through_its_address(server: EmbeddedServer) -> None:
    link = await connect_link(server.dsn)
    assert await link.fetchval("SELECT current_user") == ROLE
    await link.close()


async def test_nobody_is_trusted_without_the_password(server: EmbeddedServer) -> None:
    for user in (ROLE, "postgres"):
        wrong = {**server.connect_arguments(), "user": user, "password": "guess"}
        with pytest.raises(asyncpg.InvalidPasswordError):
            await connect_link(**wrong)
    assert await ask(server.connect_arguments(), "SHOW is_superuser") == "off"


async def test_what_was_committed_is_on_disk(server: EmbeddedServer) -> None:
    arguments = server.connect_arguments()
    expected = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
    expected |= {"data_checksums": "on", "listen_addresses": "", "server_encoding": "UTF8"}
    found = {name: await ask(arguments, f"SHOW {name}") for name in expected}
    assert found == expected


def test_folders_and_the_password_are_closed_to_others(server: EmbeddedServer) -> None:
    folder = ServerFolder.of(server.data)
    closed = (folder.data, folder.postgresql, folder.cluster, folder.socket, folder.supervisor)
    assert {mode(path) for path in closed} == {0o700}
    assert mode(folder.password) == 0o600
    assert not list(folder.postgresql.glob("superuser*"))


async def test_a_first_start_says_what_it_does(
    server: EmbeddedServer, first_words: list[str]
) -> None:
    assert first_words[0] == f"Making a new database in {server.data}, once."
    assert "runs as" in first_words[1]
    again: list[str] = []
    second = await start_embedded(server.data, progress=again.append)
    second.close()
    assert again == []


def test_a_lease_can_be_had_without_an_event_loop(server: EmbeddedServer) -> None:
    second = start_embedded_blocking(server.data)
    assert asyncio.run(ask(second.connect_arguments(), "SELECT 1")) == 1
    second.close()
    second.close()


async def test_a_folder_without_programs_is_refused_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(EmbeddedError, match=r"No PostgreSQL 15 or newer was found in .*HOLDFAST_"):
        await start_embedded(tmp_path, bin_directory=tmp_path)


async def test_a_data_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(EmbeddedError, match=r"cannot be written .*--data or HOLDFAST_DATA"):
        await start_embedded(tmp_path / "file" / "data")


async def test_a_cluster_of_another_version_is_refused_with_what_to_install(tmp_path: Path) -> None:
    cluster = ServerFolder.of(tmp_path).cluster
    cluster.mkdir(parents=True)
    (cluster / "PG_VERSION").write_text("14\n")
    with pytest.raises(EmbeddedError, match="made by PostgreSQL 14, and only"):
        await start_embedded(tmp_path)


@pytest.mark.skipif(not DEBIAN_15.exists(), reason="PostgreSQL 15 is not installed here")
def test_postgresql_15_is_run_in_the_same_way(tmp_path: Path) -> None:
    with users(tmp_path, 1, DEBIAN_15) as (ada,):
        assert ada.ready().says("SHOW server_version_num").startswith("15")
        ada.says("CREATE TABLE kept AS SELECT 42 AS answer")
        ada.postgres.kill()
        with users(tmp_path, 1, DEBIAN_15) as (bob,):
            assert bob.ready().says("SELECT answer FROM kept") == "42"


@as_root
async def test_as_root_a_closed_folder_stays_closed(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    server = await start_embedded(closed / "data")
    assert "refuses to run as root" in server.status().sentence
    assert (mode(closed), closed.stat().st_uid) == (0o700, 0)
    assert ServerFolder.of(closed / "data").cluster.stat().st_uid != 0
    server.close()
