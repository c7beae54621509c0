"""Where a serving process spends its time: every function of the interpreter, timed while it runs.

The profiler slows the program down by half and more, so a profile tells shares and never rates.
"""

import cProfile


class Profile:
    """Writes a file for `python -m pstats` when it stops; does nothing without a path."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._profiler = cProfile.Profile() if path else None

    def start(self) -> None:
        """Begin, on this thread."""
        if self._profiler is not None:
            self._profiler.enable()

    def stop(self) -> None:
        """End and write."""
        if self._profiler is not None:
            self._profiler.disable()
            self._profiler.dump_stats(self._path)
