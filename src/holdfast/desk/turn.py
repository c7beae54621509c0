"""One batch on its way through a desk: what was taken, what was decided, how far it got.

It knows nothing of the database; the desk moves it on, and it refuses or fails for all at once.
"""

from datetime import datetime
from uuid import UUID, uuid4

from holdfast.desk.fold import Fold
from holdfast.desk.queue import Waiting
from holdfast.desk.seating import PublicPart
from holdfast.refusals import Refusal


class Turn:
    """What one batch holds, from when it was taken until it is answered."""

    def __init__(self, taken: list[Waiting]) -> None:
        self.taken = taken
        self.fold: Fold | None = None
        self.batch_id: UUID = uuid4()
        self.public = PublicPart({}, {})
        self.now: datetime | None = None
        self.committing = False
        self.answered = False

    def refuse(self, refusal: Refusal) -> None:
        """Gives every command of the batch this refusal, to be told once the turn is over."""
        for waiting in self.taken:
            waiting.refusal = refusal

    def fail(self, error: Exception) -> None:
        """Answers every command of the batch with an error now."""
        for waiting in self.taken:
            waiting.fail(error)
