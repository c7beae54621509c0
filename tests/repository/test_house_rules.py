"""What STYLE asks of every file: size, words that are not used, nothing of one machine."""

import re
from pathlib import Path

import pytest

from tests.conftest import LONGEST
from tests.repository.files import PACKAGE, ROOT, committed, name, text

LINES_MAX = 400
SOURCES = {".py", ".ts", ".svelte", ".sql"}
GENERATED = {"src/holdfast/database/schema.sql", "storefront/src/api/schema.d.ts"}

UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
EMPTY_WORDS = re.compile(r"(^|_)(manager|service|helper|helpers|util|utils|misc|common)(_|$)")
ONE_MACHINE = re.compile(r"(?<![\w.])/(work|root|home/\w+|Users/\w+)/")
REGISTRIES = re.compile(
    r"registry\.npmjs|registry\.yarnpkg|pypi\.org/simple|files\.pythonhosted|index-url\s*=|"
    r"\"resolved\"\s*:|proxy\.golang"
)
SECRETS = re.compile(r"sk_live_\w+|whsec_\w{8,}|BEGIN (RSA |EC )?PRIVATE KEY")
EXAMPLES = "tests/repository/"  # what stands here is there to be found


def found(pattern: re.Pattern[str], paths: list[Path]) -> list[str]:
    return [
        f"{name(path)}:{number}: {line.strip()[:60]}"
        for path in paths
        for number, line in enumerate(text(path).splitlines(), 1)
        if pattern.search(line)
    ]


def everything() -> list[Path]:
    return [path for path in committed() if not name(path).startswith(EXAMPLES)]


def test_there_is_something_to_look_at() -> None:
    assert len(everything()) > 100


def test_the_files_that_come_first_are_there() -> None:
    assert [file for file in LONGEST if not (ROOT / "tests" / f"{file}.py").is_file()] == []


@pytest.mark.parametrize(
    ("pattern", "line"),
    [
        (UNFINISHED, "# TODO: mend this"),
        (EMPTY_WORDS, "seat_manager"),
        (EMPTY_WORDS, "utils"),
        (ONE_MACHINE, "see /home/somebody/notes"),
        (ONE_MACHINE, '"/root/.cache"'),
        (REGISTRIES, '"resolved": "https://registry.npmjs.org/x"'),
        (SECRETS, "sk_live_abc"),
    ],
)
def test_the_patterns_find_what_they_look_for(pattern: re.Pattern[str], line: str) -> None:
    assert pattern.search(line)


def test_no_file_is_longer_than_four_hundred_lines() -> None:
    long = [
        f"{name(path)}: {lines}"
        for path in committed()
        if path.suffix in SOURCES and path.parent.name != "migrations"
        if name(path) not in GENERATED
        if (lines := len(text(path).splitlines())) > LINES_MAX
    ]
    assert long == []


def test_nothing_is_left_for_later() -> None:
    assert found(UNFINISHED, everything()) == []


def test_nothing_is_of_one_machine() -> None:
    assert found(ONE_MACHINE, everything()) == []


def test_nothing_names_a_registry_or_a_secret() -> None:
    assert found(REGISTRIES, everything()) == []
    assert found(SECRETS, everything()) == []


def test_no_file_is_named_by_an_empty_word() -> None:
    sources = [path for path in committed() if path.suffix in SOURCES]
    assert [name(p) for p in sources if EMPTY_WORDS.search(p.stem.split(".")[0])] == []


def test_every_product_file_opens_with_what_it_is_for() -> None:
    silent = [
        name(path)
        for path in PACKAGE.rglob("*.py")
        if path.name != "__init__.py" and not text(path).lstrip().startswith('"""')
    ]
    assert silent == []


def test_decisions_are_numbered_without_a_gap() -> None:
    numbers = sorted(int(p.name[:4]) for p in (ROOT / "docs" / "decisions").glob("[0-9]*.md"))
    assert numbers == list(range(1, len(numbers) + 1))
