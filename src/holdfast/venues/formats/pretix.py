"""The seating plans of pretix: zones with rows of seats, positions relative to row and zone.

Written from the plan's published JSON schema and from files in use, which carry further keys: those
are noted. A zone becomes a section. Areas are drawings: the format knows no standing places.
"""

from typing import Final

from holdfast.venues.chart_draft import ChartDraft, DraftRow, DraftSeat, DraftShape
from holdfast.venues.chart_limits import LABEL_CHARACTERS_MAX, NAME_CHARACTERS_MAX
from holdfast.venues.formats import polygons
from holdfast.venues.formats.json_object import JsonObject, JsonPlace
from holdfast.venues.formats.text import clean_colour, kind_of_shape, shown

XY = tuple[float, float]

GUID_CHARACTERS_MAX: Final = 200
"""Characters of a seat_guid, which is an internal id and on no ticket."""

_PLAN_KEYS = frozenset(("name", "zones", "categories", "size"))
_ZONE_KEYS = frozenset(("name", "zone_id", "uuid", "displayed", "position", "rows", "areas"))
_ROW_KEYS = frozenset(
    (
        "row_number",
        "row_label",
        "seat_label",
        "uuid",
        "seats",
        "number_of_seats",
        "seats_spacing",
        "row_number_position",
        "position",
    )
)
_SEAT_KEYS = frozenset(
    ("seat_guid", "seat_number", "uuid", "start_direction", "radius", "position", "category")
)

_Guids = dict[str, list[JsonPlace]]


def looks_like(top: JsonObject) -> bool:
    return top.has("zones") and not top.has("subChart")


def read(top: JsonObject, draft: ChartDraft) -> None:
    """Fill the draft from a plan."""
    top.note_unknown_keys(_PLAN_KEYS)
    draft.name = top.text_or("name", draft.name, NAME_CHARACTERS_MAX)
    for category in top.members("categories", required=True):
        name = category.text("name", NAME_CHARACTERS_MAX)
        colour = category.text_or("color", "", NAME_CHARACTERS_MAX)
        draft.categories[name] = clean_colour(colour, draft.findings) if colour else None
    guids: _Guids = {}
    for index, zone in enumerate(top.members("zones", required=True), start=1):
        _read_zone(zone, index, draft, guids)
    _check_guids(guids, draft)


def _read_zone(zone: JsonObject, index: int, draft: ChartDraft, guids: _Guids) -> None:
    zone.note_unknown_keys(_ZONE_KEYS)
    fallback = zone.text_or("zone_id", f"Zone {index}", NAME_CHARACTERS_MAX)
    section = zone.text_or("name", fallback, NAME_CHARACTERS_MAX)
    at = zone.point("position") or (0.0, 0.0)
    for row in zone.members("rows", required=True):
        row.note_unknown_keys(_ROW_KEYS)
        name = row.text("row_number", LABEL_CHARACTERS_MAX, empty=True)
        drafted = draft.row(section, name, "row", row)
        row_at = _sum(at, row.point("position") or (0.0, 0.0))
        for seat in row.members("seats", required=True):
            _read_seat(seat, row_at, drafted, guids)
    for area in zone.members("areas"):
        _read_area(area, at, draft)


def _read_seat(seat: JsonObject, row_at: XY, row: DraftRow, guids: _Guids) -> None:
    seat.note_unknown_keys(_SEAT_KEYS)
    guid = seat.text("seat_guid", GUID_CHARACTERS_MAX)
    if guid:
        guids.setdefault(guid, []).append(seat.place("seat_guid"))
    at = seat.point("position", required=True)
    row.seats.append(
        DraftSeat(
            number=seat.text("seat_number", LABEL_CHARACTERS_MAX),
            at=_sum(row_at, at) if at else None,
            category=seat.text_or("category", "", NAME_CHARACTERS_MAX) or None,
            attributes=(),
            place=seat,
        )
    )


def _check_guids(guids: _Guids, draft: ChartDraft) -> None:
    """A seat_guid names one seat: plans with copied seats would sell one chair several times."""
    repeated = {guid: places for guid, places in guids.items() if len(places) > 1}
    for guid, places in repeated.items():
        draft.findings.fault(
            places[0],
            "seat_guids that occur more than once",
            f"The seat_guid {shown(guid)} occurs {len(places):,} times (again at {places[1]}): "
            "give every seat a seat_guid of its own.",
        )
    if repeated:
        seats = sum(len(places) for places in repeated.values())
        draft.findings.fault(
            "file",
            "counts of repeated seat_guids",
            f"{len(repeated):,} seat_guids are shared by {seats:,} seats in all; {len(guids):,} "
            "are distinct. A zone or rows of it were probably copied: remove the copies, or give "
            "their seats new seat_guids and numbers.",
        )


def _read_area(area: JsonObject, zone_at: XY, draft: ChartDraft) -> None:
    """A drawing: its figure, and the text written on it."""
    at = _sum(zone_at, area.point("position") or (0.0, 0.0))
    polygon = _figure(area, at)
    written = area if area.holds_text("text") else area.member("text")
    text = written.text_or("text", "", NAME_CHARACTERS_MAX) if written else ""
    if not polygon and not text:
        return
    offset = written.point("position") if written and written is not area else None
    label = polygons.centre_of(polygon) if polygon else _sum(at, offset or (0.0, 0.0))
    kind = kind_of_shape(text) if polygon else "text"
    draft.shapes.append(DraftShape(kind, polygon, text, label))


def _figure(area: JsonObject, at: XY) -> list[XY]:
    """The figure, turned around the area's position; a rectangle hangs from it by its corner."""
    degrees = area.number_or("rotation", 0.0)
    shape = area.text_or("shape", "rectangle", NAME_CHARACTERS_MAX)
    figure = area.member(shape)
    if shape == "polygon" and figure:
        return polygons.turned(figure.points("points"), at, degrees)
    if shape == "circle" and figure:
        radius = figure.number_or("radius", 0.0)
        return polygons.ellipse(at, radius, radius)
    if shape == "ellipse" and figure:
        return polygons.ellipse(at, *(figure.point("radius") or (0.0, 0.0)), degrees)
    if shape == "rectangle":
        sized = figure or area
        width, height = sized.number_or("width", 0.0), sized.number_or("height", 0.0)
        if width and height:
            corners = [(0.0, 0.0), (width, 0.0), (width, height), (0.0, height)]
            return polygons.turned(corners, at, degrees)
    return []


def _sum(a: XY, b: XY) -> XY:
    return a[0] + b[0], a[1] + b[1]
