"""No saboteur is out of work, some are sent out, and the run itself tells a catch from none.

`make saboteurs` sends all of them.
"""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import msgspec
import pytest

from tests.saboteurs.page import PAGE, with_table
from tests.saboteurs.run import Outcome, Ran, copy_of_src, judge, sabotage
from tests.saboteurs.saboteur import ROOT, Edit, NoSuchText, Saboteur, all_saboteurs, sabotaged

SABOTEURS_MIN = 25
SENT_OUT = (
    "half a hold is granted",
    "the amount is not compared",
    "a link for every order",
)


def named(name: str) -> Saboteur:
    (found,) = [saboteur for saboteur in all_saboteurs() if saboteur.name == name]
    return found


@cache
def claims_of(file: str) -> frozenset[str]:
    """The tests of a file; parametrized ones by their bare names."""
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    return frozenset([node.name for node in tree.body if isinstance(node, functions)])


@pytest.mark.parametrize("saboteur", all_saboteurs(), ids=lambda s: f"{s.group}-{s.name}")
def test_every_saboteur_finds_its_text_and_its_tests(saboteur: Saboteur) -> None:
    for path, text in sabotaged(saboteur, ROOT / "src").items():
        if path.suffix == ".py":
            compile(text, str(path), "exec")
    assert saboteur.takes_away.endswith(".")
    assert saboteur.caught_by
    for test in saboteur.caught_by:
        file, _, rest = test.partition("::")
        assert rest.partition("[")[0] in claims_of(file), test


def test_there_are_enough_of_them_and_no_two_are_alike() -> None:
    saboteurs = all_saboteurs()
    assert len(saboteurs) >= SABOTEURS_MIN
    assert len({saboteur.name for saboteur in saboteurs}) == len(saboteurs)
    assert len({saboteur.edit for saboteur in saboteurs}) == len(saboteurs)


def test_the_table_of_the_docs_is_current() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page == with_table(page, all_saboteurs()), "run python -m tests.saboteurs --write"


# Some of them, sent out for real: those whose tests need no database.


@pytest.fixture(scope="module")
def src(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with copy_of_src(tmp_path_factory.mktemp("saboteurs"), with_server=False) as src:
        yield src


def sent_out(src: Path, saboteur: Saboteur) -> Outcome:
    return sabotage(src, saboteur, src.parent)


@pytest.mark.parametrize("name", SENT_OUT)
def test_a_guard_taken_away_is_noticed(src: Path, name: str) -> None:
    outcome = sent_out(src, named(name))
    assert outcome.caught, outcome.how


def test_who_takes_nothing_away_is_not_caught(src: Path) -> None:
    """The control of the run: a program that is as good as before passes its tests."""
    edit = Edit("desk/rules/choose.py", "    if taken:\n", "    if len(taken) > 0:\n")
    outcome = sent_out(src, msgspec.structs.replace(named(SENT_OUT[0]), edit=(edit,)))
    assert not outcome.caught
    assert outcome.how.startswith("NOT CAUGHT")


def test_a_program_that_cannot_start_is_no_catch(src: Path) -> None:
    edit = Edit("desk/rules/choose.py", "    if taken:\n", "    if :\n")
    outcome = sent_out(src, msgspec.structs.replace(named(SENT_OUT[0]), edit=(edit,)))
    assert not outcome.caught
    assert "cannot be imported" in outcome.how


# What counts as a catch.


@pytest.mark.parametrize(
    ("seen", "code", "caught"),
    [
        ({"call": "AssertionError: assert 1 == 2"}, 1, True),
        ({"call": "Failed: DID NOT RAISE <class 'Refusal'>"}, 1, True),
        ({"call": "KeyError: 'seat'"}, 1, False),
        ({"setup": "AssertionError: no server"}, 1, False),
        ({"passed": "", "teardown": "AssertionError: a task is left"}, 1, False),
        ({"skipped": "no Chromium"}, 0, False),
        ({"call": "AssertionError: assert 1 == 2"}, 2, False),
        ({"passed": ""}, 0, False),
        ({}, None, False),
    ],
)
def test_only_a_test_that_fails_by_itself_is_a_catch(
    seen: dict[str, str], code: int | None, caught: bool
) -> None:
    saboteur = named(SENT_OUT[0])
    ran = Ran(code, {saboteur.caught_by[0]: seen}, "", 1.0)
    assert judge(saboteur, ran)[0] is caught


def test_a_hang_or_another_exception_is_a_catch_where_the_saboteur_says_so() -> None:
    saboteur = named(SENT_OUT[0])
    hangs = msgspec.structs.replace(saboteur, hangs=True)
    assert judge(hangs, Ran(None, {}, "", 90.0))[0]
    refused = msgspec.structs.replace(saboteur, fails_by="Refusal")
    ran = Ran(1, {saboteur.caught_by[0]: {"call": "Refusal: busy"}}, "", 1.0)
    assert judge(refused, ran)[0]
    assert not judge(saboteur, ran)[0]


@pytest.mark.parametrize(
    ("edit", "sentence"),
    [
        (Edit("desk/rules/choose.py", "no such line", ""), "no longer there"),
        (Edit("desk/rules/choose.py", "seating", ""), "not once"),
        (Edit("desk/rules/chosen.py", "x", ""), "no such file"),
        (Edit("desk/rules/choose.py", "    if taken:\n", "    if taken:\n"), "puts back"),
    ],
)
def test_a_saboteur_without_work_stops_the_run_with_a_sentence(edit: Edit, sentence: str) -> None:
    saboteur = msgspec.structs.replace(named(SENT_OUT[0]), edit=(edit,))
    with pytest.raises(NoSuchText, match=sentence):
        sabotaged(saboteur, ROOT / "src")
