"""What a soak has counted, and the line in which it ends."""

from collections import Counter
from typing import Final

PASSING: Final = ("busy", "outcome_unknown", "unanswered")  # while something is being killed


class Totals:
    """Answers by operation and what was told; troubles by kind."""

    def __init__(self) -> None:
        self.answers: Counter[tuple[str, str]] = Counter()
        self.troubles: Counter[str] = Counter()
        self.buyers = 0

    def record(self, operation: str, told: str) -> None:
        """One answer: a status, or the code of a refusal."""
        self.answers[operation, told] += 1

    @property
    def operations(self) -> int:
        """Requests that were answered."""
        return sum(n for (_, told), n in self.answers.items() if told != "unanswered")

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
        unanswered = sum(n for (_, told), n in self.answers.items() if told == "unanswered")
        return (
            f"seed {seed}, {seconds / 60:.1f} minutes: {self.operations:,} operations"
            f" ({self.operations / seconds:,.0f} a second) by {self.buyers:,} buyers:"
            f" {self.count('hold', '201'):,} holds, {self.count('pay', '200'):,} paid,"
            f" {self.count('release', '204'):,} released, {self.count('refund', '201'):,} refunds,"
            f" {self.count('scan'):,} scans; {unanswered:,} without an answer;"
            f" troubles: {troubles or 'none'}"
        )
