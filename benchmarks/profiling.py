"""Where a serving process spends its time: every function of its main thread, in processor time.

The profiler itself costs the program half its speed and more, so a profile tells shares and never
rates.
"""

import cProfile
import time


class Profile:
    """Writes a file for `pstats` when it stops; does nothing without a path."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._profiler = cProfile.Profile(time.thread_time) if path else None

    def start(self) -> None:
        """Begin, on this thread."""
        if self._profiler is not None:
            self._profiler.enable()

    def stop(self) -> None:
        """End and write."""
        if self._profiler is not None:
            self._profiler.disable()
            self._profiler.dump_stats(self._path)
