"""What is wrong with a chart file: every fault with its place, in one go.

Somebody who mends a chart of 20,000 seats wants the whole list, not the first line of it. Faults of
one kind are listed up to a limit and then counted, so that no kind hides another.
"""

import msgspec

from holdfast.venues.chart_limits import FAULTS_LISTED_MAX


class Fault(msgspec.Struct, frozen=True):
    """`place` is a JSON path (`zones[2].rows[0].seats[3].seat_guid`), a line and column (`line 17,
    column seat`) or `file`; `sentence` says what is wrong and what to do."""

    place: str
    sentence: str


class ChartFaults(Exception):  # noqa: N818 (it is a list of faults)
    """The chart cannot be used. `faults` is never empty and is in the order of finding."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__(faults)
        self.faults = faults

    def __str__(self) -> str:
        return "\n".join(f"{fault.place}: {fault.sentence}" for fault in self.faults)


class Findings:
    """Collects faults and notes while a chart is read; refuses the chart at the end, if at all."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._counts: dict[str, int] = {}
        self._notes: dict[str, int] = {}

    def fault(self, place: object, kind: str, sentence: str) -> None:
        """Record a fault. `kind` says in the plural what is counted when there are too many
        ("seats without a category"); `place` is only turned into text if it is listed."""
        count = self._counts.get(kind, 0) + 1
        self._counts[kind] = count
        if count <= FAULTS_LISTED_MAX:
            self._faults.append(Fault(str(place), sentence))

    def note(self, sentence: str) -> None:
        """Record something tolerated; the same sentence again is counted."""
        self._notes[sentence] = self._notes.get(sentence, 0) + 1

    @property
    def any_fault(self) -> bool:
        return bool(self._faults)

    def notes(self) -> list[str]:
        """Each note once, with how often it applied."""
        return [
            sentence if count == 1 else f"{sentence} ({count:,} times)"
            for sentence, count in self._notes.items()
        ]

    def refuse_if_faulty(self) -> None:
        """Raise ChartFaults if any fault was recorded."""
        if not self._faults:
            return
        more = [
            Fault("file", f"And {count - FAULTS_LISTED_MAX:,} more {kind}.")
            for kind, count in self._counts.items()
            if count > FAULTS_LISTED_MAX
        ]
        raise ChartFaults(self._faults + more)


def refused(place: str, sentence: str) -> ChartFaults:
    """The refusal for a single fault that ends the reading."""
    return ChartFaults([Fault(place, sentence)])
