"""An errand as whoever does it sees it, and the ways in which it can end."""

from datetime import datetime
from typing import Protocol

from msgspec import Struct

from holdfast.desk.order import Occasion, OutboxKind, Payment


class ErrandRefused(Exception):  # noqa: N818 - a definite answer
    """It will not be done, however often it is tried: a person has to look at it."""


class ErrandNeedless(Exception):  # noqa: N818 - nothing has failed
    """There was nothing left to do: it counts as done, and the reason is kept."""


class ErrandOvertaken(Exception):  # noqa: N818 - a definite answer
    """A void that lost to a capture: the money was collected, so it has to be refunded."""


class ErrandFailed(Exception):  # noqa: N818 - what is known, not a kind of error
    """It was not done, or nobody knows: try again later."""


class ErrandWaits(Exception):  # noqa: N818 - nothing has failed
    """It was not tried: its time has not come, or nobody answers there just now. Not counted."""

    def __init__(self, reason: str, seconds: float) -> None:
        super().__init__(reason)
        self.seconds = seconds


class Taken(Struct, frozen=True):
    """One errand that a relay has taken; amount in minor units.

    `outbox_id` is the key at the other end, so that done twice is done once. Money has a
    `payment_id` and, where that is known, its `payment`; the rest has an `occasion`. A call has the
    `version` of the event whose batch made it true, and is tried since `tried_from`.
    """

    event_id: int
    outbox_id: str
    kind: OutboxKind
    order_id: str | None
    payment_id: str | None
    amount: int
    occasion: Occasion | None
    webhook_id: str | None
    attempts: int
    created_at: datetime
    payment: Payment | None = None
    version: int | None = None
    tried_from: datetime | None = None


class Teller(Protocol):
    """Tells somebody what has happened: a buyer by mail, an organiser's program over HTTP."""

    @property
    def kind(self) -> OutboxKind:
        """Whose errands these are."""
        ...

    @property
    def concurrency(self) -> int:
        """How many errands it does at one time."""
        ...

    async def tell(self, errand: Taken) -> None:
        """Do it. The same errand again must do no harm at the other end.

        Raises ErrandRefused, ErrandFailed or ErrandWaits; anything else counts as ErrandFailed.
        """
        ...


class OwnLanes(Protocol):
    """Does the errands of its kind in lanes of its own, one for each party that it deals with."""

    @property
    def kind(self) -> OutboxKind:
        """Whose errands these are."""
        ...

    def ring(self) -> None:
        """There is something new: don't wait for the next look."""
        ...

    async def run(self) -> None:
        """Do errands as they fall due, for ever."""
        ...

    async def carry_out_due(self) -> bool:
        """One pass over what is due. True: there may be more."""
        ...
