"""Holdfast's own charts, version 1: the canonical JSON of a chart, or a sparser one by hand.

docs/chart-format.md is the reference. Ids may be left out, for they follow from the order; where
they are given they must be the ones that follow. Outlines, rows, pitch and sheet are worked out
where they are missing.
"""

import msgspec

from holdfast.venues.chart import (
    ATTRIBUTES,
    CHART_FORMAT,
    ROW_KINDS,
    SHAPE_KINDS,
    Attribute,
    RowKind,
    ShapeKind,
)
from holdfast.venues.chart_draft import ChartDraft, DraftArea, DraftRow, DraftSeat, DraftShape
from holdfast.venues.chart_limits import (
    COORDINATE_MAX,
    LABEL_CHARACTERS_MAX,
    NAME_CHARACTERS_MAX,
)
from holdfast.venues.formats.json_object import JsonObject
from holdfast.venues.formats.text import clean_colour, shown

_CHART_KEYS = frozenset(
    (
        "holdfast_chart",
        "name",
        "width",
        "height",
        "focal_point",
        "seat_pitch",
        "categories",
        "sections",
        "rows",
        "seats",
        "areas",
        "shapes",
    )
)
_SECTION_KEYS = frozenset(("section_id", "name", "outline", "label"))
_ROW_KEYS = frozenset(("row_id", "section_id", "name", "kind", "first_seat_id", "seat_count"))
_SEAT_KEYS = frozenset(
    ("seat_id", "section_id", "row", "seat_number", "x", "y", "category", "attributes")
)
_AREA_KEYS = frozenset(
    ("area_id", "section_id", "name", "capacity", "polygon", "category", "first_seat_id")
)
_SHAPE_KEYS = frozenset(("kind", "polygon", "text", "label"))


class _Seat(msgspec.Struct):
    section: str
    row: str
    seat: DraftSeat


def looks_like(top: JsonObject) -> bool:
    return top.has("holdfast_chart")


def read(top: JsonObject, draft: ChartDraft) -> None:
    """Fill the draft from a chart of our own."""
    version = top.whole("holdfast_chart")
    draft.findings.refuse_if_faulty()
    if version != CHART_FORMAT:
        draft.findings.fault(
            "holdfast_chart",
            "versions",
            f"This is version {version} of the format; this program reads {CHART_FORMAT}: "
            "install a newer one.",
        )
        draft.findings.refuse_if_faulty()
    top.note_unknown_keys(_CHART_KEYS)
    draft.name = top.text_or("name", draft.name, NAME_CHARACTERS_MAX)
    _read_sheet(top, draft)
    for category in top.members("categories", required=True):
        name = category.text("name", NAME_CHARACTERS_MAX)
        if name in draft.categories:
            draft.findings.fault(
                category.place("name"),
                "categories with the same name",
                f"The category {shown(name)} occurs twice: rename one.",
            )
        colour = category.text_or("color", "", NAME_CHARACTERS_MAX)
        draft.categories[name] = clean_colour(colour, draft.findings) if colour else None
    sections = _read_sections(top, draft)
    seats = [
        _read_seat(seat, index, sections, draft) for index, seat in enumerate(top.members("seats"))
    ]
    if top.has("rows"):
        _read_rows(top, seats, sections, draft)
    else:
        _rows_by_name(seats, draft)
    _read_areas(top, len(seats), sections, draft)
    for shape in top.members("shapes"):
        _read_shape(shape, draft)


def _read_sheet(top: JsonObject, draft: ChartDraft) -> None:
    draft.focal_point = top.point("focal_point")
    if top.has("seat_pitch"):
        draft.seat_pitch = _length(top, "seat_pitch", draft)
    if top.has("width") or top.has("height"):
        width, height = _length(top, "width", draft), _length(top, "height", draft)
        if width and height:
            draft.sheet = (width, height)


def _length(of: JsonObject, key: str, draft: ChartDraft) -> float | None:
    """A length of at least a hundredth, which is how exactly positions are kept."""
    length = of.number(key)
    if length is not None and round(length, 2) < 0.01:
        draft.findings.fault(
            of.place(key),
            f'impossible values of "{key}"',
            f'"{key}" is {length:g}: it must be at least 0.01 and at most {COORDINATE_MAX:,}.',
        )
        return None
    return length


def _expect_id(item: JsonObject, key: str, expected: int, draft: ChartDraft) -> None:
    """An id that is given must be the one that follows from the order."""
    if item.has(key):
        given = item.whole(key)
        if given is not None and given != expected:
            draft.findings.fault(
                item.place(key),
                f'"{key}" out of order',
                f'"{key}" is {given} but must be {expected} here: ids follow the order of the '
                "file. Correct it, or leave it out.",
            )


def _read_sections(top: JsonObject, draft: ChartDraft) -> list[str]:
    """The names of the sections; section_id 1 is the first."""
    names: list[str] = []
    for index, section in enumerate(top.members("sections", required=True), start=1):
        section.note_unknown_keys(_SECTION_KEYS)
        _expect_id(section, "section_id", index, draft)
        name = section.text("name", NAME_CHARACTERS_MAX)
        if name in draft.sections:
            draft.findings.fault(
                section.place("name"),
                "sections with the same name",
                f"The section {shown(name)} occurs twice: a ticket could not tell them apart. "
                "Rename one.",
            )
        drafted = draft.section(name)
        drafted.outline = section.pairs("outline")
        drafted.label = section.point("label")
        names.append(name)
    return names


