"""How long a webhook that does not answer is left alone: longer each time, until it answers.

Kept in memory, each process for itself: what it forgets at a restart it learns again.
"""

import random
import time
from collections.abc import Callable

from holdfast.config import WEBHOOK_FAILURES_MAX, WEBHOOK_REST_SECONDS


class Rest:
    """Of one webhook. `clock` counts seconds and never goes back."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failures = 0
        self._rests = 0
        self._until = 0.0

    @property
    def left(self) -> float:
        """For how many seconds nobody calls; 0 where somebody may."""
        return max(self._until - self._clock(), 0.0)

    @property
    def trying(self) -> bool:
        """One call is to show first whether it answers again."""
        return self._rests > 0

    def answered(self) -> None:
        """It works."""
        self._failures = self._rests = 0
        self._until = 0.0

    def failed(self, retry_after: float) -> None:
        """It does not. After WEBHOOK_FAILURES_MAX in a row, or where one call tried, it rests:
        15 s, 30 s, a minute ..., a quarter more or less, so that not all come back at once."""
        self._failures += 1
        if self.left and not retry_after:
            return
        if self.trying or retry_after or self._failures >= WEBHOOK_FAILURES_MAX:
            first, longest = WEBHOOK_REST_SECONDS
            seconds = min(first * 2 ** min(self._rests, 30), longest) * random.uniform(0.75, 1.25)  # noqa: S311
            self._rests += 1
            self._until = self._clock() + max(seconds, retry_after)
