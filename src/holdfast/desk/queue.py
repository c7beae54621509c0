"""The queue before a desk: money first, then holds by arrival; bounded, and honest when it is full.

Settling, refunding and releasing are never refused for lack of room. A hold that has waited longer
than a buyer would is answered `busy`. Whoever has hung up loses the place in the queue.
"""

import math
import time
from asyncio import Future
from collections import deque
from collections.abc import Iterable
from itertools import chain, islice

from msgspec import Struct

from holdfast.config import (
    BATCH_COMMANDS_MAX,
    BATCH_SEATS_MAX,
    HOLD_WAIT_SECONDS_MAX,
    QUEUE_HOLDS_MAX,
    RETRY_AFTER_SECONDS,
)
from holdfast.desk import commands
from holdfast.desk.commands import Change, Command
from holdfast.desk.order import Order, Payment, Ticket
from holdfast.refusals import Refusal


class Granted(Struct, gc=False, frozen=True):
    """The answer to a command that was granted, after its commit.

    `version`: the journal's version that contains it. `replayed`: an earlier equal request did it.
    `more`: bulk work is left, ask again.
    """

    version: int
    order: Order | None
    payment: Payment | None
    tickets: tuple[Ticket, ...]
    replayed: bool
    more: bool


class Waiting(Struct, eq=False):
    """One command in the queue and who waits for its answer."""

    command: Command
    answer: "Future[Granted]"
    since: float
    places: int  # that it writes, roughly
    change: Change | None = None
    refusal: Exception | None = None

    def grant(self, version: int) -> None:
        """Answer with what was decided, now that it is committed."""
        if self.answer.done():
            return
        if self.refusal is not None:
            self.answer.set_exception(self.refusal)
            return
        change = self.change
        assert change is not None, "an answered command was decided"
        self.answer.set_result(
            Granted(
                version,
                change.order,
                change.payment,
                change.tickets,
                change.replayed,
                change.more,
            )
        )

    def fail(self, error: Exception) -> None:
        """Answer that it did not happen, or that nobody knows."""
        if not self.answer.done():
            self.answer.set_exception(error)


class Queue:
    """What waits before one desk."""

    def __init__(self) -> None:
        self._money: deque[Waiting] = deque()
        self._holds: deque[Waiting] = deque()

    def __len__(self) -> int:
        return len(self._money) + len(self._holds)

    def commands(self) -> list[Command]:
        """What the next batch may be made of, in its order."""
        lines = islice(chain(self._money, self._holds), BATCH_COMMANDS_MAX)
        return [waiting.command for waiting in lines]

    def put(self, waiting: Waiting) -> None:
        """Stand at the end of the line, or be refused `busy` where it is too long."""
        if _is_money(waiting.command):
            self._money.append(waiting)
        elif len(self._holds) >= QUEUE_HOLDS_MAX:
            waiting.fail(busy())
        else:
            self._holds.append(waiting)

    def put_back(self, rest: Iterable[Waiting]) -> None:
        """Return commands that were taken and not decided to the head of the line."""
        for waiting in reversed(list(rest)):
            (self._money if _is_money(waiting.command) else self._holds).appendleft(waiting)

    def take(self, before: float = math.inf) -> list[Waiting]:
        """The next batch: no more commands and seats than one transaction should carry.

        Of the holds only those that stood here before that time; money is never kept waiting.
        """
        taken: list[Waiting] = []
        places = 0
        oldest = time.monotonic() - HOLD_WAIT_SECONDS_MAX
        for line in (self._money, self._holds):
            while line and len(taken) < BATCH_COMMANDS_MAX:
                waiting = line[0]
                if line is self._holds and waiting.since > before:
                    break
                if waiting.answer.done():
                    line.popleft()
                    continue
                if line is self._holds and waiting.since < oldest:
                    line.popleft().fail(busy())
                    continue
                places += waiting.places
                if taken and places > BATCH_SEATS_MAX:
                    return taken
                taken.append(line.popleft())
        return taken

    def refuse_all(self, error: Exception) -> None:
        """Answer everybody with the same refusal; the desk leaves."""
        for line in (self._money, self._holds):
            while line:
                line.popleft().fail(error)


def busy() -> Refusal:
    return Refusal("busy", retry_after=RETRY_AFTER_SECONDS)


_MONEY = frozenset(
    {
        commands.Settle,
        commands.NoteReturns,
        commands.Refund,
        commands.Release,
        commands.ExpireDue,
        commands.CancelPending,
        commands.ChangeStatus,
    }
)


def _is_money(command: Command) -> bool:
    return type(command) in _MONEY


def places_of(command: Command) -> int:
    """Roughly how many seats the command writes."""
    if isinstance(command, commands.Hold):
        return command.choice.quantity
    if isinstance(command, (commands.AddItems, commands.Swap)):
        return command.choice.quantity
    if isinstance(command, (commands.BlockSeats, commands.UnblockSeats)):
        return len(command.seat_ids)
    if isinstance(command, (commands.ExpireDue, commands.CancelPending)):
        return 2 * command.limit
    return 2
