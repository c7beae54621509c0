"""Charts as a table: one line a seat, `section,row,seat,category,x,y` and three optional columns.

Lines of the same section and row make one row, wherever they stand. Semicolons and tabs are taken
for commas where the first line has them, with decimal commas allowed, as spreadsheets write them.
"""

import csv
import io
import math
from collections.abc import Iterator

import msgspec

from holdfast.venues.chart import ATTRIBUTES, Attribute
from holdfast.venues.chart_draft import ChartDraft, DraftRow, DraftSeat
from holdfast.venues.chart_faults import refused
from holdfast.venues.chart_limits import (
    COORDINATE_MAX,
    LABEL_CHARACTERS_MAX,
    NAME_CHARACTERS_MAX,
    PLACES_MAX,
)
from holdfast.venues.formats.text import clean_text, shown

REQUIRED = ("section", "row", "seat", "category", "x", "y")
FIRST_LINE_CHARACTERS_MAX = 10_000
"""Characters in which the names of the columns must end."""

_TRUE = frozenset(("1", "yes", "true", "x", "y"))
_FALSE = frozenset(("", "0", "no", "false", "n"))


class LinePlace(msgspec.Struct, frozen=True, gc=False):
    """A place in the table."""

    line: int
    column: str = ""

    def __str__(self) -> str:
        return f"line {self.line}, column {self.column}" if self.column else f"line {self.line}"


class _Table(msgspec.Struct):
    """Which column is where, and how numbers are written."""

    columns: dict[str, int]
    decimal_comma: bool
    width: int


def looks_like(text: str) -> bool:
    """Whether the first line names at least two of the required columns."""
    first = _first_line(text)
    return len(set(_header(first.split(_delimiter(first)))) & set(REQUIRED)) >= 2


def read(text: str, draft: ChartDraft) -> None:
    """Fill the draft from a table. Its name is that of the file."""
    if max(text.count("\n"), text.count("\r")) > PLACES_MAX + 1:
        lines = max(text.count("\n"), text.count("\r"))
        raise refused(
            "file",
            f"The file has {lines:,} lines; a chart may have at most {PLACES_MAX:,} places. Split "
            "the house into several charts.",
        )
    delimiter = _delimiter(_first_line(text))
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        table = _read_header(next(lines), delimiter, draft)
        rows: dict[tuple[str, str], DraftRow] = {}
        for cells in lines:
            if any(cell.strip() for cell in cells):
                _read_seat(cells, lines.line_num, table, draft, rows)
    except csv.Error as error:
        raise refused(
            f"line {lines.line_num}",
            f"This line cannot be read as a table ({error}): check its quotation marks.",
        ) from error


def _first_line(text: str) -> str:
    """The names of the columns; splitting only the beginning spares a copy of the file."""
    lines = text[:FIRST_LINE_CHARACTERS_MAX].splitlines()
    return lines[0] if lines else ""


def _delimiter(first_line: str) -> str:
    return max((",", ";", "\t"), key=first_line.count)


def _header(cells: list[str]) -> list[str]:
    return [cell.strip().strip('"').strip().lower() for cell in cells]


def _read_header(cells: list[str], delimiter: str, draft: ChartDraft) -> _Table:
    names = _header(cells)
    missing = [name for name in REQUIRED if name not in names]
    if missing:
        raise refused(
            "line 1",
            f"The first line must name the columns {','.join(REQUIRED)}; missing: "
            f"{', '.join(missing)}.",
        )
    repeated = sorted({name for name in names if name and names.count(name) > 1})
    if repeated:
        raise refused("line 1", f"The column {shown(repeated[0])} occurs twice: remove one.")
    for name in names:
        if name not in REQUIRED and name not in ATTRIBUTES:
            draft.findings.note(f"The column {shown(name)} is not used.")
    columns = {name: index for index, name in enumerate(names)}
    return _Table(columns, delimiter == ";", len(names))


def _read_seat(
    cells: list[str],
    line: int,
    table: _Table,
    draft: ChartDraft,
    rows: dict[tuple[str, str], DraftRow],
) -> None:
    if len(cells) < table.width - sum(name in ATTRIBUTES for name in table.columns):
        draft.findings.fault(
            LinePlace(line),
            "lines with too few columns",
            f"This line has {len(cells)} columns instead of {table.width}: complete it.",
        )
        return
    section = _name(cells, line, "section", NAME_CHARACTERS_MAX, table, draft)
    row_name = _name(cells, line, "row", LABEL_CHARACTERS_MAX, table, draft)
    category = _name(cells, line, "category", NAME_CHARACTERS_MAX, table, draft)
    x = _number(cells, line, "x", table, draft)
    y = _number(cells, line, "y", table, draft)
    if category:
        draft.categories.setdefault(category, None)
    row = rows.get((section, row_name))
    if row is None:
        row = rows[section, row_name] = draft.row(section, row_name, "row", LinePlace(line))
    row.seats.append(
        DraftSeat(
            number=_name(cells, line, "seat", LABEL_CHARACTERS_MAX, table, draft),
            at=(x, y) if x is not None and y is not None else None,
            category=category or None,
            attributes=tuple(_attributes(cells, line, table, draft)),
            place=LinePlace(line),
        )
    )


def _name(
    cells: list[str], line: int, column: str, length_max: int, table: _Table, draft: ChartDraft
) -> str:
    raw = cells[table.columns[column]]
    place = LinePlace(line, column)
    name = clean_text(raw, length_max, draft.findings, place)
    if not raw.strip() and column in ("section", "seat"):
        draft.findings.fault(place, "empty cells", f"The {column} is empty: fill it in.")
    return name


def _number(
    cells: list[str], line: int, column: str, table: _Table, draft: ChartDraft
) -> float | None:
    raw = cells[table.columns[column]].strip()
    written = raw.replace(",", ".") if table.decimal_comma else raw
    place = LinePlace(line, column)
    try:
        # float() would also take "1_000", which no spreadsheet means as a number.
        value = math.nan if "_" in written else float(written)
    except ValueError:
        value = math.nan
    if math.isfinite(value) and abs(value) <= COORDINATE_MAX:
        return value
    if math.isinf(value) or abs(value) > COORDINATE_MAX:
        sentence = f"{shown(raw)} is further from 0 than {COORDINATE_MAX:,}: check the units."
    else:
        sentence = f"{shown(raw)} is no number: write it like 12.5."
    draft.findings.fault(place, f"impossible values of {column}", sentence)
    return None


def _attributes(
    cells: list[str], line: int, table: _Table, draft: ChartDraft
) -> Iterator[Attribute]:
    for attribute in ATTRIBUTES:
        column = table.columns.get(attribute)
        if column is None or column >= len(cells):
            continue
        value = cells[column].strip().lower()
        if value in _TRUE:
            yield attribute
        elif value not in _FALSE:
            draft.findings.fault(
                LinePlace(line, attribute),
                "cells that are neither yes nor no",
                f"{shown(cells[column])} must be 1 for yes, or 0 or empty for no.",
            )
