"""One object of a JSON file, read key by key; what is wrong is recorded with its path.

Every reading method returns a harmless value after a fault, so that one reading finds all faults.
"""

import math
from collections.abc import Iterator
from typing import cast

from holdfast.venues.chart_faults import Findings
from holdfast.venues.chart_limits import COORDINATE_MAX, CORNERS_MAX, PLACES_MAX
from holdfast.venues.formats.text import clean_text, shown

XY = tuple[float, float]

_KINDS: tuple[tuple[type, str], ...] = (
    (str, "a text"),
    (bool, "true or false"),
    (list, "a list"),
    (dict, "an object"),
    (type(None), "null"),
)


class JsonPlace:
    """The place of a value, turned into text only when somebody asks: `zones[2].rows[0].name`."""

    __slots__ = ("_key", "_object")

    def __init__(self, of: "JsonObject", key: str) -> None:
        self._object = of
        self._key = key

    def __str__(self) -> str:
        path = str(self._object)
        return f"{path}.{self._key}" if path != "file" else self._key


class JsonObject:
    """An object at a place. `str(it)` is its JSON path; the outermost object is `file`."""

    __slots__ = ("_findings", "_index", "_key", "_parent", "_values")

    def __init__(
        self,
        values: dict[str, object],
        findings: Findings,
        parent: "JsonObject | None" = None,
        key: str = "",
        index: int | None = None,
    ) -> None:
        self._values = values
        self._findings = findings
        self._parent = parent
        self._key = key
        self._index = index

    def __str__(self) -> str:
        if self._parent is None:
            return "file"
        path = str(JsonPlace(self._parent, self._key))
        return path if self._index is None else f"{path}[{self._index}]"

    def has(self, key: str) -> bool:
        """Whether the key is there with a value other than null."""
        return self._values.get(key) is not None

    def holds_text(self, key: str) -> bool:
        return isinstance(self._values.get(key), str)

    def place(self, key: str) -> JsonPlace:
        return JsonPlace(self, key)

    def text(self, key: str, length_max: int, *, empty: bool = False) -> str:
        """A text that must be there; whole numbers are taken too, as seat numbers."""
        value = self._values.get(key)
        if value is None:
            self._missing(key)
            return ""
        if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**15:
            return str(value)
        if not isinstance(value, str):
            self._wrong(key, value, "a text")
            return ""
        cleaned = clean_text(value, length_max, self._findings, self.place(key))
        if not cleaned and not empty and not value.strip():
            self._fault(key, "empty names", f'"{key}" is empty: give it a name.')
        return cleaned

    def text_or(self, key: str, default: str, length_max: int) -> str:
        """A text, or the default where it is missing or empty."""
        if not self.has(key):
            return default
        return self.text(key, length_max, empty=True) or default

    def number(self, key: str) -> float | None:
        """A coordinate or length that must be there: finite, and no further out than the limit."""
        value = self._values.get(key)
        if type(value) is float or type(value) is int:
            if -COORDINATE_MAX <= value <= COORDINATE_MAX:
                return float(value)
            self._bad_number(key, value)
        elif value is None:
            self._missing(key)
        else:
            self._wrong(key, value, "a number")
        return None

    def number_or(self, key: str, default: float) -> float:
        """A number, or the default where it is missing."""
        found = self.number(key) if self.has(key) else default
        return default if found is None else found

    def whole(self, key: str) -> int | None:
        """A whole number that must be there."""
        value = self._values.get(key)
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        if isinstance(value, float) and value.is_integer():
            return int(value)
        if value is None:
            self._missing(key)
        else:
            self._wrong(key, value, "a whole number")
        return None

    def flag(self, key: str) -> bool:
        """true or false; missing is false."""
        value = self._values.get(key)
        if value is None or isinstance(value, bool):
            return bool(value)
        self._wrong(key, value, "true or false")
        return False

    def key_of_category(self, key: str) -> str | int | None:
        """A key that may be a number or a text, as seats.io writes categories."""
        value = self._values.get(key)
        if value is None or (isinstance(value, str | int) and not isinstance(value, bool)):
            return value
        self._wrong(key, value, "a text or a number")
        return None

    def texts(self, key: str, length_max: int) -> list[str]:
        """A list of texts; missing is empty."""
        texts: list[str] = []
        for index, value in enumerate(self._list(key)):
            if isinstance(value, str):
                place = f"{self.place(key)}[{index}]"
                texts.append(clean_text(value, length_max, self._findings, place))
            else:
                self._wrong(f"{key}[{index}]", value, "a text")
        return texts

    def member(self, key: str) -> "JsonObject | None":
        """The object under the key; None where it is missing."""
        value = self._values.get(key)
        if isinstance(value, dict):
            return JsonObject(cast(dict[str, object], value), self._findings, self, key)
        if value is not None:
            self._wrong(key, value, "an object")
        return None

    def members(self, key: str, *, required: bool = False) -> Iterator["JsonObject"]:
        """The objects of the list under the key; missing is empty unless it is required."""
        if required and not self.has(key):
            self._missing(key)
        for index, value in enumerate(self._list(key)):
            if isinstance(value, dict):
                yield JsonObject(cast(dict[str, object], value), self._findings, self, key, index)
            else:
                self._wrong(f"{key}[{index}]", value, "an object")

    def point(self, key: str, *, required: bool = False) -> XY | None:
        """An object with x and y, or None where it is missing or wrong."""
        found = self.member(key)
        if required and not self.has(key):
            self._missing(key)
        return found.own_point() if found else None

    def own_point(self) -> XY | None:
        """This object's own x and y."""
        x, y = self.number("x"), self.number("y")
        return (x, y) if x is not None and y is not None else None

    def pairs(self, key: str) -> list[XY]:
        """A polygon written as [[x, y], ...]; missing is empty."""
        points: list[XY] = []
        for index, value in enumerate(self._short_list(key)):
            pair = cast(list[object], value) if _is_list(value) else []
            if len(pair) == 2:
                corner = JsonObject(
                    {"x": pair[0], "y": pair[1]}, self._findings, self, key, index
                ).own_point()
                points += [corner] if corner else []
            else:
                self._wrong(f"{key}[{index}]", value, "a corner [x, y]")
        return points

    def points(self, key: str) -> list[XY]:
        """A polygon written as [{"x", "y"}, ...]; missing is empty."""
        self._short_list(key)
        corners = (corner.own_point() for corner in self.members(key))
        return [corner for corner in corners if corner][:CORNERS_MAX]

    def note_unknown_keys(self, known: frozenset[str]) -> None:
        """Note the keys that this reader does not use."""
        if self._values.keys() <= known:
            return
        for key in sorted(self._values.keys() - known)[:20]:
            self._findings.note(f"The key {shown(key)} in {self._pattern()} is not used.")

    def _pattern(self) -> str:
        """The path without the indices: zones[].rows[]."""
        if self._parent is None:
            return "the file"
        above = self._parent._pattern()
        path = self._key if self._parent._parent is None else f"{above}.{self._key}"
        return path if self._index is None else f"{path}[]"

    def _list(self, key: str) -> list[object]:
        value = self._values.get(key)
        if isinstance(value, list):
            found = cast(list[object], value)
            if len(found) <= PLACES_MAX:
                return found
            self._fault(
                key,
                "lists that are too long",
                f"This list has {len(found):,} entries; a chart may have at most {PLACES_MAX:,} "
                "places. Split the house into several charts.",
            )
            return []
        if value is not None:
            self._wrong(key, value, "a list")
        return []

    def _short_list(self, key: str) -> list[object]:
        found = self._list(key)
        if len(found) > CORNERS_MAX:
            self._fault(
                key,
                "polygons with too many corners",
                f"This polygon has {len(found):,} corners; simplify it to {CORNERS_MAX:,}.",
            )
        return found[:CORNERS_MAX]

    def _missing(self, key: str) -> None:
        self._fault(key, f'missing "{key}"', f'"{key}" is missing: add it.')

    def _wrong(self, key: str, value: object, wanted: str) -> None:
        found = next((name for kind, name in _KINDS if isinstance(value, kind)), "a number")
        self._fault(
            key, f'"{key}" of the wrong type', f'"{key}" must be {wanted}, but it is {found}.'
        )

    def _bad_number(self, key: str, value: float) -> None:
        if isinstance(value, float) and not math.isfinite(value):
            sentence = f'"{key}" is {value}, not a finite number: give it a value.'
        else:
            sentence = (
                f'"{key}" is further from 0 than {COORDINATE_MAX:,}: check the drawing\'s units.'
            )
        self._fault(key, f'impossible values of "{key}"', sentence)

    def _fault(self, key: str, kind: str, sentence: str) -> None:
        self._findings.fault(self.place(key), kind, sentence)


def _is_list(value: object) -> bool:
    return isinstance(value, list)
