"""What an audit found: the rows that break an invariant, and the sentence that says which."""

from collections.abc import Iterable

import msgspec
from msgspec import Struct

Value = str | int | float | bool | None


class Finding(Struct, frozen=True):
    """One offending row. `event_id` None: it belongs to no event. Times are RFC 3339."""

    check: str
    sentence: str
    event_id: int | None
    row: dict[str, Value]

    def __str__(self) -> str:
        """One line for a person: check, event, row, and what should be."""
        where = "no event" if self.event_id is None else f"event {self.event_id}"
        row = ", ".join(f"{name} {value}" for name, value in self.row.items())
        return f"{self.check}: {where}: {row}. {self.sentence}"


class _Report(Struct, frozen=True):
    sound: bool
    findings: tuple[Finding, ...]


def findings_json(findings: Iterable[Finding]) -> bytes:
    """`{"sound": true|false, "findings": [{"check","sentence","event_id","row"}]}`."""
    found = tuple(findings)
    return msgspec.json.encode(_Report(not found, found))
