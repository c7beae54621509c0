"""Reading chart files of any accepted format, and saying what is in them.

What a file is follows from its contents, not from its name. It is refused before it is decoded
where it is too large for any chart, so that a hostile upload costs neither memory nor time.
"""

import json
import re
from pathlib import Path
from typing import cast

import msgspec

from holdfast.venues.chart import Chart, chart_sha256
from holdfast.venues.chart_draft import ChartDraft
from holdfast.venues.chart_faults import ChartFaults, Findings, refused
from holdfast.venues.chart_layout import lay_out
from holdfast.venues.chart_limits import (
    FILE_BYTES_MAX,
    JSON_OBJECTS_MAX,
    JSON_VALUES_MAX,
    NAME_CHARACTERS_MAX,
    PLACES_MAX,
)
from holdfast.venues.formats import comma_separated, holdfast, pretix, seatsio
from holdfast.venues.formats.json_object import JsonObject

_JSON_FORMATS = (
    ("holdfast", holdfast),
    ("seats.io", seatsio),
    ("pretix", pretix),
)

_JSON_BEGINS = re.compile(r"\s*[{\[]")

_ACCEPTED = (
    "Charts may be Holdfast's own JSON, a pretix seating plan, a seats.io chart, or a table with "
    "the columns section,row,seat,category,x,y."
)


class Reading(msgspec.Struct, frozen=True):
    """A chart as read: `source` is its format, `notes` say what was tolerated or left out."""

    chart: Chart
    source: str
    notes: list[str]


class CategoryCount(msgspec.Struct, frozen=True):
    """How many places a category has, standing ones included."""

    name: str
    places: int


class ChartSummary(msgspec.Struct, frozen=True):
    """What `holdfast chart check` prints. `seats` are numbered seats, `capacity` is seats and
    standing places together."""

    name: str
    seats: int
    sections: int
    rows: int
    areas: int
    capacity: int
    categories: list[CategoryCount]
    accessible: int
    companion: int
    restricted_view: int
    sha256: str
    notes: list[str]


def read_chart(path: Path) -> Chart:
    """The chart in a file. Raises ChartFaults with every fault, OSError where there is no file."""
    return examine_chart(_bytes_of(path), path.name).chart


def parse_chart(data: bytes, name: str) -> Chart:
    """The chart in these bytes; `name` is the file's name, by which a chart without one is called.
    Raises ChartFaults with every fault."""
    return examine_chart(data, name).chart


def examine_file(path: Path) -> Reading:
    """Like `read_chart`, with the notes."""
    return examine_chart(_bytes_of(path), path.name)


def examine_chart(data: bytes, name: str) -> Reading:
    """Like `parse_chart`, with the notes."""
    if len(data) > FILE_BYTES_MAX:
        raise _too_large(len(data))
    text = _decoded(data)
    findings = Findings()
    draft = ChartDraft(findings, name=_name_of(name))
    if _JSON_BEGINS.match(text):
        top = _json_object(text, findings)
        source = _read_json(top, draft)
    elif comma_separated.looks_like(text):
        source = "csv"
        comma_separated.read(text, draft)
    else:
        raise refused("file", f"This is neither JSON nor a table with known columns. {_ACCEPTED}")
    return Reading(lay_out(draft), source, findings.notes())


def summary(chart: Chart, notes: list[str] | None = None) -> ChartSummary:
    """The chart in numbers."""
    places = {category.name: 0 for category in chart.categories}
    attributes = {"accessible": 0, "companion": 0, "restricted_view": 0}
    for seat in chart.seats:
        places[seat.category] += 1
        for attribute in seat.attributes:
            attributes[attribute] += 1
    for area in chart.areas:
        places[area.category] += area.capacity
    return ChartSummary(
        name=chart.name,
        seats=len(chart.seats),
        sections=len(chart.sections),
        rows=len(chart.rows),
        areas=len(chart.areas),
        capacity=chart.capacity,
        categories=[CategoryCount(name, count) for name, count in places.items()],
        accessible=attributes["accessible"],
        companion=attributes["companion"],
        restricted_view=attributes["restricted_view"],
        sha256=chart_sha256(chart),
        notes=notes or [],
    )


def _bytes_of(path: Path) -> bytes:
    size = path.stat().st_size
    if size > FILE_BYTES_MAX:
        raise _too_large(size)
    return path.read_bytes()


def _too_large(size: int) -> ChartFaults:
    return refused(
        "file",
        f"The file has {size:,} bytes; at most {FILE_BYTES_MAX:,} are read, which is room for "
        f"{PLACES_MAX:,} places. Leave out what is not needed for selling.",
    )


def _decoded(data: bytes) -> str:
    if not data or data.isspace():
        raise refused("file", f"The file is empty. {_ACCEPTED}")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise refused(
            f"line {line}",
            f"Byte {error.start:,} is not UTF-8: save the file anew with the encoding UTF-8.",
        ) from error


def _name_of(file_name: str) -> str:
    """A name for a chart that brings none: that of its file, as far as it can be printed."""
    stem = Path(file_name.replace("\x00", "")).stem
    printable = "".join(c if c.isprintable() else " " for c in stem)
    return " ".join(printable.split())[:NAME_CHARACTERS_MAX].strip() or "Chart"


def _json_object(text: str, findings: Findings) -> JsonObject:
    objects = max(text.count("{"), text.count("["))
    values = text.count(",")
    if objects > JSON_OBJECTS_MAX or values > JSON_VALUES_MAX:
        raise refused(
            "file",
            f"The file holds {objects:,} objects and {values:,} values; a chart may have at most "
            f"{PLACES_MAX:,} places. Split the house into several charts.",
        )
    decoded = _decoded_json(text)
    if not isinstance(decoded, dict):
        raise refused("file", f"The file must hold one JSON object. {_ACCEPTED}")
    return JsonObject(cast(dict[str, object], decoded), findings)


def _decoded_json(text: str) -> object:
    """The decoded file. The standard library stands in where the fast decoder refuses: it takes NaN
    and Infinity, which are then found with their places, and it knows where a file breaks."""
    try:
        return msgspec.json.decode(text)
    except RecursionError as error:
        raise _too_deep() from error
    except (msgspec.MsgspecError, UnicodeEncodeError):
        pass
    try:
        return json.loads(text)
    except RecursionError as error:
        raise _too_deep() from error
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        if error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated"):
            sentence = "The file ends in the middle of its JSON: it was cut off. Export it again."
        else:
            sentence = f"This is not valid JSON ({error.msg}): correct it, or export it again."
        raise refused(place, sentence) from error
    except ValueError as error:
        sentence = "The file holds a number too long to be read: correct it, or export it again."
        raise refused("file", sentence) from error


def _too_deep() -> ChartFaults:
    return refused("file", "The JSON is nested too deeply for a chart: no format needs that.")


def _read_json(top: JsonObject, draft: ChartDraft) -> str:
    for source, chart_format in _JSON_FORMATS:
        if chart_format.looks_like(top):
            chart_format.read(top, draft)
            return source
    raise refused("file", f"This JSON is of no known chart format. {_ACCEPTED}")
