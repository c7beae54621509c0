"""What one buyer after the other does on a connection, as generators that yield requests.

A journey ends when the seats have run out. Every request has a name, by which its answers are
counted: hold, pay, conflict, release, empty, empty_get, snapshot.
"""

from collections.abc import Callable
from typing import Final

from benchmarks.buyers import (
    Buyers,
    hold_request,
    order_id_of,
    payment_request,
    release_request,
    request,
    snapshot_request,
)
from benchmarks.client import Journey

CREATED: Final = 201
SETTLED: Final = 0.3  # shares of the requests of the honest mix
CONFLICTS: Final = 0.2
PARTY_SIZES: Final = (1, 2, 2, 2, 3, 4, 4, 5, 6)  # 1 to 6 seats, mostly couples
RUSH_SEATS: Final = 200  # what everybody wants in the rush


def empty(buyers: Buyers) -> Journey:
    """POST nothing, for ever: what the server itself can do."""
    token = buyers.new_session()
    raw = request(b"POST", b"/empty", token, b'{"seat_ids":[1,2]}')
    while True:
        yield "empty", raw


def holds(buyers: Buyers) -> Journey:
    """Hold two seats, each time as a new buyer."""
    while True:
        event_id = buyers.any_event()
        seats = buyers.deal(event_id, 2)
        if seats is None:
            return
        yield "hold", hold_request(event_id, seats, buyers.new_session())


def sales(buyers: Buyers) -> Journey:
    """Hold two seats, pay, have the tickets; then the next buyer."""
    while True:
        event_id = buyers.any_event()
        seats = buyers.deal(event_id, 2)
        if seats is None:
            return
        token = buyers.new_session()
        status, body = yield "hold", hold_request(event_id, seats, token)
        if status == CREATED:
            yield "pay", payment_request(order_id_of(body), token)


def mix(buyers: Buyers) -> Journey:
    """The honest mix: of all requests 30 % pay, 20 % want seats that are gone, the rest hold.

    A hold is followed by its payment in three cases of five, and in two of five somebody else wants
    the same seats before that.
    """
    paying = SETTLED / (1 - SETTLED - CONFLICTS)
    conflicting = CONFLICTS / (1 - SETTLED - CONFLICTS)
    while True:
        event_id = buyers.any_event()
        seats = buyers.deal(event_id, buyers.random.choice(PARTY_SIZES))
        if seats is None:
            return
        token = buyers.new_session()
        status, body = yield "hold", hold_request(event_id, seats, token)
        if status != CREATED:
            continue
        if buyers.random.random() < conflicting:
            yield "conflict", hold_request(event_id, seats, buyers.new_session())
        if buyers.random.random() < paying:
            yield "pay", payment_request(order_id_of(body), token)


def rush(buyers: Buyers) -> Journey:
    """Want one of the same 200 seats; told no, want another; leave with one."""
    (event_id,) = buyers.market.event_ids
    token = buyers.new_session()
    while True:
        seat = buyers.random.randrange(RUSH_SEATS)
        status, _ = yield "hold", hold_request(event_id, [seat], token)
        if status == CREATED:
            return


def empty_get(buyers: Buyers) -> Journey:
    """GET nothing, for ever: what the server itself can do."""
    raw = request(b"GET", b"/empty", buyers.new_session())
    while True:
        yield "empty_get", raw


def snapshot(buyers: Buyers) -> Journey:
    """Ask for the seats of an event, for ever."""
    raw = snapshot_request(buyers.any_event())
    while True:
        yield "snapshot", raw


def hold_and_release(buyers: Buyers) -> Journey:
    """Hold two seats and give them back, so that a small house never sells out."""
    while True:
        event_id = buyers.any_event()
        token = buyers.new_session()
        status, body = yield "hold", hold_request(event_id, buyers.any_pair(), token)
        if status == CREATED:
            yield "release", release_request(order_id_of(body), token)


def first_holds(buyers: Buyers) -> Journey:
    """One hold in each event, in the order of the events."""
    first = buyers.market.first_seat
    for event_id in buyers.market.event_ids:
        yield "hold", hold_request(event_id, [first, first + 1], buyers.new_session())


JOURNEYS: Final[dict[str, Callable[[Buyers], Journey]]] = {
    journey.__name__: journey
    for journey in (
        empty,
        holds,
        sales,
        mix,
        rush,
        empty_get,
        snapshot,
        hold_and_release,
        first_holds,
    )
}
