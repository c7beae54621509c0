"""Imports run one way: api -> departments -> database, live, refusals; pure files stay pure."""

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests.repository.files import imports, module, name, product, text, tree

# Who may import whom, from the bottom up; a part may use every part of a lower floor, and those
# that are named beside it on its own. A new part finds its place here.
FLOORS = (
    {"ids", "refusals", "config", "setting", "breaker", "words"}
    | {"mail_settings", "stripe_settings", "webhook_settings"},
    {"database"},
    {"venues", "desk", "checkout", "tickets", "gate", "live", "accounts", "outbox", "audit"}
    | {"waiting_room", "mail", "webhooks"},
    {"api", "loops"},
    {"store"},
    {"app"},
    {"cli", "docs"},
    {"__main__"},
)
BESIDE = {
    "config": {"setting", "mail_settings", "stripe_settings", "webhook_settings"},
    "mail_settings": {"setting"},
    "webhook_settings": {"setting"},
    "stripe_settings": {"setting"},
    "venues": {"desk"},
    "desk": {"venues"},
    "checkout": {"desk", "tickets"},
    "gate": {"tickets"},
    "live": {"desk", "venues"},
    "outbox": {"checkout", "desk"},
    "mail": {"accounts", "desk", "outbox", "tickets"},
    "webhooks": {"accounts", "desk", "outbox"},
    "audit": {"checkout", "desk", "venues"},
}

PURE = (
    "holdfast.desk.rules",
    "holdfast.desk.seating",
    "holdfast.desk.best_seats",
    "holdfast.desk.commands",
    "holdfast.desk.fold",
    "holdfast.desk.order",
    "holdfast.desk.single_seats",
    "holdfast.venues.adjacency",
    "holdfast.venues.chart",
    "holdfast.venues.chart_draft",
    "holdfast.venues.chart_faults",
    "holdfast.venues.chart_file",
    "holdfast.venues.chart_layout",
    "holdfast.venues.chart_limits",
    "holdfast.venues.floor_plan",
    "holdfast.venues.formats",
    "holdfast.venues.generate",
    "holdfast.venues.outline",
    "holdfast.venues.palette",
    "holdfast.venues.price",
    "holdfast.venues.view_rank",
    "holdfast.live.frame",
    "holdfast.live.live_map",
    "holdfast.live.live_map",
    "holdfast.live.notice",
)
IMPURE = {
    "asyncio", "asyncpg", "threading", "socket", "subprocess", "time", "sched", "logging",
    "structlog", "holdfast.database", "holdfast.app", "holdfast.api", "holdfast.cli",
}  # fmt: skip

MODULES = {module(path): path for path in product()}


def part(dotted: str) -> str:
    pieces = dotted.split(".")
    return pieces[1] if len(pieces) > 1 else ""


def floor(name_of_part: str) -> int:
    for number, parts in enumerate(FLOORS):
        if name_of_part in parts:
            return number
    raise AssertionError(f"the part {name_of_part!r} has no place in FLOORS")


def within(dotted: str, package: str) -> bool:
    return dotted == package or dotted.startswith(package + ".")


def test_imports_run_one_way() -> None:
    wrong: list[str] = []
    for dotted, path in MODULES.items():
        mine = part(dotted)
        for other in {part(found) for found in imports(path) if within(found, "holdfast")}:
            if not mine or not other or other == mine:
                continue
            if floor(other) < floor(mine) or other in BESIDE.get(mine, set()):
                continue
            wrong.append(f"{name(path)} imports {other}")
    assert wrong == []


def test_no_import_goes_round() -> None:
    graph = {
        dotted: {found for found in imports(path) if found in MODULES and found != dotted}
        for dotted, path in MODULES.items()
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as cycle:
        pytest.fail(" -> ".join(cycle.args[1]))


def test_only_the_database_package_imports_the_driver() -> None:
    wrong = [
        name(path)
        for dotted, path in MODULES.items()
        if not within(dotted, "holdfast.database")
        if any(within(found, "asyncpg") for found in imports(path))
    ]
    assert wrong == []


@pytest.mark.parametrize("package", PURE)
def test_pure_files_do_no_io_and_read_no_clock(package: str) -> None:
    files = [path for dotted, path in MODULES.items() if within(dotted, package)]
    assert files, "the list of pure files names what there is"
    wrong: list[str] = []
    for path in files:
        for found in imports(path):
            if any(within(found, impure) for impure in IMPURE):
                wrong.append(f"{name(path)} imports {found}")
            if found in MODULES and not _pure(found):
                wrong.append(f"{name(path)} imports {found}, which is not pure")
        if any(getattr(node, "id", "") == "open" for node in _calls(path)):
            wrong.append(f"{name(path)} opens a file")
    assert wrong == []


def _pure(dotted: str) -> bool:
    empty = not text(MODULES[dotted]).strip()  # a package that is only a folder
    return empty or part(dotted) in FLOORS[0] or any(within(dotted, p) for p in PURE)


def _calls(path: Path) -> list[ast.expr]:
    """What is called in the file."""
    return [node.func for node in ast.walk(tree(path)) if isinstance(node, ast.Call)]


def test_every_pure_looking_folder_is_on_the_list() -> None:
    """What stands beside the rules and is imported by them is held to the same."""
    rules = [path for dotted, path in MODULES.items() if within(dotted, "holdfast.desk.rules")]
    reached = {found for path in rules for found in imports(path) if found in MODULES}
    assert {dotted for dotted in reached if not _pure(dotted)} == set()
