"""What a statement is taken to touch: two that touch nothing in common are walked in one order."""

import pytest

from holdfast.desk.writing import Writing
from tests.race.interleave import Footprint, footprint


def few_orders() -> str:
    writing = Writing()
    writing.append("orders", ("event_id", "order_id"), ["a", "b"], lambda order: (1, order))
    return writing._calls[0].statement


@pytest.mark.parametrize(
    ("statement", "reads", "writes"),
    [
        ("order_item", [], ["order_item"]),
        (few_orders(), [], ["orders"]),
        ("INSERT INTO seat_change (event_id)\nVALUES ($1)", [], ["seat_change"]),
        ("SELECT 1\nFROM orders\nWHERE TRUE", ["orders"], []),
        ("SELECT 1\nFROM desk\nFOR NO KEY UPDATE", [], ["desk"]),
        ("SELECT 1\nFROM unnest($1::text[]) AS u (a)", [], []),
        ("UPDATE seat\nSET status = 'HELD'", [], ["seat"]),
    ],
)
def test_the_tables_of_a_statement(statement: str, reads: list[str], writes: list[str]) -> None:
    assert footprint(statement) == Footprint(frozenset(reads), frozenset(writes))