def _section(item: JsonObject, sections: list[str], draft: ChartDraft) -> str:
    """The name of the section that an item belongs to."""
    section_id = item.whole("section_id")
    if section_id is None:
        return ""
    if 1 <= section_id <= len(sections):
        return sections[section_id - 1]
    draft.findings.fault(
        item.place("section_id"),
        "unknown sections",
        f"There is no section {section_id}: the chart has {len(sections)}, numbered from 1.",
    )
    return ""


def _read_seat(seat: JsonObject, index: int, sections: list[str], draft: ChartDraft) -> _Seat:
    seat.note_unknown_keys(_SEAT_KEYS)
    _expect_id(seat, "seat_id", index, draft)
    attributes = seat.texts("attributes", LABEL_CHARACTERS_MAX)
    for attribute in attributes:
        if attribute not in ATTRIBUTES:
            draft.findings.fault(
                seat.place("attributes"),
                "unknown attributes",
                f"{shown(attribute)} is no attribute: use {', '.join(ATTRIBUTES)}.",
            )
    known: tuple[Attribute, ...] = tuple(name for name in ATTRIBUTES if name in attributes)
    return _Seat(
        section=_section(seat, sections, draft),
        row=seat.text("row", LABEL_CHARACTERS_MAX, empty=True),
        seat=DraftSeat(
            number=seat.text("seat_number", LABEL_CHARACTERS_MAX),
            at=seat.own_point(),
            category=seat.text_or("category", "", NAME_CHARACTERS_MAX) or None,
            attributes=known,
            place=seat,
        ),
    )


def _rows_by_name(seats: list[_Seat], draft: ChartDraft) -> None:
    """Seats that follow each other in the same section and row are a row."""
    row: DraftRow | None = None
    for seat in seats:
        if row is None or (row.section, row.name) != (seat.section, seat.row):
            row = draft.row(seat.section, seat.row, "row", seat.seat.place)
        row.seats.append(seat.seat)


def _read_rows(top: JsonObject, seats: list[_Seat], sections: list[str], draft: ChartDraft) -> None:
    """Rows must cover the seats without gap or overlap, and agree with them."""
    next_seat = 0
    for index, row in enumerate(top.members("rows"), start=1):
        row.note_unknown_keys(_ROW_KEYS)
        _expect_id(row, "row_id", index, draft)
        _expect_id(row, "first_seat_id", next_seat, draft)
        section = _section(row, sections, draft)
        name = row.text("name", LABEL_CHARACTERS_MAX, empty=True)
        kind = row.text_or("kind", "row", LABEL_CHARACTERS_MAX)
        kinds: list[RowKind] = [known for known in ROW_KINDS if known == kind]
        if not kinds:
            draft.findings.fault(
                row.place("kind"),
                "unknown kinds of row",
                f"{shown(kind)} is no kind of row: use {', '.join(ROW_KINDS)}.",
            )
        count = row.whole("seat_count") or 0
        drafted = draft.row(section, name, kinds[0] if kinds else "row", row)
        for seat in seats[next_seat : next_seat + max(count, 0)]:
            drafted.seats.append(seat.seat)
            if (seat.section, seat.row) != (section, name):
                draft.findings.fault(
                    seat.seat.place,
                    "seats that disagree with their row",
                    f"This seat says row {shown(seat.row)}, but belongs to {row} by its id, which "
                    f"is row {shown(name)} of section {shown(section)}: correct one of them.",
                )
        next_seat += max(count, 0)
    if next_seat != len(seats):
        draft.findings.fault(
            "rows",
            "rows that miss seats",
            f"The rows count {next_seat:,} seats, but the chart has {len(seats):,}: correct the "
            'seat_count of the rows, or leave "rows" out.',
        )


def _read_areas(
    top: JsonObject, first_seat_id: int, sections: list[str], draft: ChartDraft
) -> None:
    for index, area in enumerate(top.members("areas"), start=1):
        area.note_unknown_keys(_AREA_KEYS)
        _expect_id(area, "area_id", index, draft)
        _expect_id(area, "first_seat_id", first_seat_id, draft)
        capacity = area.whole("capacity")
        section = _section(area, sections, draft)
        draft.areas.append(
            DraftArea(
                section=section,
                name=area.text_or("name", section, NAME_CHARACTERS_MAX),
                capacity=1 if capacity is None else capacity,
                polygon=area.pairs("polygon"),
                category=area.text_or("category", "", NAME_CHARACTERS_MAX) or None,
                place=area,
            )
        )
        first_seat_id += max(capacity or 0, 0)


def _read_shape(shape: JsonObject, draft: ChartDraft) -> None:
    shape.note_unknown_keys(_SHAPE_KEYS)
    name = shape.text("kind", LABEL_CHARACTERS_MAX)
    kinds: list[ShapeKind] = [known for known in SHAPE_KINDS if known == name]
    if not kinds:
        draft.findings.fault(
            shape.place("kind"),
            "unknown kinds of shape",
            f"{shown(name)} is no kind of shape: use {', '.join(SHAPE_KINDS)}.",
        )
        return
    polygon = shape.pairs("polygon")
    corner = polygon[0] if polygon else (0.0, 0.0)
    label = shape.point("label") or corner
    text = shape.text_or("text", "", NAME_CHARACTERS_MAX)
    draft.shapes.append(DraftShape(kinds[0], polygon, text, label))
