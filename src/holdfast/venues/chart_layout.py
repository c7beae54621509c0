"""From a checked draft to a chart: positions on one sheet, outlines, labels, ids.

Files draw in whatever units and wherever their editor liked. Here every drawing is moved to the
corner of its sheet, scaled only where seats are far too close or too far apart to be rounded to
hundredths, and what a file does not say (outlines, focal point, colours) is worked out.
"""

import math
from collections.abc import Iterable, Sequence

import msgspec

from holdfast.venues import palette
from holdfast.venues.adjacency import in_order, spacings, usual
from holdfast.venues.chart import Area, Category, Chart, Point, Polygon, Row, Seat, Section, Shape
from holdfast.venues.chart_draft import ChartDraft, check
from holdfast.venues.formats.text import shown
from holdfast.venues.outline import label_point, outline_around

XY = tuple[float, float]

USUAL_PITCH = 20.0
"""Chart units from seat to seat where a drawing has to be scaled, or has no two seats in a row."""

PITCH_KEPT = (8.0, 80.0)
"""Drawings whose seats are this far apart keep their own units."""

EDGE_PITCHES = 3.0
"""Empty paper around the drawing, in seat pitches."""

EXTENT_MAX = 1_000_000.0
"""Chart units across a scaled drawing: beyond it hundredths are lost on a browser's canvas."""


def lay_out(draft: ChartDraft) -> Chart:
    """The chart. Raises ChartFaults with everything that is wrong with the draft."""
    check(draft)
    pitch = draft.seat_pitch or _pitch(draft)
    points = list(_everything(draft))
    if not points:
        draft.findings.refuse_if_faulty()
    sheet = _given_sheet(draft, pitch) or _sheet_around(points, pitch)
    _check_positions(draft, sheet)
    draft.findings.refuse_if_faulty()
    focal = draft.focal_point or _guessed_focal_point(draft, points, pitch)
    rows, seats = _rows_and_seats(draft, sheet)
    return Chart(
        name=draft.name,
        width=sheet.width,
        height=sheet.height,
        focal_point=Point(*sheet.move(focal)),
        seat_pitch=max(round(pitch * sheet.scale, 2), 0.01),
        categories=_categories(draft),
        sections=_sections(draft, sheet, pitch * sheet.scale),
        rows=rows,
        seats=seats,
        areas=_areas(draft, sheet, len(seats)),
        shapes=tuple(
            Shape(
                shape.kind,
                sheet.polygon(shape.polygon),
                shape.text,
                Point(*sheet.move(shape.label)),
            )
            for shape in draft.shapes
        ),
    )


class _Sheet(msgspec.Struct, frozen=True):
    """The paper, and how the drawing is moved onto it."""

    left: float
    top: float
    scale: float
    width: float
    height: float

    def move(self, at: XY) -> XY:
        # Adding 0.0 turns -0.0 into 0.0, which JSON would tell apart.
        return (
            round((at[0] - self.left) * self.scale, 2) + 0.0,
            round((at[1] - self.top) * self.scale, 2) + 0.0,
        )

    def polygon(self, points: Iterable[XY]) -> Polygon:
        return tuple(self.move(point) for point in points)

    def holds(self, at: XY) -> bool:
        return 0 <= at[0] <= self.width and 0 <= at[1] <= self.height

    def clamped(self, at: XY) -> XY:
        return (
            round(min(max(at[0], 0.0), self.width), 2),
            round(min(max(at[1], 0.0), self.height), 2),
        )


def _pitch(draft: ChartDraft) -> float:
    """The usual distance between neighbours: along rows, else around tables, else a guess."""
    for kinds in (("row",), ("table", "booth")):
        gaps: list[float] = []
        for row in draft.rows:
            if row.kind in kinds and len(row.seats) > 1:
                positions = [seat.at for seat in row.seats if seat.at is not None]
                gaps += [gap for gap in spacings(positions) if gap > 0]
        if gaps:
            return usual(gaps)
    places = sum(area.capacity for area in draft.areas) + sum(len(row.seats) for row in draft.rows)
    points = list(_everything(draft))
    if not points or places < 1:
        return USUAL_PITCH
    width, height = _extent(points)
    return max(width, height) / (2 * math.sqrt(places)) or USUAL_PITCH


def _everything(draft: ChartDraft) -> Iterable[XY]:
    for seat in draft.seats():
        if seat.at is not None:
            yield seat.at
    for area in draft.areas:
        yield from area.polygon
    for section in draft.sections.values():
        yield from section.outline
    for shape in draft.shapes:
        yield from shape.polygon
        yield shape.label
    if draft.focal_point:
        yield draft.focal_point


def _extent(points: Sequence[XY]) -> XY:
    xs = [x for x, _ in points]
    ys = [y for _, y in points]
    return max(xs) - min(xs), max(ys) - min(ys)


def _given_sheet(draft: ChartDraft, pitch: float) -> _Sheet | None:
    if draft.sheet is None:
        return None
    width, height = draft.sheet
    return _Sheet(0.0, 0.0, 1.0, round(width, 2), round(height, 2)) if pitch > 0 else None


