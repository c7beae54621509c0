"""The embedded PostgreSQL: a real server in a data folder, for whoever needs one.

`start_embedded` attaches to the one that runs there, or starts it. Several processes may use it at
once; it stops by itself about two seconds after the last of them has gone, however it went.
Nothing here deletes data or touches a server that somebody else looks after.
"""

import asyncio
import contextlib
import hashlib
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import asyncpg
import msgspec

from holdfast.database.cluster import DATABASE, PORT, ROLE
from holdfast.database.folder import EmbeddedError, ServerFolder
from holdfast.database.lease import FileLock, is_held_alone
from holdfast.database.link import connect_link

__all__ = ["EmbeddedError", "EmbeddedServer", "start_embedded", "start_embedded_blocking"]

READY_SECONDS_MAX = 60.0  # a first start takes 2 s; recovery after a crash at full load some more
ASK_SECONDS = 0.03
LAST_SECONDS_MAX = 0.2  # the supervisor holds this lock too, for an instant, when it looks
SPAWN_SECONDS_MAX = 20.0  # the supervisor detaches within a fraction of a second
SOCKET_PATH_BYTES_MAX = 100  # 107 on Linux, 103 on macOS
TEMPORARY_CHARACTERS_MAX = 40  # leaves room for our names in a socket address
_PLAIN_PATH = re.compile(r"[A-Za-z0-9/._+-]+")

Progress = Callable[[str], None]


class Status(msgspec.Struct, frozen=True):
    """What the supervisor says about the server it looks after."""

    sentence: str
    supervisor_pid: int
    postgres_pid: int


class EmbeddedServer:
    """A lease on the server of one data folder; good for any event loop until `close`."""

    def __init__(self, folder: ServerFolder, programs: Path | None, lease: FileLock) -> None:
        self._folder = folder
        self._programs = programs
        self._lease = lease
        self._host = _short_socket_folder(folder)

    @property
    def data(self) -> Path:
        """The data folder."""
        return self._folder.data

    def connect_arguments(self) -> dict[str, str | int]:
        """Arguments for the driver: host (the socket's folder), port, user, password, database."""
        return {
            "host": self._host,
            "port": PORT,
            "user": ROLE,
            "password": self._folder.password.read_text(),
            "database": DATABASE,
        }

    @property
    def dsn(self) -> str:
        """The same as an address; holds the password."""
        password = quote(self._folder.password.read_text(), safe="")
        host = quote(self._host, safe="")
        return f"postgresql://{ROLE}:{password}@/{DATABASE}?host={host}&port={PORT}"

    def status(self) -> Status:
        """What runs and as whom, as of the supervisor's last start of PostgreSQL."""
        return msgspec.json.decode(self._folder.status.read_bytes(), type=Status)

    async def ensure_running(self) -> None:
        """Start the supervisor again if it is gone. Cheap; a server calls it in its watch loop.

        Raises EmbeddedError where it cannot be started.
        """
        if not is_held_alone(self._folder.supervisor_lock):
            await asyncio.to_thread(_spawn_supervisor, self._folder, self._programs)

    def close(self) -> None:
        """Give the lease back: the server stops if it was the last. Twice is once."""
        self._lease.close()

    async def stop(self) -> None:
        """Give the lease back and, where it was the last, stop the server now and wait for it.

        For temporary folders; others just `close` and let it stop by itself.
        """
        if await asyncio.to_thread(self._lease.take, LAST_SECONDS_MAX):
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.status().supervisor_pid, signal.SIGTERM)
            supervisor = FileLock(self._folder.supervisor_lock)
            await asyncio.to_thread(supervisor.share, READY_SECONDS_MAX)
            supervisor.close()
        self.close()

    async def wait_until_ready(self, seconds_max: float = READY_SECONDS_MAX) -> None:
        """Until a connection succeeds; the supervisor is started where it isn't there.

        Raises EmbeddedError with what the supervisor said, or that it took too long.
        """
        until = time.monotonic() + seconds_max
        spawned = False
        while True:
            try:
                link = await connect_link(**self.connect_arguments(), timeout=seconds_max)
                await link.close()
                return
            except asyncpg.TooManyConnectionsError:
                return  # it is up, and others are busy with it
            except asyncpg.InvalidPasswordError as error:
                raise EmbeddedError(
                    f"The password in {self._folder.password} is not the one of this database. "
                    "Put the file back that belongs to it, from the same backup."
                ) from error
            except (OSError, asyncpg.PostgresConnectionError, asyncpg.CannotConnectNowError) as e:
                trouble = e
            if not is_held_alone(self._folder.supervisor_lock):
                if spawned and self._folder.failure.exists():
                    raise EmbeddedError(self._folder.failure.read_text())
                await self.ensure_running()
                spawned = True
            if time.monotonic() > until:
                raise EmbeddedError(
                    f"The database in {self.data} was not ready after {seconds_max:.0f} s "
                    f"({trouble}). It may still be recovering; try again, or read "
                    f"{self._folder.log}."
                )
            await asyncio.sleep(ASK_SECONDS)


