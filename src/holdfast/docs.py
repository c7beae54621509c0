"""The pages that are made from the code: docs/settings.md and docs/refusals.md.

`python -m holdfast.docs` writes them again; a test compares them with what stands there. Settings
and refusals are tables of the code; limits are read from config.py itself, with the reason beside
each: a limit without a reason is refused.
"""

import ast
import io
import sys
import tokenize
from pathlib import Path
from typing import Final, NamedTuple

from holdfast import config
from holdfast.config import SETTINGS
from holdfast.refusals import REFUSALS

FOLDER: Final = Path(__file__).resolve().parents[2] / "docs"
MADE: Final = "<!-- Made by `python -m holdfast.docs`; change the code, not this page. -->\n"


class Limit(NamedTuple):
    """One constant of config.py: its group there, its value as written, and why."""

    group: str
    name: str
    value: str
    reason: str


def limits(source: str) -> list[Limit]:
    """The limits of config.py in their order. ValueError names one that has no reason."""
    remarks = _remarks(source)
    group = ""
    found: list[Limit] = []
    for node in ast.parse(source).body:
        if not isinstance(node, ast.AnnAssign) or not isinstance(node.target, ast.Name):
            continue
        name = node.target.id
        if node.value is None or name == "SETTINGS" or not name.isupper():
            continue
        group = _group_above(remarks, node.lineno, group)
        last = node.end_lineno or node.lineno
        inside = range(node.lineno, last + 1)
        reason = " ".join([remarks[line].text for line in inside if line in remarks])
        if not reason:
            raise ValueError(f"The limit {name} needs its reason beside it.")
        found.append(Limit(group, name, ast.unparse(node.value), reason))
    return found


class _Remark(NamedTuple):
    text: str
    alone: bool


def _remarks(source: str) -> dict[int, _Remark]:
    """The comments of a file by line, and whether each has its line for itself."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return {
        token.start[0]: _Remark(token.string.lstrip("# "), token.line.lstrip().startswith("#"))
        for token in tokens
        if token.type == tokenize.COMMENT
    }


def _group_above(remarks: dict[int, _Remark], line: int, group: str) -> str:
    """The heading directly above a limit, or that of the one before."""
    above = remarks.get(line - 1)
    return above.text if above is not None and above.alone else group


def settings_page() -> str:
    """docs/settings.md: every setting of the environment, then every limit with its reason."""
    lines = [
        "# Settings and limits\n",
        MADE,
        "Settings come from the environment and are checked at the start; a wrong one stops the "
        "start with a sentence.\n",
        "| setting | default | meaning |",
        "|---|---|---|",
    ]
    lines += [f"| `{s.name}` | {_code(s.default)} | {_cell(s.meaning)} |" for s in SETTINGS]
    lines.append(
        "\nLimits are constants of `config.py`, with their unit in the name. Changing one is a "
        "change of the program."
    )
    group: str | None = None
    for limit in limits(Path(config.__file__).read_text(encoding="utf-8")):
        if limit.group != group:
            group = limit.group
            lines += [f"\n## {group}\n", "| limit | value | why |"]
            lines.append("|---|---|---|")
        lines.append(f"| `{limit.name}` | {_number(limit.value)} | {_cell(limit.reason)} |")
    return "\n".join(lines) + "\n"


def refusals_page() -> str:
    """docs/refusals.md: every refusal in the order in which it is checked."""
    lines = [
        "# Refusals\n",
        MADE,
        "Every expected no, in the order in which it is checked: where two apply, the upper one is "
        "given. Answers are RFC 9457 problems (`application/problem+json`); `code` is stable, "
        "`detail` tells the buyer what to do next and may say it more exactly than here.\n",
        "| code | status | title | detail |",
        "|---|---|---|---|",
    ]
    lines += [
        f'| <a id="{code}"></a>`{code}` | {entry.status} | {_cell(entry.title)} '
        f"| {_cell(entry.detail)} |"
        for code, entry in REFUSALS.items()
    ]
    return "\n".join(lines) + "\n"


def _code(value: str) -> str:
    return f"`{value}`" if value else "empty"


def _number(value: str) -> str:
    """As a person reads it: 65_536 is 65,536."""
    try:
        number = ast.literal_eval(value)
    except ValueError:
        return f"`{value}`"
    return f"{number:,}" if isinstance(number, int) else f"`{value}`"


def _cell(sentence: str) -> str:
    return " ".join(sentence.split()).replace("|", "\\|")


PAGES: Final = {"settings.md": settings_page, "refusals.md": refusals_page}


def main() -> int:
    """Write the pages. 1 where there is no folder to write them to."""
    if not FOLDER.is_dir():
        print("The pages are made in a checkout of Holdfast; here is no docs folder.")
        return 1
    for name, page in PAGES.items():
        (FOLDER / name).write_text(page(), encoding="utf-8")
        print(f"Written: docs/{name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
