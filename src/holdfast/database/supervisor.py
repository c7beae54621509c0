"""The process that looks after the embedded PostgreSQL: `python -m holdfast.database.supervisor`.

It is started by whoever needs the server first and belongs to nobody: it starts PostgreSQL as its
own child, starts it again when it dies, and stops it and itself when for a while nobody has held a
lease. It never deletes PostgreSQL's own lock file and never sends it a signal that loses data.
"""

import argparse
import contextlib
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Generator
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

from holdfast.database.binaries import find_binaries
from holdfast.database.cluster import make_cluster, write_settings
from holdfast.database.folder import EmbeddedError, ServerFolder
from holdfast.database.identity import Identity, choose_identity, launch, serves
from holdfast.database.lease import FileLock
from holdfast.database.reach import give

IDLE_SECONDS = 2.0  # from the last lease to the stop: one command after the other finds it running
LOOK_SECONDS = 0.25  # how often leases and the log's size are looked at
OTHER_SECONDS_MAX = 2.0  # how long to wait for a lock that somebody is only looking at
START_AGAIN_SECONDS = 0.2  # after kill -9 a new start is refused until the old processes are gone
START_SECONDS_MAX = 30.0  # they take 1.5 to 3 s; longer means that something else is wrong
LIVED_SECONDS = 5.0  # a server that ran for so long had started; its end is a new trouble
FAST_STOP_SECONDS_MAX = 30.0  # then an immediate stop, which loses nothing and recovers later
LOG_BYTES_MAX = 4_194_304  # twice that on disk: days of warnings