async def start_embedded(
    data: Path,
    *,
    bin_directory: Path | None = None,
    progress: Progress | None = None,
    seconds_max: float = READY_SECONDS_MAX,
) -> EmbeddedServer:
    """Attach to the server of this data folder, or start it; returns when it answers.

    `bin_directory` names the programs instead of finding them; `progress` is told, in sentences,
    what takes long. Raises EmbeddedError with a sentence that says what to do.
    """
    folder = ServerFolder.of(data)
    folder.make()
    is_new = not folder.cluster.exists()
    if is_new and progress is not None:
        progress(f"Making a new database in {folder.data}, once.")
    lease = FileLock(folder.users_lock)
    try:
        if not await asyncio.to_thread(lease.share, seconds_max):
            raise EmbeddedError(
                f"The database in {data} is still stopping after {seconds_max:.0f} s. Try again."
            )
        server = EmbeddedServer(folder, bin_directory, lease)
        await server.wait_until_ready(seconds_max)
    except BaseException:
        lease.close()
        raise
    if is_new and progress is not None:
        progress(server.status().sentence)
    return server


def start_embedded_blocking(data: Path, *, bin_directory: Path | None = None) -> EmbeddedServer:
    """`start_embedded` for callers without an event loop."""
    return asyncio.run(start_embedded(data, bin_directory=bin_directory))


def _spawn_supervisor(folder: ServerFolder, programs: Path | None) -> None:
    """Start a supervisor; it returns at once and finds out itself whether there is one already."""
    command = [sys.executable, "-P", "-m", "holdfast.database.supervisor", str(folder.data)]
    if programs is not None:
        command += ["--programs", str(programs.absolute())]
    source = str(Path(__file__).resolve().parents[2])
    paths = [source, *filter(None, [os.environ.get("PYTHONPATH")])]
    try:
        subprocess.run(
            command,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=True,
            timeout=SPAWN_SECONDS_MAX,
        )
    except subprocess.TimeoutExpired as error:
        raise EmbeddedError("The database's supervisor did not start. Try again.") from error
    except subprocess.CalledProcessError as error:
        said = error.stderr.decode(errors="replace")[-2000:]
        raise EmbeddedError(f"The database's supervisor could not be started: {said}") from error


def _short_socket_folder(folder: ServerFolder) -> str:
    """A path to the socket's folder that fits into a socket address: itself, or a link to it."""
    path = str(folder.socket)
    name_bytes = len(f"/.s.PGSQL.{PORT}")
    if len(os.fsencode(path)) + name_bytes <= SOCKET_PATH_BYTES_MAX and _PLAIN_PATH.fullmatch(path):
        return path
    temporary = tempfile.gettempdir()
    if len(temporary) > TEMPORARY_CHARACTERS_MAX:
        temporary = "/tmp"  # noqa: S108 (whose folder it is is checked below)
    links = Path(temporary, f"holdfast-{os.geteuid()}")
    links.mkdir(mode=0o700, exist_ok=True)
    found = links.lstat()
    if found.st_uid != os.geteuid() or found.st_mode & 0o7777 != 0o700 or links.is_symlink():
        raise EmbeddedError(f"{links} is not a closed folder of this user. Remove it.")
    link = links / hashlib.sha256(os.fsencode(path)).hexdigest()[:16]
    if not link.is_symlink():
        new = link.with_name(f"{link.name}.{os.getpid()}")
        new.symlink_to(path)
        new.replace(link)
    return str(link)
