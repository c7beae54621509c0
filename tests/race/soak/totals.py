"""What a soak has counted, and the line in which it ends."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

NOT_COUNTED: Final = ("busy", "unanswered")
OPERATION: Final = (
    "an operation is one request of a buyer, the gate, an organiser or the provider that got its"
    " answer; 'busy' and no answer at all are not counted"
)


class Totals:
    """Answers by operation and what was told; troubles by kind. `idle_troubles`: of these, how many
    came while nobody waited for an answer."""

    def __init__(self) -> None:
        self.answers: Counter[tuple[str, str]] = Counter()
        self.troubles: Counter[str] = Counter()
        self.evenings: Counter[str] = Counter()
        self.buyers = 0
        self.idle_troubles = 0
        self._under_way = 0
        self._struck = 0

    def record(self, operation: str, told: str) -> None:
        """One answer: a status, or the code of a refusal."""
        self.answers[operation, told] += 1

    @contextmanager
    def under_way(self) -> Iterator[None]:
        """Somebody waits for an answer."""
        self._under_way += 1
        try:
            yield
        finally:
            self._under_way -= 1

    def strike(self, trouble: str) -> None:
        """A trouble begins now, in the midst of what is under way."""
        self.troubles[trouble] += 1
        self._struck += self._under_way
        self.idle_troubles += self._under_way == 0

    @property
    def operations(self) -> int:
        """Requests that were done or refused for a reason of their own."""
        return sum(n for (_, told), n in self.answers.items() if told not in NOT_COUNTED)

    @property
    def striking_troubles(self) -> int:
        """Troubles that came while somebody waited for an answer."""
        return self.troubles.total() - self.idle_troubles

    @property
    def bugs(self) -> dict[str, int]:
        """Answers that nobody should ever get: the server's own errors."""
        return {
            f"{operation} {told}": n
            for (operation, told), n in self.answers.items()
            if told.startswith("5") or told == "internal_error"
        }

    def count(self, operation: str, *told: str) -> int:
        """Answers of one operation, with one of these if any are named."""
        return sum(
            n for (o, t), n in self.answers.items() if o == operation and t in (told or (t,))
        )

    def table(self) -> str:
        """Every operation with everything that was told."""
        operations = sorted({operation for operation, _ in self.answers})
        lines = [f"  {operation:10} {self._row(operation)}" for operation in operations]
        return "\n".join(lines)

    def _row(self, operation: str) -> str:
        rows = [(n, told) for (o, told), n in self.answers.items() if o == operation]
        return ", ".join(f"{told} {n:,}" for n, told in sorted(rows, reverse=True))

    def line(self, seed: int, seconds: float) -> str:
        """The run in one line."""
        troubles = ", ".join(f"{n} {kind}" for kind, n in sorted(self.troubles.items()))
        evenings = ", ".join(f"{n} {what}" for what, n in sorted(self.evenings.items()))
        lost = {
            told: sum(n for (_, t), n in self.answers.items() if t == told) for told in NOT_COUNTED
        }
        struck = self._struck / max(1, self.troubles.total())
        return (
            f"seed {seed}, {seconds / 60:.1f} minutes: {self.operations:,} operations"
            f" ({self.operations / seconds:,.0f} a second) by {self.buyers:,} buyers:"
            f" {self.count('hold', '201'):,} holds, {self.count('pay', '200'):,} paid,"
            f" {self.count('release', '204'):,} released, {self.count('refund', '201'):,} refunds,"
            f" {self.count('scan'):,} scans; {lost['unanswered']:,} without an answer,"
            f" {lost['busy']:,} busy; evenings: {evenings or 'none full'};"
            f" {self.striking_troubles} troubles, on average in the midst of {struck:.0f} requests:"
            f" {troubles or 'none'}"
        )
