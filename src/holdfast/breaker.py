"""A circuit breaker: who doesn't answer is left alone for a while, instead of keeping everybody
waiting.

After so many failures in a row it opens: calls are turned away at once. When the rest is over, one
call goes through to try; its outcome closes the breaker or opens it anew. Kept in memory, each
process for itself: what it forgets at a restart it learns again.
"""

import time
from collections.abc import Callable, Generator
from contextlib import contextmanager


class Resting(Exception):  # noqa: N818 - a state, not an error
    """Not asked: nobody answered there lately. `seconds` until it is tried again."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"no answer lately; not asked for another {seconds:.0f} s")
        self.seconds = seconds


class Breaker:
    """In front of one other party. `time` is a clock in seconds that never goes back."""

    def __init__(
        self, failures_max: int, rest_seconds: float, time: Callable[[], float] = time.monotonic
    ) -> None:
        self._failures_max = failures_max
        self._rest_seconds = rest_seconds
        self._time = time
        self._failures = 0
        self._opened_at: float | None = None
        self._trying = False

    @property
    def rests(self) -> float:
        """For how many seconds nobody is let through; 0 where a call would be made."""
        if self._opened_at is None:
            return 0.0
        left = self._opened_at + self._rest_seconds - self._time()
        if left > 0:
            return left
        return self._rest_seconds if self._trying else 0.0

    @contextmanager
    def call(self, *answers: type[BaseException]) -> Generator[None]:
        """One call. Raises Resting instead of making it.

        Leaving with an exception is a failure, unless it is one of `answers`: a no is an answer.
        Being cancelled counts as a failure too: whoever asked had no more patience.
        """
        seconds = self.rests
        if seconds:
            raise Resting(seconds)
        trying = self._opened_at is not None
        self._trying = self._trying or trying
        try:
            yield
        except BaseException as error:
            if isinstance(error, answers):
                self._answered()
            else:
                self._failed(trying)
            raise
        else:
            self._answered()
        finally:
            if trying:
                self._trying = False

    def _answered(self) -> None:
        self._failures = 0
        self._opened_at = None

    def _failed(self, trying: bool) -> None:
        self._failures += 1
        if trying or (self._opened_at is None and self._failures >= self._failures_max):
            self._opened_at = self._time()
