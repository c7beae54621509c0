"""How the rules' refusals are tested: one table per rule, in the order of refusals.py.

A scene sets up the trouble and returns the command that must be refused. Where it can, it carries
the troubles of the later lines too, so that the order of the checks is tested with them.
"""

from collections.abc import Callable
from typing import NamedTuple

from holdfast.desk.commands import Command
from holdfast.refusals import REFUSALS, Code
from tests.cast import PaperDesk


class Line(NamedTuple):
    """One refusal of a rule, and how one gets it."""

    code: Code
    scene: Callable[[PaperDesk], Command]


def assert_refused(line: Line) -> None:
    """The scene's command gets the line's refusal and leaves everything as it was."""
    desk = PaperDesk()
    assert desk.refusal(line.scene(desk)).code == line.code


def assert_in_order(table: list[Line]) -> None:
    """The lines stand in the order of refusals.py."""
    order = list(REFUSALS)
    places = [order.index(line.code) for line in table]
    assert places == sorted(places)


def name_of(line: Line) -> str:
    return line.code
