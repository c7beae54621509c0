"""An invariant as a question to the database: which rows break it?

`query` returns offending rows, event_id first, and takes $1 event ids (integer[]) and $2 how many
rows at most. With `late_after` it takes $3 as well, a time that many seconds ago: then it asks what
should have been done by now, which is only asked while a server runs that should have done it.
"""

from msgspec import Struct


class Check(Struct, frozen=True):
    """One invariant. `sentence` says what holds, so that a row beside it explains itself."""

    name: str
    sentence: str
    query: str
    late_after: int | None = None
