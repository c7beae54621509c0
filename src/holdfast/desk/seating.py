"""One event's seats in memory: what is free, held, sold and blocked, and by whom it is held.

`Seating` is a pure value with one way to change it, `apply`. The desk decides on it, the live map
serves its public half, the simulator's model is made of it. It refuses nothing: rules do.
"""

from array import array
from collections.abc import Iterable, Mapping
from datetime import datetime
from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING

from msgspec import Struct

from holdfast.desk.commands import Best, Change
from holdfast.desk.order import EventStatus, ItemState, Order, OrderStatus
from holdfast.venues.floor_plan import FloorPlan
from holdfast.venues.price import PriceList

if TYPE_CHECKING:
    from holdfast.desk.best_seats import BestSearch

FREE, HELD, SOLD, BLOCKED = b"AHSB"
FREED_RUNS_MAX = 20_000  # then the searches start again
STATUS_OF_LETTER = {FREE: "AVAILABLE", HELD: "HELD", SOLD: "SOLD", BLOCKED: "BLOCKED"}


class Terms(Struct, frozen=True):
    """The terms of sale of one event; seconds and minor units."""

    event_id: int
    currency: str
    hold_seconds: int
    order_limit: int
    order_fee_amount: int
    forbid_single_seats: bool
    on_sale_at: datetime | None
    prices: PriceList


class PublicPart(Struct, gc=False, frozen=True, omit_defaults=True):
    """What everybody may know of a batch: seat_ids by their new letter, free places by section."""

    changes: dict[str, list[int]]
    available: dict[int, int]
    event_status: EventStatus | None = None


class PrivatePart(Struct, gc=False, frozen=True, array_like=True):
    """What another desk needs beside the public part to stand where this one stands.

    `pending`: whole images of the orders that hold seats after the batch; `ended`: orders that no
    longer do; `taken`: places per session now. `reload`: the terms changed, read everything anew.
    """

    pending: tuple[Order, ...] = ()
    ended: tuple[str, ...] = ()
    taken: dict[str, int] = {}
    reload: bool = False


class PublicSeating:
    """The letters of an event's seats and the free places of its sections, at one version."""

    __slots__ = ("available", "counts", "event_status", "letters", "plan", "version")

    def __init__(
        self, plan: FloorPlan, letters: bytearray, version: int, event_status: EventStatus
    ) -> None:
        self.plan = plan
        self.letters = letters
        self.version = version
        self.event_status = event_status
        self.counts = {letter: letters.count(letter) for letter in (FREE, HELD, SOLD, BLOCKED)}
        free = dict.fromkeys(plan.section_ids, 0)
        for seat_id, section_id in enumerate(plan.section_of):
            if letters[seat_id] == FREE:
                free[section_id] += 1
        self.available = free

    def place(self, seat_id: int, letter: int) -> None:
        """Put one seat into a state and keep the counts right."""
        before = self.letters[seat_id]
        if before == letter:
            return
        self.letters[seat_id] = letter
        self.counts[before] -= 1
        self.counts[letter] += 1
        if before == FREE:
            self.available[self.plan.section_of[seat_id]] -= 1
        elif letter == FREE:
            self.available[self.plan.section_of[seat_id]] += 1

    def apply_public(self, version: int, public: PublicPart) -> None:
        """Follow the journal by one batch. Batches must come in order, none left out."""
        assert version == self.version + 1, "a batch of the journal was left out"
        for letter, seat_ids in public.changes.items():
            code = ord(letter)
            for seat_id in seat_ids:
                self.place(seat_id, code)
        if public.event_status is not None:
            self.event_status = public.event_status
        self.version = version


class Seating(PublicSeating):
    """The whole truth about one event's seats, as of one version of its journal."""

    __slots__ = (
        "_due",
        "epoch",
        "freed_runs",
        "orders",
        "owner",
        "run_changes",
        "searches",
        "taken",
        "terms",
    )

    def __init__(
        self,
        plan: FloorPlan,
        terms: Terms,
        letters: bytearray,
        orders: Iterable[Order],
        taken: Mapping[str, int],
        *,
        epoch: int,
        version: int,
        event_status: EventStatus,
    ) -> None:
        super().__init__(plan, letters, version, event_status)
        self.epoch = epoch
        self.terms = terms
        self.taken = dict(taken)
        self.orders: dict[str, Order] = {}
        self.owner: list[Order | None] = [None] * plan.seat_count
        self._due: list[tuple[datetime, str]] = []
        for order in orders:
            self.orders[order.order_id] = order
            self._due.append((order.expires_at, order.order_id))
            for item in order.active:
                self.owner[item.seat_id] = order
        heapify(self._due)
        # What best_seats.py remembers: its searches, and what has changed under them.
        self.searches: dict[Best, BestSearch] = {}
        self.run_changes = array("Q", bytes(8 * len(plan.runs)))
        self.freed_runs: list[int] = []

    def place(self, seat_id: int, letter: int) -> None:
        """The same, and remember in which run of seats something changed."""
        PublicSeating.place(self, seat_id, letter)
        run = self.plan.run_of[seat_id]
        if run < len(self.run_changes):
            self.run_changes[run] += 1
            if letter == FREE:
                self.freed_runs.append(run)
                if len(self.freed_runs) > FREED_RUNS_MAX:
                    self.freed_runs.clear()
                    self.searches.clear()

    def next_due(self) -> datetime | None:
        """The earliest deadline of a hold, or None while nothing is held."""
        while self._due:
            expires_at, order_id = self._due[0]
            order = self.orders.get(order_id)
            if order is not None and order.expires_at == expires_at:
                return expires_at
            heappop(self._due)
        return None

    def due(self, now: datetime, limit: int) -> list[Order]:
        """Orders whose time has passed, the oldest first, `limit` at most."""
        found: list[Order] = []
        put_back: list[tuple[datetime, str]] = []
        while len(found) < limit:
            earliest = self.next_due()
            if earliest is None or earliest > now:
                break
            entry = heappop(self._due)
            put_back.append(entry)
            found.append(self.orders[entry[1]])
        for entry in put_back:
            heappush(self._due, entry)
        return found

    def apply(self, change: Change) -> None:
        """Do what a rule decided."""
        owner = self.owner
        for move in change.moves:
            self.place(move.seat_id, move.after)
            owner[move.seat_id] = None
        for order in change.orders:
            self._keep(order)
        for session_id, places in change.taken:
            self._count(session_id, self.taken.get(session_id, 0) + places)
        if change.event_status is not None:
            self.event_status = change.event_status

    def apply_journal(self, version: int, public: PublicPart, private: PrivatePart) -> None:
        """Catch up with one batch of another process."""
        for seat_ids in public.changes.values():
            for seat_id in seat_ids:
                self.owner[seat_id] = None
        self.apply_public(version, public)
        for order_id in private.ended:
            self.orders.pop(order_id, None)
        for order in private.pending:
            self._keep(order)
        for session_id, places in private.taken.items():
            self._count(session_id, places)

    def _keep(self, order: Order) -> None:
        if order.status is not OrderStatus.PENDING:
            self.orders.pop(order.order_id, None)
            return
        before = self.orders.get(order.order_id)
        if before is None or before.expires_at != order.expires_at:
            heappush(self._due, (order.expires_at, order.order_id))
        self.orders[order.order_id] = order
        for item in order.items:
            if item.state is ItemState.ACTIVE:
                self.owner[item.seat_id] = order

    def _count(self, session_id: str, places: int) -> None:
        if places > 0:
            self.taken[session_id] = places
        else:
            self.taken.pop(session_id, None)
