"""Small charts in every format, to be spoilt by the tests, and where the real ones lie."""

import copy
import json
import os
from pathlib import Path
from typing import Any

import pytest

REAL_CHARTS = Path(
    os.environ.get("HOLDFAST_CHARTS") or Path(__file__).resolve().parents[4] / "shared" / "charts"
)


def real_chart(name: str) -> Path:
    """A chart of somebody's house; skips the test where the collection is not at hand."""
    path = REAL_CHARTS / name
    if not path.exists():
        pytest.skip(f"{name} is not there: set HOLDFAST_CHARTS to the folder of real charts")
    return path


def pretix_plan() -> dict[str, Any]:
    """Two zones, three seats; positions add up zone + row + seat."""
    return {
        "name": "Studio",
        "categories": [{"name": "Front", "color": "#F44336"}, {"name": "Rear"}],
        "size": {"width": 400, "height": 300},
        "zones": [
            {
                "name": "Floor",
                "position": {"x": 100, "y": 50},
                "rows": [
                    {
                        "row_number": "A",
                        "position": {"x": 10, "y": 20},
                        "seats": [
                            _pretix_seat("floor-a-1", "1", 0, "Front"),
                            _pretix_seat("floor-a-2", "2", 25, "Front"),
                        ],
                    }
                ],
                "areas": [
                    {
                        "shape": "rectangle",
                        "position": {"x": 0, "y": -40},
                        "rectangle": {"width": 80, "height": 30},
                        "text": {"position": {"x": 40, "y": 15}, "text": "Bühne"},
                    }
                ],
            },
            {
                "name": "Gallery",
                "position": {"x": 100, "y": 200},
                "rows": [{"row_number": "A", "seats": [_pretix_seat("g-a-1", "1", 0, "Rear")]}],
            },
        ],
    }


def _pretix_seat(guid: str, number: str, x: float, category: str) -> dict[str, Any]:
    position = {"x": x, "y": 0}
    return {"seat_guid": guid, "seat_number": number, "position": position, "category": category}


def seatsio_chart() -> dict[str, Any]:
    """A section with a row, a table, a booth and a standing area, drawn beside each other."""
    empty: dict[str, Any] = {"rows": [], "tables": [], "booths": [], "generalAdmissionAreas": []}
    seats = [{"label": str(n), "x": 20 * n, "y": 10, "categoryKey": None} for n in (1, 2, 3)]
    seats[2]["categoryKey"] = 2
    section = {
        "label": "Stalls",
        "categoryKey": "one",
        "topLeft": {"x": 100, "y": 200},
        "points": [{"x": x, "y": y} for x, y in ((100, 200), (200, 200), (200, 240), (100, 240))],
        "subChart": {**empty, "rows": [{"label": "A", "seats": seats}]},
    }
    table = {
        "label": "T1",
        "categoryKey": 2,
        "seats": [
            {"label": "10", "x": 0, "y": 0, "accessible": True},
            {"label": "2", "x": 30, "y": 0, "companionSeat": True},
            {"label": "1", "x": 30, "y": 30, "restrictedView": True},
        ],
    }
    booth = {"label": "B1", "categoryKey": 2, "center": {"x": 300, "y": 0}}
    booth |= {"width": 20, "height": 20, "rotationAngle": 45}
    area = {"label": "Pit", "categoryKey": "one", "capacity": 50, "type": "circle"}
    area |= {"center": {"x": 150, "y": 120}, "radius1": 40, "radius2": 20}
    stage = {"label": "Stage", "smartType": "stage", "type": "rectangle", "width": 80, "height": 20}
    stage |= {"center": {"x": 150, "y": 20}, "rotationAngle": 0}
    return {
        "name": "Club",
        "categories": {
            "list": [
                {"label": "One", "color": "#ABC", "key": "one"},
                {"label": "Two", "color": "#5E42ED", "key": 2},
            ]
        },
        "subChart": {
            **empty,
            "focalPoint": {"x": 150, "y": 20},
            "sections": [section],
            "tables": [table],
            "booths": [booth],
            "generalAdmissionAreas": [area],
            "shapes": [stage],
        },
    }


def own_chart() -> dict[str, Any]:
    """Our own format as sparse as a person would write it."""
    return {
        "holdfast_chart": 1,
        "name": "Church hall",
        "categories": [{"name": "Seats"}, {"name": "Standing"}],
        "sections": [{"name": "Nave"}, {"name": "Porch"}],
        "seats": [
            {
                "section_id": 1,
                "row": "1",
                "seat_number": str(n),
                "x": 20 * n,
                "y": 0,
                "category": "Seats",
            }
            for n in range(1, 5)
        ],
        "areas": [
            {
                "section_id": 2,
                "name": "Porch",
                "capacity": 30,
                "category": "Standing",
                "polygon": [[0, 60], [100, 60], [100, 120], [0, 120]],
            }
        ],
        "shapes": [{"kind": "stage", "polygon": [[0, -60], [80, -60], [80, -30]], "text": "Altar"}],
    }


TABLE = """section,row,seat,category,x,y,accessible,companion,restricted_view
Stalls,A,1,Front,0,0,1,,
Stalls,A,2,Front,20,0,,yes,
Stalls,B,1,Rear,0,30,0,0,x
Stalls,A,3,Front,40,0,,,
"""


def spoilt(document: dict[str, Any], path: str, value: Any) -> bytes:
    """The document with another value at a path such as "zones.0.rows.0.seats.1.category"."""
    changed: Any = copy.deepcopy(document)
    *way, last = [int(key) if key.isdecimal() else key for key in path.split(".")]
    target = changed
    for key in way:
        target = target[key]
    if value is REMOVED:
        del target[last]
    else:
        target[last] = value
    return json.dumps(changed).encode()


REMOVED = object()
