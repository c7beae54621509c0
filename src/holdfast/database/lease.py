"""Locks on files, which the kernel gives back however their holder ends.

A user of the embedded server holds a shared lock for as long as it uses it: that is its lease. The
supervisor holds an exclusive one on a file of its own. Nothing here waits without an end.
"""

import fcntl
import os
import time
from pathlib import Path

POLL_SECONDS = 0.02  # flock has no timeout of its own, so waiting is asking again


class FileLock:
    """A lock on one file, free when made; `close` gives it back."""

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def share(self, seconds_max: float = 0.0) -> bool:
        """Take it together with others; False where somebody held it alone until the end."""
        return self._lock(fcntl.LOCK_SH, seconds_max)

    def take(self, seconds_max: float = 0.0) -> bool:
        """Take it alone; False where anybody else held it until the end."""
        return self._lock(fcntl.LOCK_EX, seconds_max)

    def release(self) -> None:
        """Give it back, ready to be taken again."""
        fcntl.flock(self._descriptor, fcntl.LOCK_UN)

    def close(self) -> None:
        """Give it back for good. Twice is once."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _lock(self, kind: int, seconds_max: float) -> bool:
        until = time.monotonic() + seconds_max
        while True:
            try:
                fcntl.flock(self._descriptor, kind | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= until:
                    return False
                time.sleep(POLL_SECONDS)
            else:
                return True


def is_held_alone(path: Path) -> bool:
    """Whether somebody holds the lock on this file exclusively just now."""
    lock = FileLock(path)
    try:
        return not lock.share()
    finally:
        lock.close()
