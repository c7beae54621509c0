"""A primary and its streaming standby, made with pg_basebackup: real servers for a test to break.

Both listen on Unix sockets in one closed folder and trust who gets there. They run as PostgreSQL
must: as an unprivileged account where the tests run as root.
"""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psutil

from holdfast.database.binaries import find_binaries
from holdfast.database.folder import ServerFolder
from holdfast.database.identity import Identity, choose_identity, launch

READY_SECONDS_MAX = 30.0
ROLE = "holdfast"
SETTINGS = """
listen_addresses = ''
unix_socket_directories = '..'
max_connections = 100
shared_buffers = 32MB
wal_retrieve_retry_interval = 100ms
wal_receiver_timeout = 5s
max_wal_senders = 5
"""


class Server:
    """One PostgreSQL of a pair; `port` is a part of its socket's name only."""

    def __init__(self, pair: "Pair", name: str, port: int) -> None:
        self._pair = pair
        self.cluster = pair.folder / name
        self.port = port
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The database of the tests, as a setting names it."""
        return f"postgresql://{ROLE}@/{ROLE}?host={self._pair.folder}&port={self.port}"

    def start(self) -> None:
        """Start it, and return when it answers."""
        arguments = ["-D", str(self.cluster), "-c", f"port={self.port}"]
        self.process = self._pair.launch("postgres", arguments, self.cluster)
        until = time.monotonic() + READY_SECONDS_MAX
        while self.ask("SELECT 1", database="postgres", check=False) != "1":
            assert self.process.poll() is None, self._pair.said()
            assert time.monotonic() < until, self._pair.said()
            time.sleep(0.05)

    def ask(self, query: str, *, database: str = ROLE, check: bool = True) -> str:
        """The first column of the first row, by psql: as the superuser, past the product."""
        arguments = ["-h", str(self._pair.folder), "-p", str(self.port), "-U", ROLE, "-d", database]
        return self._pair.run("psql", [*arguments, "-qAtX", "-c", query], check=check)

    def kill(self) -> None:
        """kill -9 of all its processes at once, as if the power was cut."""
        assert self.process is not None
        family = psutil.Process(self.process.pid)
        for one in [family, *family.children(recursive=True)]:
            one.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait(READY_SECONDS_MAX)


class Pair:
    """A primary and a standby."""

    def __init__(self, folder: Path, identity: Identity) -> None:
        self.folder = folder
        self._identity = identity
        self._log = folder / "log"
        self.primary = Server(self, "one", 5432)
        self.standby = Server(self, "two", 5433)

    @property
    def url(self) -> str:
        """Whichever of the two is the primary."""
        ports = f"host={self.folder},{self.folder}&port=5432,5433"
        return f"postgresql://{ROLE}@/{ROLE}?{ports}&target_session_attrs=primary"

    def make(self) -> None:
        """Both running, the standby streaming, asynchronously."""
        arguments = ["-D", str(self.primary.cluster), "-U", ROLE, "-E", "UTF8", "--locale=C"]
        self.run("initdb", [*arguments, "--auth=trust", "--no-sync"])
        with (self.primary.cluster / "postgresql.conf").open("a") as configuration:
            configuration.write(SETTINGS)
        self.primary.start()
        self.primary.ask(f"CREATE DATABASE {ROLE}", database="postgres")
        self.make_standby()

    def make_standby(self) -> None:
        """A new standby of whichever is the primary, in place of the other."""
        shutil.rmtree(self.standby.cluster, ignore_errors=True)
        backup = ["-D", str(self.standby.cluster), "-h", str(self.folder)]
        backup += ["-p", str(self.primary.port), "-U", ROLE, "-R", "-X", "stream", "-c", "fast"]
        self.run("pg_basebackup", [*backup, "--no-sync"])
        self.standby.start()

    def fail_over(self) -> None:
        """The power of the primary is cut, and the standby takes its place."""
        self.primary.kill()
        self.promote()

    def promote(self) -> None:
        """The standby is the primary, and there is no standby."""
        self.primary, self.standby = self.standby, self.primary
        assert self.primary.ask("SELECT pg_promote()") == "t"

    def synchronous(self, on: bool) -> None:
        """Whether the primary answers a commit only when the standby has it."""
        names = "'*'" if on else "''"
        self.primary.ask(f"ALTER SYSTEM SET synchronous_standby_names = {names}")
        self.primary.ask("SELECT pg_reload_conf()")
        wanted = "sync" if on else "async"
        self.until(self.primary, "SELECT sync_state FROM pg_stat_replication", wanted)

    def stream(self, on: bool) -> None:
        """Let the standby stream, or cut it off from the primary."""
        port = self.primary.port
        conninfo = f"host={self.folder} port={port} user={ROLE}" if on else "host=/nowhere"
        self.standby.ask(f"ALTER SYSTEM SET primary_conninfo = '{conninfo}'")
        self.standby.ask("SELECT pg_reload_conf()")
        self.until(self.standby, "SELECT count(*) FROM pg_stat_wal_receiver", str(int(on)))

    def until(self, server: Server, query: str, wanted: str) -> None:
        """Wait for an answer."""
        until = time.monotonic() + READY_SECONDS_MAX
        while (found := server.ask(query)) != wanted:
            assert time.monotonic() < until, f"{query}: {found}"
            time.sleep(0.02)

    def launch(
        self, program: str, arguments: Sequence[str], where: Path
    ) -> "subprocess.Popen[bytes]":
        with self._log.open("ab") as log:
            path = str(self._identity.binaries.folder / program)
            return launch(
                self._identity, [path, *arguments], where, dies_with_parent=True, stdout=log,
                stderr=log,
            )  # fmt: skip

    def run(self, program: str, arguments: Sequence[str], *, check: bool = True) -> str:
        """One program to its end; what it printed."""
        path = str(self._identity.binaries.folder / program)
        process = launch(
            self._identity, [path, *arguments], self.folder, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )  # fmt: skip
        said, error = process.communicate(timeout=READY_SECONDS_MAX)
        assert not check or process.returncode == 0, error.decode()
        return said.decode().strip()

    def said(self) -> str:
        return self._log.read_text(errors="replace")[-2_000:]


@contextmanager
def pair() -> Iterator[Pair]:
    """A new pair, stopped and removed at the end."""
    programs = os.environ.get("HOLDFAST_POSTGRES_BIN")
    folder = Path(tempfile.mkdtemp(prefix="holdfast-pair-"))
    server_folder = ServerFolder.of(folder)
    server_folder.postgresql.mkdir()
    binaries = find_binaries(Path(programs) if programs else None)
    identity = choose_identity(server_folder, binaries)
    if identity.account is not None and not identity.namespace:
        os.chown(folder, identity.account.pw_uid, identity.account.pw_gid)
    made = Pair(folder, identity)
    try:
        made.make()
        yield made
    finally:
        for server in (made.standby, made.primary):
            server.stop()
        shutil.rmtree(folder)
