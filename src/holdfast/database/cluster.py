"""Making a cluster, and the settings it runs with.

A cluster is made under another name and renamed when it is complete, so that a crash in between
leaves nothing that looks like one. It trusts nobody: every connection needs the password, which
is made here. The superuser's password is forgotten on purpose: Holdfast works as the role
`holdfast`, which owns its databases and nothing else.
"""

import os
import secrets
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Final

from holdfast.database.folder import EmbeddedError, ServerFolder
from holdfast.database.identity import Identity, launch

ROLE: Final = "holdfast"
DATABASE: Final = "holdfast"
PORT: Final = 5432  # part of the socket's name only: nothing listens on the network
INITDB_SECONDS_MAX: Final = 120.0  # a slow disk takes a while; a hanging one must not hang us
SHARED_BUFFERS_MB: Final = (64, 512)  # the hot rows of a big season fit; a laptop keeps its memory
PRIVATE_FILE: Final = 0o600

SETTINGS: Final = """\
# Written by Holdfast at every start. Change postgresql.conf below the include, or ALTER SYSTEM.

# Reached through a socket in a closed folder, with a password.
listen_addresses = ''
port = {port}
unix_socket_directories = '../socket'
unix_socket_permissions = 0700
password_encryption = 'scram-sha-256'
max_connections = 200

# Nothing that was committed is ever lost.
fsync = on
synchronous_commit = on
full_page_writes = on
restart_after_crash = on

# Short transactions over little data, on a machine that is also used for other things.
shared_buffers = {shared_buffers_mb}MB
effective_cache_size = {cache_mb}MB
huge_pages = off
work_mem = 8MB
maintenance_work_mem = 64MB
temp_file_limit = 2GB
wal_compression = off
wal_buffers = 16MB
min_wal_size = 128MB
max_wal_size = 1GB
checkpoint_timeout = 10min
random_page_cost = 1.1
jit = off

# The same few rows change all the time: tidy up often and little.
autovacuum_naptime = 15s
autovacuum_vacuum_scale_factor = 0.05
autovacuum_analyze_scale_factor = 0.02
autovacuum_vacuum_cost_delay = 2ms

# A client that is gone gives its locks back although its statement still waits.
client_connection_check_interval = 2s

# Buyers' data stays out of the log: no values, no details of violated keys.
log_min_messages = warning
log_min_error_statement = error
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
log_error_verbosity = terse
log_checkpoints = off
log_autovacuum_min_duration = -1
log_line_prefix = '%m [%p] %q%a '
log_timezone = 'UTC'
timezone = 'UTC'
cluster_name = 'holdfast'
"""

ROLES: Final = """\
CREATE ROLE {role} LOGIN CREATEDB PASSWORD '{password}';
GRANT pg_monitor, pg_signal_backend, pg_checkpoint TO {role};
CREATE DATABASE {database} OWNER {role};
"""


def make_cluster(folder: ServerFolder, identity: Identity) -> None:
    """Make the cluster, the role and its database; takes about two seconds.

    Raises EmbeddedError with what initdb said where it fails.
    """
    for left in folder.postgresql.glob("new-*"):
        shutil.rmtree(left, ignore_errors=True)  # by a crash: it never was a cluster
    new = Path(tempfile.mkdtemp(prefix="new-", dir=folder.postgresql))
    superuser_password = folder.postgresql / "superuser"
    _write(superuser_password, secrets.token_urlsafe(32))
    _hand_over(new, identity)
    _hand_over(superuser_password, identity)
    initdb = [
        str(identity.binaries.folder / "initdb"),
        *("-D", identity.cluster_argument(new), "-U", "postgres", "-E", "UTF8", "--locale=C"),
        *("--auth=scram-sha-256", f"--pwfile={_seen(identity, superuser_password, new)}"),
        "--data-checksums",
    ]
    try:
        _run(identity, initdb, new)
    finally:
        superuser_password.unlink()
    flags = os.O_WRONLY | os.O_APPEND | os.O_NOFOLLOW  # the account owns the folder, we are root
    with os.fdopen(os.open(new / "postgresql.conf", flags), "a") as configuration:
        configuration.write("\ninclude 'holdfast.conf'\n")
    write_settings(new, identity)
    password = secrets.token_urlsafe(32)
    roles = ROLES.format(role=ROLE, database=DATABASE, password=password)
    single = [
        str(identity.binaries.folder / "postgres"),
        *("--single", "-D", identity.cluster_argument(new), "postgres"),
    ]
    _run(identity, single, new, roles)
    _write(folder.password, password)
    new.rename(folder.cluster)
    _sync_folder(folder.postgresql)


def write_settings(cluster: Path, identity: Identity) -> None:
    """Write holdfast.conf for the memory that this machine has today."""
    memory_mb = _memory_bytes() // 2**20
    smallest, largest = SHARED_BUFFERS_MB
    text = SETTINGS.format(
        port=PORT,
        shared_buffers_mb=max(smallest, min(largest, memory_mb // 8)),
        cache_mb=max(smallest, memory_mb // 2),
    )
    path = cluster / "holdfast.conf"
    _write(path, text)
    _hand_over(path, identity)


def _memory_bytes() -> int:
    """The machine's memory, or what the container may use of it."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    try:
        limit = Path("/sys/fs/cgroup/memory.max").read_text().strip()
    except OSError:
        return memory
    return min(memory, int(limit)) if limit.isdigit() else memory


def _hand_over(path: Path, identity: Identity) -> None:
    """Let what we made belong to the account that PostgreSQL runs as."""
    if identity.account is not None and not identity.namespace:
        account = identity.account
        os.chown(path, account.pw_uid, account.pw_gid, follow_symlinks=False)


def _seen(identity: Identity, path: Path, cluster: Path) -> str:
    """The path of a file beside the cluster, as a program in the cluster's folder sees it."""
    return os.path.relpath(path, cluster) if identity.by_working_directory else str(path)


def _run(identity: Identity, arguments: list[str], where: Path, statements: str = "") -> None:
    """Run one program to its end; a single-user server reports errors but ends with code 0."""
    process = launch(
        identity,
        arguments,
        where,
        dies_with_parent=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        _, said = process.communicate(statements.encode(), INITDB_SECONDS_MAX)
    except subprocess.TimeoutExpired as error:
        raise EmbeddedError(
            f"Making the database took more than {INITDB_SECONDS_MAX:.0f} s and was given up. "
            "Is the disk full or very slow?"
        ) from error
    finally:
        process.kill()
        process.wait()
    text = said.decode(errors="replace")
    if process.returncode != 0 or "ERROR:" in text or "FATAL:" in text:
        program = Path(arguments[0]).name
        raise EmbeddedError(f"The database could not be made: {program} says: {text[-2000:]}")


def _write(path: Path, text: str) -> None:
    """Write a private file so that it is there whole or not at all, also after a power cut."""
    new = path.with_name(path.name + ".part")
    new.unlink(missing_ok=True)
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
    _sync_folder(path.parent)


def _sync_folder(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
