"""Where the embedded server keeps its things inside a data folder.

    DATA/postgresql/   belongs to the account that PostgreSQL runs as
        cluster/       the database itself
        socket/        where it listens
        new-*          a cluster that is being made
    DATA/supervisor/   belongs to whoever started it, closed to everybody else
        users.lock       held shared by every process that uses the server
        supervisor.lock  held exclusively by the one that looks after it
        password         of the role `holdfast`
        status.json      what runs, and as whom
        failure          why it could not be started, as a sentence
        postgresql.log   and postgresql.log.1: bounded

This module names paths and makes nothing but the closed folder.
"""

from pathlib import Path
from typing import NamedTuple


class EmbeddedError(Exception):
    """The embedded server cannot be used; the text is a sentence that says what to do."""


class ServerFolder(NamedTuple):
    """The paths of one embedded server; `data` is absolute."""

    data: Path

    @classmethod
    def of(cls, data: Path) -> "ServerFolder":
        return cls(data.expanduser().absolute())

    @property
    def postgresql(self) -> Path:
        return self.data / "postgresql"

    @property
    def cluster(self) -> Path:
        return self.postgresql / "cluster"

    @property
    def socket(self) -> Path:
        return self.postgresql / "socket"

    @property
    def supervisor(self) -> Path:
        return self.data / "supervisor"

    @property
    def users_lock(self) -> Path:
        return self.supervisor / "users.lock"

    @property
    def supervisor_lock(self) -> Path:
        return self.supervisor / "supervisor.lock"

    @property
    def password(self) -> Path:
        return self.supervisor / "password"

    @property
    def status(self) -> Path:
        return self.supervisor / "status.json"

    @property
    def failure(self) -> Path:
        return self.supervisor / "failure"

    @property
    def log(self) -> Path:
        return self.supervisor / "postgresql.log"

    def make(self) -> None:
        """Make the data folder (closed to others, where it is new) and the supervisor's part of it.

        Raises EmbeddedError where that is not allowed.
        """
        try:
            self.data.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.supervisor.mkdir(mode=0o700, exist_ok=True)
            self.users_lock.touch(mode=0o600)
        except OSError as error:
            raise EmbeddedError(
                f"The data folder {self.data} cannot be written ({error.strerror}). Run Holdfast "
                "as the user that owns it, or name another one with --data or HOLDFAST_DATA."
            ) from error