def _sheet_around(points: Sequence[XY], pitch: float) -> _Sheet:
    width, height = _extent(points)
    low, high = PITCH_KEPT
    scale = 1.0 if low <= pitch <= high else USUAL_PITCH / pitch
    scale = min(scale, EXTENT_MAX / max(width, height, 1e-9))
    edge = EDGE_PITCHES * pitch
    return _Sheet(
        left=min(x for x, _ in points) - edge,
        top=min(y for _, y in points) - edge,
        scale=scale,
        width=float(math.ceil((width + 2 * edge) * scale)),
        height=float(math.ceil((height + 2 * edge) * scale)),
    )


def _check_positions(draft: ChartDraft, sheet: _Sheet) -> None:
    """Seats on top of each other cannot be told apart on the map: a fault within a row; between
    rows only noted, because editors leave tables on top of each other. On a sheet given by the file
    every seat must lie on it."""
    everywhere: set[XY] = set()
    covered = 0
    for row in draft.rows:
        in_row: dict[XY, str] = {}
        for seat in row.seats:
            if seat.at is None:
                continue
            at = sheet.move(seat.at)
            if not sheet.holds(at):
                draft.findings.fault(
                    seat.place,
                    "seats outside the drawing",
                    f"This seat stands outside the drawing's width {sheet.width:g} and height "
                    f"{sheet.height:g}: move it, or make the drawing larger.",
                )
            if at in in_row:
                draft.findings.fault(
                    seat.place,
                    "seats at the same place as another of their row",
                    f"Seat {shown(seat.number)} stands exactly where seat {shown(in_row[at])} of "
                    "its row stands: move one of them.",
                )
            in_row[at] = seat.number
        covered += sum(at in everywhere for at in in_row)
        everywhere.update(in_row)
    if covered:
        draft.findings.note(
            f"{covered:,} seats lie exactly on seats of other rows or tables: on the map one hides "
            "the other."
        )


def _guessed_focal_point(draft: ChartDraft, points: Sequence[XY], pitch: float) -> XY:
    """The middle of the stage where one is drawn; else above the middle of the drawing."""
    for shape in draft.shapes:
        if shape.kind in ("stage", "field") and shape.polygon:
            count = len(shape.polygon)
            return sum(x for x, _ in shape.polygon) / count, sum(
                y for _, y in shape.polygon
            ) / count
    draft.findings.note(
        "The file does not say where everybody looks: the best seats are counted from the middle "
        "of the upper edge."
    )
    xs = [x for x, _ in points]
    return (min(xs) + max(xs)) / 2, min(y for _, y in points) - pitch * (draft.sheet is None)


def _categories(draft: ChartDraft) -> tuple[Category, ...]:
    defaults = palette.ramp(len(draft.categories))
    return tuple(
        Category(name, colour or default)
        for (name, colour), default in zip(draft.categories.items(), defaults, strict=True)
    )


def _rows_and_seats(draft: ChartDraft, sheet: _Sheet) -> tuple[tuple[Row, ...], tuple[Seat, ...]]:
    section_ids = {name: index for index, name in enumerate(draft.sections, start=1)}
    rows: list[Row] = []
    seats: list[Seat] = []
    for row in draft.rows:
        section_id = section_ids[row.section]
        rows.append(Row(len(rows) + 1, section_id, row.name, row.kind, len(seats), len(row.seats)))
        for seat in row.seats:
            # A seat without position or category is a fault, and faulty drafts were refused.
            assert seat.at is not None
            assert seat.category is not None
            x, y = sheet.move(seat.at)
            seats.append(
                Seat(
                    len(seats),
                    section_id,
                    row.name,
                    seat.number,
                    x,
                    y,
                    seat.category,
                    seat.attributes,
                )
            )
    return tuple(rows), tuple(seats)


def _sections(draft: ChartDraft, sheet: _Sheet, pitch: float) -> tuple[Section, ...]:
    occupied: dict[str, list[list[XY]]] = {name: [] for name in draft.sections}
    for row in draft.rows:
        positions = [sheet.move(seat.at) for seat in row.seats if seat.at is not None]
        occupied[row.section].append([positions[index] for index in in_order(positions)])
    for area in draft.areas:
        occupied[area.section].append(list(sheet.polygon(area.polygon)))
    sections: list[Section] = []
    for section_id, (name, section) in enumerate(draft.sections.items(), start=1):
        outline = sheet.polygon(section.outline)
        if len(outline) < 3:
            outline = tuple(map(sheet.clamped, _outline(draft, name, occupied[name], pitch)))
        if section.label:
            label = sheet.move(section.label)
        else:
            label = sheet.clamped(label_point(occupied[name], outline))
        sections.append(Section(section_id, name, outline, Point(*label)))
    return tuple(sections)


def _outline(
    draft: ChartDraft, name: str, occupied: Sequence[Sequence[XY]], pitch: float
) -> Sequence[XY]:
    """Around the places; of a section that is one standing area, the area itself."""
    if len(occupied) == 1 and any(area.section == name for area in draft.areas):
        return occupied[0]
    return outline_around(occupied, pitch)


def _areas(draft: ChartDraft, sheet: _Sheet, first_seat_id: int) -> tuple[Area, ...]:
    section_ids = {name: index for index, name in enumerate(draft.sections, start=1)}
    areas: list[Area] = []
    for area_id, area in enumerate(draft.areas, start=1):
        assert area.category is not None
        areas.append(
            Area(
                area_id,
                section_ids[area.section],
                area.name,
                area.capacity,
                sheet.polygon(area.polygon),
                area.category,
                first_seat_id,
            )
        )
        first_seat_id += area.capacity
    return tuple(areas)