class Supervisor:
    """One PostgreSQL and the loop around it. Made and run in a process of its own."""

    def __init__(self, folder: ServerFolder, programs: Path | None) -> None:
        self._folder = folder
        self._programs = programs
        self._users = FileLock(folder.users_lock)
        self._stopping = False
        self._process: subprocess.Popen[bytes] | None = None
        self._started_at = 0.0
        self._trouble_since: float | None = None
        self._wake, self._waker = os.pipe()

    def run(self) -> None:
        """Until nobody needs the server or a signal says stop. Raises EmbeddedError."""
        self._catch_signals()
        identity = self._prepare()
        try:
            self._start(identity)
            idle_since: float | None = None
            while not self._stopping:
                self._wait(LOOK_SECONDS)
                self._keep_running(identity)
                self._bound_log()
                idle_since = self._idle_since(idle_since)
                if idle_since is not None and time.monotonic() - idle_since > IDLE_SECONDS:
                    # Kept until we are gone: who comes now waits, and then starts a new supervisor.
                    self._stopping = self._users.take()
                    idle_since = None
        finally:
            self._stop()

    def _catch_signals(self) -> None:
        os.set_blocking(self._waker, False)
        signal.set_wakeup_fd(self._waker, warn_on_full_buffer=False)
        signal.signal(signal.SIGTERM, self._on_stop)
        signal.signal(signal.SIGINT, self._on_stop)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        signal.signal(signal.SIGCHLD, _on_child)

    def _on_stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stopping = True

    def _wait(self, seconds: float) -> None:
        """Until a signal arrives, at most so long."""
        ready, _, _ = select.select([self._wake], [], [], seconds)
        if ready:
            os.read(self._wake, 4096)

    def _prepare(self) -> Identity:
        """Find out what to run and as whom, make the cluster where there is none."""
        folder = self._folder
        major = None
        if folder.cluster.exists():
            major = int((folder.cluster / "PG_VERSION").read_text())
        folder.postgresql.mkdir(mode=0o700, exist_ok=True)
        folder.socket.mkdir(mode=0o700, exist_ok=True)
        identity = choose_identity(folder, find_binaries(self._programs, major))
        self._say(identity.sentence)
        if not folder.cluster.exists():
            make_cluster(folder, identity)
        write_settings(folder.cluster, identity)
        return identity

    def _start(self, identity: Identity) -> None:
        cluster = self._folder.cluster
        with self._folder.log.open("ab") as log:
            self._process = launch(
                identity,
                [
                    str(identity.binaries.folder / "postgres"),
                    "-D",
                    identity.cluster_argument(cluster),
                ],
                cluster,
                dies_with_parent=True,
                environment=self._lock_file_environment(),
                stdout=log,
                stderr=log,
            )
        self._started_at = time.monotonic()
        status = {
            "sentence": identity.sentence,
            "supervisor_pid": os.getpid(),
            "postgres_pid": self._process.pid,
        }
        new = self._folder.status.with_suffix(".part")
        new.write_text(json.dumps(status))
        new.replace(self._folder.status)
        _give_to_owner(self._folder)

    def _lock_file_environment(self) -> dict[str, str]:
        """Let PostgreSQL see that the process number in its lock file was given to somebody else.

        It refuses to start while a process of that number and its own user lives, and in a
        container numbers come again. A number named here is taken for a parent of its own; whether
        the old server still uses its shared memory is then still checked by PostgreSQL itself.
        An old server that lost its supervisor is asked to stop.
        """
        try:
            first_line = (self._folder.cluster / "postmaster.pid").read_text().split("\n")[0]
            pid = int(first_line)
            if not serves(pid, self._folder.cluster):
                return {"PG_GRANDPARENT_PID": str(pid)}
            os.kill(pid, signal.SIGINT)
        except (OSError, ValueError):
            pass
        return {}

    def _keep_running(self, identity: Identity) -> None:
        """Start PostgreSQL again where it has ended. Raises EmbeddedError when it keeps ending."""
        process = self._process
        if process is None or process.poll() is None or self._stopping:
            return
        now = time.monotonic()
        if self._trouble_since is None or now - self._started_at > LIVED_SECONDS:
            self._trouble_since = now
            self._say(f"PostgreSQL has ended with code {process.returncode}; starting it again.")
        elif now - self._trouble_since > START_SECONDS_MAX:
            raise EmbeddedError(
                f"PostgreSQL did not start within {START_SECONDS_MAX:.0f} s. Its log "
                f"{self._folder.log} ends with: {_last_lines(self._folder.log)}"
            )
        self._wait(START_AGAIN_SECONDS)
        if not self._stopping:
            self._start(identity)

    def _idle_since(self, before: float | None) -> float | None:
        """Since when nobody has held a lease; None while somebody does."""
        if not self._users.take():
            return None
        self._users.release()
        return time.monotonic() if before is None else before

    def _bound_log(self) -> None:
        """Keep the last two pieces. PostgreSQL writes by appending, so it may be cut under it."""
        log = self._folder.log
        if log.stat().st_size > LOG_BYTES_MAX:
            shutil.copyfile(log, log.with_name(log.name + ".1"))
            os.truncate(log, 0)

    def _stop(self) -> None:
        """Fast: roll back what is open, then a checkpoint; at worst an immediate stop."""
        process = self._process
        if process is None or process.poll() is not None:
            return
        for number, seconds in (
            (signal.SIGINT, FAST_STOP_SECONDS_MAX),
            (signal.SIGQUIT, FAST_STOP_SECONDS_MAX),
        ):
            process.send_signal(number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(seconds)
                return

    def _say(self, sentence: str) -> None:
        with self._folder.log.open("a") as log:
            log.write(f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S.%f UTC} supervisor: {sentence}\n")


def _on_child(_number: int, _frame: FrameType | None) -> None:
    """A child has ended: the wake-up is all that is wanted."""


def _last_lines(log: Path) -> str:
    lines = log.read_text(errors="replace")[-2000:].splitlines()
    return " / ".join(lines[-4:])


def _give_to_owner(folder: ServerFolder) -> None:
    """What root writes in the folder of somebody else belongs to him."""
    if os.geteuid() == 0:
        owner = folder.supervisor.stat()
        give(folder.supervisor, owner.st_uid, owner.st_gid)


@contextlib.contextmanager
def _failure_told(folder: ServerFolder) -> Generator[None]:
    """Write down, for those who wait, why the server could not be started."""
    try:
        yield
    except EmbeddedError as error:
        folder.failure.write_text(str(error))
        _give_to_owner(folder)
        sys.exit(1)
    except Exception as error:
        folder.failure.write_text(f"The supervisor of the database failed: {error!r}")
        raise


def _detach(log: Path) -> None:
    """Leave the process that started us, its terminal and its files."""
    if os.fork() != 0:
        os._exit(0)
    os.setsid()
    os.chdir("/")
    with log.open("ab") as output, Path(os.devnull).open("rb") as nothing:
        os.dup2(nothing.fileno(), 0)
        os.dup2(output.fileno(), 1)
        os.dup2(output.fileno(), 2)


def main() -> None:
    """Returns at once where another supervisor is at work; else detaches once it has the lock."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="the data folder")
    parser.add_argument("--programs", type=Path, help="folder with initdb and postgres")
    arguments = parser.parse_args()
    folder = ServerFolder.of(arguments.data)
    lock = FileLock(folder.supervisor_lock)
    if not lock.take(OTHER_SECONDS_MAX):
        return
    folder.failure.unlink(missing_ok=True)
    os.umask(0o077)
    _detach(folder.log)
    with _failure_told(folder):
        Supervisor(folder, arguments.programs).run()


if __name__ == "__main__":
    main()
