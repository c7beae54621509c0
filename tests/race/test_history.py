"""The history checker believes what happened and rejects what could not have."""

import random

import pytest

from tests.race.history import FREE, Call, Kind, State, explain, step

HOLD_SECONDS = 5.0


def hold(order: str, called: float, returned: float, granted: bool | None = True) -> Call:
    until = called + HOLD_SECONDS if granted is not False else float("inf")
    return Call(Kind.HOLD, order, called, returned, granted, until)


def test_two_holds_of_one_seat_at_once_have_one_winner() -> None:
    assert explain([hold("a", 0, 2), hold("b", 0, 2, granted=False)])


def test_two_winners_are_not_believed() -> None:
    assert not explain([hold("a", 0, 1), hold("b", 0.5, 2)])


def test_a_refusal_while_the_seat_was_free_is_not_believed() -> None:
    released = Call(Kind.RELEASE, "a", 1.5, 2, granted=True)
    late = hold("b", 3, 4, granted=False)
    assert not explain([hold("a", 0, 1), released, late])


def test_a_refusal_that_overlaps_the_release_is_believed() -> None:
    released = Call(Kind.RELEASE, "a", 1.5, 2, granted=True)
    assert explain([hold("a", 0, 1), released, hold("b", 1.9, 4, granted=False)])


def test_an_expired_hold_may_be_taken_by_another() -> None:
    assert explain([hold("a", 0, 1), hold("b", 5.5, 6)])
    assert not explain([hold("a", 0, 1), hold("b", 3, 4)])


def test_a_sale_of_a_seat_that_was_lost_is_not_believed() -> None:
    sold = Call(Kind.SELL, "a", 7, 8, granted=True)
    assert not explain([hold("a", 0, 1), hold("b", 5.5, 6), sold])


def test_a_call_without_an_answer_may_or_may_not_have_happened() -> None:
    unanswered = hold("a", 0, 1, granted=None)
    assert explain([unanswered, hold("b", 2, 3)])
    assert explain([unanswered, hold("b", 2, 3, granted=False)])


@pytest.mark.parametrize("seed", range(40))
def test_a_true_history_is_believed_and_its_mutation_is_not(seed: int) -> None:
    """A seat is played in real order with overlapping instants; then one answer is turned round."""
    chance = random.Random(seed)
    calls = play(chance, 30)
    assert explain(calls), f"seed {seed}"
    winners = [i for i, call in enumerate(calls) if call.granted and call.kind is Kind.HOLD]
    index = chance.choice(winners)
    stolen = calls[index]
    thief = Call(
        Kind.HOLD, "thief", stolen.called + 0.02, stolen.returned + 0.02, True, stolen.until
    )
    sale = Call(Kind.SELL, "thief", stolen.returned + 0.03, stolen.returned + 0.04, True)
    sale_too = Call(Kind.SELL, stolen.order, stolen.returned + 0.03, stolen.returned + 0.04, True)
    assert not explain([*calls[: index + 1], thief, sale, sale_too]), f"seed {seed}"


def play(chance: random.Random, length: int) -> list[Call]:
    state, calls, clock = FREE, list[Call](), 0.0
    for number in range(length):
        clock += 0.1
        if state.owner is not None and chance.random() < 0.5:
            kind = Kind.REFUND if state.sold else chance.choice([Kind.RELEASE, Kind.SELL])
            call = Call(kind, state.owner, clock - 0.05, clock + 0.05, True)
        else:
            granted = state.owner is None
            call = Call(
                Kind.HOLD, f"order {number}", clock - 0.05, clock + 0.05, granted, float("inf")
            )
        after = step(state, call)
        state = after if call.granted and isinstance(after, State) else state
        calls.append(call)
    return calls
