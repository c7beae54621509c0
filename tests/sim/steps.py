"""What may happen next in a random sale: the name of a step of `Sale`, and its arguments.

The house of the simulation is the Grand with eight seats and four standing places on sale; so small
a house is soon sold out, and everybody wants the same seats.
"""

from typing import Any, NamedTuple

from hypothesis import strategies as st

from holdfast.desk.order import EventStatus
from tests.cast import ADA, BEN, CLEO
from tests.sim.naive import Ask

OPEN_SEATS = range(8)
AREA = range(28, 32)
BUYERS = (ADA, BEN, CLEO)


class Step(NamedTuple):
    name: str
    arguments: dict[str, Any]


buyers = st.sampled_from(BUYERS)
seats = st.lists(st.sampled_from(OPEN_SEATS), min_size=1, max_size=2, unique=True)
asks = st.one_of(
    st.builds(Ask, seats.map(tuple)),
    st.builds(Ask, st.just(()) | seats.map(tuple), st.integers(1, 2)),
    st.builds(Ask, best=st.integers(1, 3)),
    st.builds(Ask, seats.map(tuple), st.integers(0, 1), st.integers(1, 2)),
)
numbers = st.sampled_from([0, 0, 0, 0, 1, 1, 2, 3, 4, 5])
"""Which of the orders or payments there are: 0 is the newest."""

some_items = st.sampled_from([0, 0, 1, 1, 2, 3, 4, 7])
"""Which items of an order: a bit for each of the first three."""

cards = st.sampled_from([b"card 1", b"card 1", b"card 2", b"card 3", None])
said = st.sampled_from(
    ["AUTHORIZED", "AUTHORIZED", "AUTHORIZED", "SUCCEEDED", "FAILED", "PROCESSING"]
)
mostly = st.sampled_from([True, True, True, True, True, False])
pauses = st.sampled_from([0.001, 1, 60, 299, 300, 599, 600, 901])

ARGUMENTS: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "hold": {"session": buyers, "ask": asks},
    "add": {"number": numbers, "ask": asks},
    "drop": {"number": numbers, "seat": st.sampled_from([*OPEN_SEATS, *AREA])},
    "swap": {"number": numbers, "ask": asks, "items": some_items},
    "release": {"number": numbers, "session": st.none() | buyers},
    "begin_payment": {"number": numbers, "card": cards},
    "settle": {"number": numbers, "said": said, "right": mostly},
    "settle_too_late": {
        "number": numbers,
        "swept": st.booleans(),
        "rival": st.none() | asks,
        "said": st.sampled_from(["AUTHORIZED", "SUCCEEDED"]),
    },
    "relay": {"number": numbers},
    "refund": {
        "number": numbers,
        "items": some_items,
        "block": mostly.map(lambda usual: not usual),
        "force": st.booleans(),
    },
    "scan": {"number": numbers, "place": st.integers(0, 1)},
    "block": {"seats": seats},
    "unblock": {"seats": seats},
    "sweep": {},
    "time_passes": {"seconds": pauses},
    "commit": {},
    "end_of_the_event": {"status": st.sampled_from([EventStatus.CANCELLED, EventStatus.COMPLETED])},
}

OFTEN = ("hold", "begin_payment", "settle")
NOW_AND_THEN = (
    "settle_too_late",
    "add",
    "drop",
    "swap",
    "time_passes",
    "time_passes",
    "commit",
    "unblock",
    "refund",
)
SELDOM = ("release", "relay", "scan", "block", "sweep", "refund", "refund")
USUAL = (*OFTEN, *OFTEN, *OFTEN, *NOW_AND_THEN, *SELDOM)


@st.composite
def steps(draw: st.DrawFn, ending: bool) -> Step:
    """Any step; the end of the event among them only where `ending`."""
    names = (*USUAL, "end_of_the_event") if ending else USUAL
    name = draw(st.sampled_from(names))
    return Step(name, draw(st.fixed_dictionaries(ARGUMENTS[name])))
