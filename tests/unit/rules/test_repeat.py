"""An Idempotency-Key: the second of two equal requests is a replay of the first."""

from holdfast.desk.commands import Recorded, Repeat
from tests.cast import ADA, PaperDesk, an_addition, seats

SCOPE = b"whose, where and which key"


def test_a_recorded_request_is_answered_with_the_order_as_it_is_now() -> None:
    desk = PaperDesk()
    order = desk.hold(seats(0))
    desk.facts.recorded[SCOPE] = Recorded(b"body", 200, order.order_id)
    command = an_addition(order, seats(1), ADA)
    repeated = type(command)(
        order_id=command.order_id,
        session_id=command.session_id,
        choice=command.choice,
        repeat=Repeat(SCOPE, b"body", 200),
    )
    change = desk.do(repeated)
    assert change.replayed
    assert change.order == order
    assert desk.letters(1) == "A"


def test_the_same_key_with_another_body_is_refused() -> None:
    desk = PaperDesk()
    order = desk.hold(seats(0))
    desk.facts.recorded[SCOPE] = Recorded(b"body", 200, order.order_id)
    command = an_addition(order, seats(1), ADA)
    mistaken = type(command)(
        order_id=command.order_id,
        session_id=command.session_id,
        choice=command.choice,
        repeat=Repeat(SCOPE, b"another body", 200),
    )
    assert desk.refusal(mistaken).code == "idempotency_mismatch"


def test_a_new_key_is_no_replay() -> None:
    desk = PaperDesk()
    order = desk.hold(seats(0))
    command = an_addition(order, seats(1), ADA)
    fresh = type(command)(
        order_id=command.order_id,
        session_id=command.session_id,
        choice=command.choice,
        repeat=Repeat(SCOPE, b"body", 200),
    )
    assert not desk.do(fresh).replayed
    assert desk.letters(1) == "H"
