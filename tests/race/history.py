"""Is there an order of what happened that explains what everybody saw?

A history is the calls of one seat with the instants at which they were made and answered. It is
right if the calls can be put in one order in which each lies between its two instants and each
answer is what the seat's rules give there. Holds may also run out by themselves, at or after their
deadline.
Method: Wing and Gong's search (1993) with Lowe's memory of states seen (2017), per seat, since a
seat is an object of its own. Refusals change nothing, so each is placed as early as it fits.
"""

from collections.abc import Iterable
from enum import Enum

from msgspec import Struct

SEARCH_STEPS_MAX = 2_000_000  # per seat; a history that needs more is reported, not believed


class Kind(Enum):
    HOLD = "hold"
    RELEASE = "release"
    SELL = "sell"
    REFUND = "refund"


class Call(Struct, frozen=True):
    """One request about one seat. Instants in seconds of one clock.

    `granted` None: no answer came, it may or may not have happened, at any time after `called`.
    `until`: the deadline of a granted hold.
    """

    kind: Kind
    order: str
    called: float
    returned: float
    granted: bool | None
    until: float = float("inf")


class State(Struct, frozen=True):
    """A seat: free, or held or sold by an order. `until`: the deadline of a hold."""

    owner: str | None = None
    sold: bool = False
    until: float = float("inf")


FREE = State()


def step(state: State, call: Call) -> State | None:
    """The state after the call was granted, or None where the rules would refuse it."""
    if call.kind is Kind.HOLD:
        return State(call.order, False, call.until) if state.owner is None else None
    if state.owner != call.order:
        return None
    if call.kind is Kind.RELEASE:
        return None if state.sold else FREE
    if call.kind is Kind.SELL:
        return None if state.sold else State(call.order, True)
    return FREE if state.sold else None


def explain(calls: Iterable[Call]) -> bool:
    """Whether some order of these calls of one seat explains every answer."""
    ordered = sorted(calls, key=lambda call: call.called)
    writes = tuple(call for call in ordered if call.granted is not False)
    refusals = tuple(call for call in ordered if call.granted is False)
    return _Search(writes, refusals).run()


class _Search:
    def __init__(self, writes: tuple[Call, ...], refusals: tuple[Call, ...]) -> None:
        self._writes = writes
        self._refusals = refusals
        self._seen: set[tuple[frozenset[int], State, int]] = set()

    def run(self) -> bool:
        """Depth first over (writes placed, state, refusals placed, the latest instant so far)."""
        stack: list[tuple[frozenset[int], State, frozenset[int], float]] = [
            (frozenset(), FREE, frozenset(), float("-inf"))
        ]
        for _ in range(SEARCH_STEPS_MAX):
            if not stack:
                return False
            placed, state, refused, now = stack.pop()
            refused = self._place_refusals(placed, state, refused, now)
            key = (placed, state, len(refused))
            if key in self._seen:
                continue
            self._seen.add(key)
            if self._finished(placed, refused):
                return True
            stack += self._moves(placed, state, refused, now)
        raise AssertionError("the history is too long to be searched: record fewer calls per seat")

    def _finished(self, placed: frozenset[int], refused: frozenset[int]) -> bool:
        answered = all(i in placed for i, w in enumerate(self._writes) if w.granted)
        return answered and len(refused) == len(self._refusals)

    def _must_happen_before(self, placed: frozenset[int], refused: frozenset[int]) -> float:
        """The earliest answer of a call that has no place yet: everything next lies before it."""
        waiting = [w.returned for i, w in enumerate(self._writes) if i not in placed and w.granted]
        waiting += [r.returned for i, r in enumerate(self._refusals) if i not in refused]
        return min(waiting, default=float("inf"))

    def _place_refusals(
        self, placed: frozenset[int], state: State, refused: frozenset[int], now: float
    ) -> frozenset[int]:
        """Every refusal that this state gives and that may lie here; one may let in the next."""
        while True:
            latest = self._must_happen_before(placed, refused)
            fitting = frozenset(
                index
                for index, call in enumerate(self._refusals)
                if index not in refused
                and call.called <= latest
                and call.returned >= now
                and step(state, call) is None
            )
            if not fitting:
                return refused
            refused |= fitting

    def _moves(
        self, placed: frozenset[int], state: State, refused: frozenset[int], now: float
    ) -> list[tuple[frozenset[int], State, frozenset[int], float]]:
        latest = self._must_happen_before(placed, refused)
        moves: list[tuple[frozenset[int], State, frozenset[int], float]] = []
        if state.owner is not None and not state.sold and state.until <= latest:
            moves.append((placed, FREE, refused, max(now, state.until)))
        for index, call in enumerate(self._writes):
            if index in placed or call.called > latest:
                continue
            after = step(state, call)
            if after is not None and (call.granted is None or call.returned >= now):
                moves.append((placed | {index}, after, refused, max(now, call.called)))
        return moves
