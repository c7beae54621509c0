"""A chart while it is read: what any format has brought in, checked, but not yet laid out.

Every format fills the same draft, so that what makes a chart unusable is said in one place: labels
that occur twice, seats without a known category, too many places, no places at all.
"""

from collections.abc import Iterator

import msgspec

from holdfast.venues.chart import Attribute, RowKind, ShapeKind
from holdfast.venues.chart_faults import Findings
from holdfast.venues.chart_limits import (
    AREAS_MAX,
    CATEGORIES_MAX,
    PLACES_MAX,
    SECTIONS_MAX,
    SHAPES_MAX,
)
from holdfast.venues.formats.text import shown

XY = tuple[float, float]


class DraftSeat(msgspec.Struct):
    """`at` is None where the file's position was at fault. `place` says where in the file it
    stands, once somebody asks for its text; so for all drafts."""

    number: str
    at: XY | None
    category: str | None
    attributes: tuple[Attribute, ...]
    place: object


class DraftRow(msgspec.Struct):
    section: str
    name: str
    kind: RowKind
    place: object
    seats: list[DraftSeat] = []


class DraftArea(msgspec.Struct):
    section: str
    name: str
    capacity: int
    polygon: list[XY]
    category: str | None
    place: object


class DraftSection(msgspec.Struct):
    """Outline and label are computed where the file brings none."""

    outline: list[XY] = []
    label: XY | None = None


class DraftShape(msgspec.Struct):
    kind: ShapeKind
    polygon: list[XY]
    text: str
    label: XY


class ChartDraft(msgspec.Struct):
    """Everything read so far. Sections are keyed by their name and in order of appearance.

    With a `sheet` (width, height) positions are taken as they are; without one the drawing is moved
    to the corner of a sheet of its own, and scaled where its units are far too small or large.
    """

    findings: Findings
    name: str = ""
    categories: dict[str, str | None] = {}
    sections: dict[str, DraftSection] = {}
    rows: list[DraftRow] = []
    areas: list[DraftArea] = []
    shapes: list[DraftShape] = []
    focal_point: XY | None = None
    seat_pitch: float | None = None
    sheet: XY | None = None

    def section(self, name: str) -> DraftSection:
        """The section of this name, made where it is new."""
        return self.sections.setdefault(name, DraftSection())

    def row(self, section: str, name: str, kind: RowKind, place: object) -> DraftRow:
        """A new row at the end of the chart."""
        self.section(section)
        row = DraftRow(section, name, kind, place)
        self.rows.append(row)
        return row

    def seats(self) -> Iterator[DraftSeat]:
        return (seat for row in self.rows for seat in row.seats)


def check(draft: ChartDraft) -> None:
    """Record every fault of the draft that does not depend on positions."""
    _drop_empty(draft)
    _check_counts(draft)
    _check_areas(draft)
    _check_categories(draft)
    _check_labels(draft)


def _drop_empty(draft: ChartDraft) -> None:
    """Rows without seats and sections without places are drawings, not places."""
    without = sum(1 for row in draft.rows if not row.seats)
    if without:
        draft.findings.note(f"{without:,} rows without seats are left out.")
        draft.rows = [row for row in draft.rows if row.seats]
    used = {row.section for row in draft.rows} | {area.section for area in draft.areas}
    for name in [name for name in draft.sections if name not in used]:
        draft.findings.note(f"The section {shown(name)} has no places and is left out.")
        del draft.sections[name]


def _check_counts(draft: ChartDraft) -> None:
    seats = sum(len(row.seats) for row in draft.rows)
    places = seats + sum(max(area.capacity, 0) for area in draft.areas)
    if seats == 0 and not draft.areas:
        _too(draft, "The chart has no seats and no standing areas: add at least one.")
    for count, limit, what in (
        (places, PLACES_MAX, "places"),
        (len(draft.sections), SECTIONS_MAX, "sections"),
        (len(draft.areas), AREAS_MAX, "standing areas"),
        (len(draft.categories), CATEGORIES_MAX, "categories"),
        (len(draft.shapes), SHAPES_MAX, "shapes"),
    ):
        if count > limit:
            _too(
                draft,
                f"The chart has {count:,} {what}; at most {limit:,} are possible. Split the house "
                "into several charts, or leave out what is not for sale.",
            )


def _too(draft: ChartDraft, sentence: str) -> None:
    draft.findings.fault("file", "limits of the whole chart", sentence)


def _check_areas(draft: ChartDraft) -> None:
    for area in draft.areas:
        if area.capacity < 1:
            draft.findings.fault(
                f"{area.place}.capacity",
                "standing areas without room",
                f"The area {shown(area.name)} has a capacity of {area.capacity:,}: give it 1 or "
                "more, or leave it out.",
            )
        elif area.capacity > PLACES_MAX:
            draft.findings.fault(
                f"{area.place}.capacity",
                "standing areas that are too large",
                f"The area {shown(area.name)} has a capacity of {area.capacity:,}; "
                f"at most {PLACES_MAX:,} are possible.",
            )
        if len(area.polygon) < 3:
            draft.findings.fault(
                area.place,
                "standing areas without a polygon",
                f"The area {shown(area.name)} needs a polygon of at least 3 corners.",
            )


def _check_categories(draft: ChartDraft) -> None:
    for item in (*draft.seats(), *draft.areas):
        if item.category is None:
            draft.findings.fault(
                item.place,
                "seats or areas without a category",
                "This has no category: give it one, so that it can have a price.",
            )
        elif item.category not in draft.categories:
            draft.findings.fault(
                item.place,
                "seats or areas of unknown categories",
                f"The category {shown(item.category)} is not among the chart's categories: add it "
                "there, or use one of them.",
            )


def _check_labels(draft: ChartDraft) -> None:
    """Two seats with the same words on their tickets would send two people to one chair."""
    first: dict[tuple[str, str, str], DraftSeat] = {}
    again: dict[tuple[str, str, str], list[DraftSeat]] = {}
    for row in draft.rows:
        for seat in row.seats:
            if seat.number:
                label = (row.section, row.name, seat.number)
                if first.setdefault(label, seat) is not seat:
                    again.setdefault(label, []).append(seat)
    for label, seats in again.items():
        section, row_name, number = label
        draft.findings.fault(
            first[label].place,
            "labels that occur more than once",
            f"Section {shown(section)}, row {shown(row_name)}, seat {shown(number)} occurs "
            f"{len(seats) + 1:,} times (again at {seats[0].place}): give every seat of a section "
            "a row and number of its own.",
        )
