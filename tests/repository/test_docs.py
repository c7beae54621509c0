"""The documents say what the code says."""

import re

import pytest

from holdfast.config import SETTINGS
from holdfast.docs import FOLDER, PAGES, limits
from holdfast.refusals import REFUSALS
from tests.repository.files import PACKAGE, ROOT, name, product, text

GLOSSARY = ROOT / "docs" / "glossary.md"
SCHEMA = PACKAGE / "database" / "schema.sql"

# Files whose public types are the words of the trade.
NOUNS = (
    "desk/order.py", "desk/commands.py", "desk/seating.py", "desk/queue.py", "desk/journal.py",
    "venues/chart.py", "venues/floor_plan.py", "venues/price.py", "audit/check.py",
    "audit/finding.py", "checkout/provider.py",
)  # fmt: skip


def words() -> set[str]:
    """The entries of the glossary, lower case: what stands in bold at the start of a point."""
    lines = re.findall(r"^- \*\*(.+?)\*\*", text(GLOSSARY), re.MULTILINE)
    return {word.strip().lower() for line in lines for word in line.split(",")}


def spoken(identifier: str) -> str:
    """`FloorPlan` and `floor_plan` are both "floor plan"."""
    parted = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", identifier)
    return parted.replace("_", " ").strip().lower()


@pytest.mark.parametrize("page", PAGES)
def test_a_made_page_is_current(page: str) -> None:
    hint = "run `python -m holdfast.docs` and commit docs/"
    assert (FOLDER / page).read_text(encoding="utf-8") == PAGES[page](), hint


def test_every_limit_has_one_name_and_one_reason() -> None:
    names = [limit.name for limit in limits(text(PACKAGE / "config.py"))]
    assert len(names) > 50
    assert sorted(names) == sorted(set(names))


def test_a_limit_without_a_reason_is_refused() -> None:
    with pytest.raises(ValueError, match="PLACES_MAX"):
        limits("PLACES_MAX: Final = 500\n")


def test_every_limit_is_used() -> None:
    used = "\n".join(text(path) for path in product() if path.name != "config.py")
    config = text(PACKAGE / "config.py")
    idle = [
        limit.name
        for limit in limits(config)
        if not re.search(rf"\b{limit.name}\b", used)
        and len(re.findall(rf"\b{limit.name}\b", config)) == 1
    ]
    assert idle == []


def test_every_setting_that_is_read_is_listed() -> None:
    listed = {setting.name for setting in SETTINGS}
    read = {found for path in product() for found in re.findall(r"HOLDFAST_[A-Z_]+", text(path))}
    assert read - listed == OF_THE_BUILD


# Read when the package is built, before there is a config.py to ask.
OF_THE_BUILD = {"HOLDFAST_SKIP_STOREFRONT"}


def test_every_refusal_is_raised_by_somebody() -> None:
    raised = "\n".join(text(path) for path in product() if path.name != "refusals.py")
    silent = [code for code in REFUSALS if f'"{code}"' not in raised]
    assert set(silent) <= LATER


# Refusals of the contract whose part is not built yet.
LATER = {"admission_required"}


def test_every_table_has_a_line_in_the_glossary() -> None:
    tables = re.findall(r"^CREATE TABLE (?:test_provider\.)?(\w+)", text(SCHEMA), re.MULTILINE)
    missing = [table for table in tables if spoken(table) not in words()]
    assert missing == []


def test_every_noun_of_the_core_has_a_line_in_the_glossary() -> None:
    missing = [
        f"{file}: {found}"
        for file in NOUNS
        for found in re.findall(r"^class ([A-Z]\w+)", text(PACKAGE / file), re.MULTILINE)
        if spoken(found) not in words()
    ]
    assert missing == []


def test_every_department_has_a_line_in_the_glossary() -> None:
    folders = {path.parent for path in product() if path.parent.parent == PACKAGE}
    missing = [name(f) for f in sorted(folders) if spoken(f.name) not in words()]
    assert missing == []


def test_the_glossary_says_every_word_once_and_in_order() -> None:
    entries = re.findall(r"^- \*\*(.+?)\*\*", text(GLOSSARY), re.MULTILINE)
    keys = [entry.split(",")[0].lower() for entry in entries]
    assert keys == sorted(set(keys))
