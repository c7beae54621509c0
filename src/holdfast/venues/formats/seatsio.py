"""The charts of seats.io: sections with rows, tables, booths and general admission areas.

Its makers do not document the format; what is relied on here is what real files show. Sections hold
a chart of their own, whose positions count from the section's upper left corner; a seat without a
category has that of its row, table or section.
"""

import math

import msgspec

from holdfast.venues.chart import Attribute, RowKind
from holdfast.venues.chart_draft import ChartDraft, DraftArea, DraftRow, DraftSeat, DraftShape
from holdfast.venues.chart_limits import LABEL_CHARACTERS_MAX, NAME_CHARACTERS_MAX
from holdfast.venues.formats import polygons
from holdfast.venues.formats.json_object import JsonObject
from holdfast.venues.formats.text import clean_colour, kind_of_shape, shown

XY = tuple[float, float]

NESTING_MAX = 4
"""Sections within sections. Real charts have one level."""

SPACE_PER_PERSON = 14.0
"""Chart units: half the side of the square that is drawn per person of an area without a figure."""


class _Categories(msgspec.Struct):
    """Names by key, and which of them are for wheelchair users."""

    names: dict[str | int, str] = {}
    accessible: set[str] = set()


class _Part(msgspec.Struct, frozen=True):
    """The chart of the whole, or of one section: where it lies and what it hands down."""

    section: str | None
    offset: XY
    category: str | None
    depth: int


def looks_like(top: JsonObject) -> bool:
    return top.has("subChart")


def read(top: JsonObject, draft: ChartDraft) -> None:
    """Fill the draft from a chart."""
    draft.name = top.text_or("name", draft.name, NAME_CHARACTERS_MAX)
    categories = _read_categories(top, draft)
    chart = top.member("subChart")
    if chart is None:
        return
    draft.focal_point = chart.point("focalPoint") or _middle_of_zones(top, draft)
    _read_part(chart, _Part(None, (0.0, 0.0), None, 0), draft, categories)


def _read_categories(top: JsonObject, draft: ChartDraft) -> _Categories:
    categories = _Categories()
    held = top.member("categories")
    for category in held.members("list", required=True) if held else ():
        name = category.text("label", NAME_CHARACTERS_MAX)
        key = category.key_of_category("key")
        categories.names[name if key is None else key] = name
        if category.flag("accessible"):
            categories.accessible.add(name)
        colour = category.text_or("color", "", NAME_CHARACTERS_MAX)
        draft.categories[name] = clean_colour(colour, draft.findings) if colour else None
    return categories


def _middle_of_zones(top: JsonObject, draft: ChartDraft) -> XY | None:
    """Charts with zones have a focal point per zone; here it is one for the whole house."""
    zones = top.member("zones")
    points = [zone.point("focalPoint") for zone in (zones.members("list") if zones else ())]
    found = [point for point in points if point]
    if not found:
        return None
    if len(found) > 1:
        draft.findings.note(
            f"The chart has {len(found)} zones with focal points of their own: the best seats are "
            "counted from the middle between them."
        )
    return sum(x for x, _ in found) / len(found), sum(y for _, y in found) / len(found)


def _read_part(chart: JsonObject, part: _Part, draft: ChartDraft, categories: _Categories) -> None:
    for row in chart.members("rows"):
        if _published(row, draft, "rows"):
            _read_row(row, part, draft, categories, "row", "Seats")
    for table in chart.members("tables"):
        if _published(table, draft, "tables"):
            if table.flag("bookAsAWhole"):
                draft.findings.note(
                    "Tables that are booked as a whole there are sold seat by seat here."
                )
            _read_row(table, part, draft, categories, "table", "Tables")
    for booth in chart.members("booths"):
        if _published(booth, draft, "booths"):
            _read_booth(booth, part, draft, categories)
    for area in chart.members("generalAdmissionAreas"):
        if _published(area, draft, "areas"):
            _read_area(area, part, draft, categories)
    for shape in chart.members("shapes"):
        _read_shape(shape, part, draft)
    for key, what in (("icons", "icons"), ("imageObjects", "images"), ("texts", "texts")):
        left_out = sum(1 for _ in chart.members(key))
        if left_out:
            draft.findings.note(f"{left_out:,} {what} are not drawn.")
    for section in chart.members("sections"):
        if _published(section, draft, "sections"):
            _read_section(section, part, draft, categories)


def _published(item: JsonObject, draft: ChartDraft, what: str) -> bool:
    """Drafts in the editor carry "published": false; files without the key are all published."""
    if item.has("published") and not item.flag("published"):
        draft.findings.note(f"Unpublished {what} are left out.")
        return False
    return True


def _read_section(
    section: JsonObject, part: _Part, draft: ChartDraft, categories: _Categories
) -> None:
    name = section.text("label", NAME_CHARACTERS_MAX)
    corner = section.point("topLeft") or (0.0, 0.0)
    inner = _Part(
        section=name,
        offset=_sum(part.offset, corner),
        category=_category(section, part.category, categories),
        depth=part.depth + 1,
    )
    outline = [_sum(part.offset, point) for point in section.points("points")]
    drafted = draft.section(name)
    drafted.outline = drafted.outline or outline
    chart = section.member("subChart")
    if chart is None:
        draft.findings.note(f"The section {shown(name)} has no seats of its own.")
    elif inner.depth <= NESTING_MAX:
        _read_part(chart, inner, draft, categories)
    else:
        draft.findings.fault(
            section,
            "sections nested too deeply",
            f"Sections are nested more than {NESTING_MAX} deep: put the seats into the outer ones.",
        )


def _read_row(
    row: JsonObject,
    part: _Part,
    draft: ChartDraft,
    categories: _Categories,
    kind: RowKind,
    fallback: str,
) -> None:
    section = part.section or row.text_or("sectionLabel", fallback, NAME_CHARACTERS_MAX)
    name = row.text_or("label", "", LABEL_CHARACTERS_MAX)
    drafted = draft.row(section, name, kind, row)
    category = _category(row, part.category, categories)
    for seat in row.members("seats", required=True):
        if _published(seat, draft, "seats"):
            at = seat.own_point()
            _add_seat(
                drafted,
                seat,
                seat.text("label", LABEL_CHARACTERS_MAX),
                _sum(part.offset, at) if at else None,
                _category(seat, category, categories),
                categories,
            )


def _add_seat(
    row: DraftRow,
    seat: JsonObject,
    number: str,
    at: XY | None,
    category: str | None,
    categories: _Categories,
) -> None:
    attributes: list[Attribute] = []
    if (
        seat.flag("accessible")
        or seat.flag("categoryAccessible")
        or category in categories.accessible
    ):
        attributes.append("accessible")
    if seat.flag("companionSeat"):
        attributes.append("companion")
    if seat.flag("restrictedView"):
        attributes.append("restricted_view")
    row.seats.append(DraftSeat(number, at, category, tuple(attributes), seat))


def _read_booth(booth: JsonObject, part: _Part, draft: ChartDraft, categories: _Categories) -> None:
    """A booth is sold as one: a row of its own with a single seat, number 1."""
    name = booth.text("label", LABEL_CHARACTERS_MAX)
    row = draft.row(part.section or "Booths", name, "booth", booth)
    figure = _figure(booth, part.offset)
    at = polygons.centre_of(figure) if figure else None
    if at is None:
        own = booth.point("center", required=True)
        at = _sum(part.offset, own) if own else None
    category = _category(booth, part.category, categories)
    _add_seat(row, booth, "1", at, category, categories)


def _read_area(area: JsonObject, part: _Part, draft: ChartDraft, categories: _Categories) -> None:
    name = area.text("label", NAME_CHARACTERS_MAX)
    capacity = area.whole("capacity")
    polygon = _figure(area, part.offset)
    if len(polygon) < 3:
        draft.findings.note(
            f"The figure of the area {shown(name)} is not understood: it is drawn as a square."
        )
        centre = _sum(part.offset, area.point("center") or (0.0, 0.0))
        side = 2 * SPACE_PER_PERSON * math.sqrt(min(max(capacity or 1, 1), 1_000_000))
        polygon = polygons.rectangle(centre, side, side)
    section = part.section or name
    draft.section(section)
    if capacity is not None:
        category = _category(area, part.category, categories)
        draft.areas.append(DraftArea(section, name, capacity, polygon, category, area))


def _read_shape(shape: JsonObject, part: _Part, draft: ChartDraft) -> None:
    text = shape.text_or("label", "", NAME_CHARACTERS_MAX)
    polygon = _figure(shape, part.offset)
    if len(polygon) < 3:
        draft.findings.note("A shape whose figure is not understood is not drawn.")
        return
    smart = shape.text_or("smartType", "", NAME_CHARACTERS_MAX)
    kind = kind_of_shape(smart if smart == "stage" else text)
    draft.shapes.append(DraftShape(kind, polygon, text, polygons.centre_of(polygon)))


def _figure(item: JsonObject, offset: XY) -> list[XY]:
    """The item's polygon, ellipse or rectangle on the whole chart; empty if it has none."""
    if item.has("points"):
        return [_sum(offset, point) for point in item.points("points")]
    centre = item.point("center")
    if centre is None:
        return []
    at = _sum(offset, centre)
    degrees = item.number_or("rotationAngle", 0.0)
    if item.has("radius1"):
        radius = item.number_or("radius1", 0.0)
        return polygons.ellipse(at, radius, item.number_or("radius2", radius), degrees)
    if item.has("width") and item.has("height"):
        width, height = item.number_or("width", 0.0), item.number_or("height", 0.0)
        return polygons.rectangle(at, width, height, degrees)
    return []


def _category(item: JsonObject, inherited: str | None, categories: _Categories) -> str | None:
    """The item's own category by key, else by label, else what it stands in."""
    key = item.key_of_category("categoryKey")
    if key is not None:
        # An unknown key is kept as it is, so that the check of the draft names it.
        return categories.names.get(key, str(key))
    return item.text_or("categoryLabel", "", NAME_CHARACTERS_MAX) or inherited


def _sum(a: XY, b: XY) -> XY:
    return a[0] + b[0], a[1] + b[1]
