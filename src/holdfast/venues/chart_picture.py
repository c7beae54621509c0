"""A chart as a picture: sections, rows of seats in the colours of their prices, stage and standing.

SVG, drawn for a programme or a page that has no map: it shows no states and no numbers. Pure: the
same chart gives the same bytes.
"""

from collections.abc import Iterable
from html import escape

from holdfast.venues.chart import Chart, Point, Polygon

_SEAT = 0.62  # diameter of a seat, in seat pitches
_LABEL = 1.5  # height of letters, in seat pitches
_INK, _PAPER, _LINE, _STAGE = "#2b2622", "#fdfaf5", "#b9afa4", "#e6ddd1"


def chart_picture(chart: Chart) -> bytes:
    """The picture as an SVG document in UTF-8."""
    pitch = chart.seat_pitch
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_n(chart.width)} '
        f'{_n(chart.height)}" role="img"><title>{escape(chart.name)}</title>',
        f'<rect width="100%" height="100%" fill="{_PAPER}"/>',
    ]
    for shape in chart.shapes:
        parts.append(_polygon(shape.polygon, _STAGE, "none"))
        parts.append(_text(shape.text, shape.label, pitch * _LABEL))
    for section in chart.sections:
        parts.append(_polygon(section.outline, "none", _LINE))
    colours = {category.name: category.color for category in chart.categories}
    for area in chart.areas:
        parts.append(_polygon(area.polygon, colours[area.category], "none", 0.35))
        parts.append(_text(area.name, _middle(area.polygon), pitch * _LABEL))
    for name, colour in colours.items():
        parts.append(_seats(chart, name, colour))
    parts.append("</svg>")
    return "".join(parts).encode()


def _seats(chart: Chart, category: str, colour: str) -> str:
    """All seats of a category as one path of dots: a line of no length with round ends is a dot."""
    dots = "".join(
        [f"M{_n(seat.x)} {_n(seat.y)}h0" for seat in chart.seats if seat.category == category]
    )
    if not dots:
        return ""
    width = _n(chart.seat_pitch * _SEAT)
    return (
        f'<path d="{dots}" stroke="{escape(colour)}" stroke-width="{width}" '
        'stroke-linecap="round" fill="none"/>'
    )


def _polygon(corners: Polygon, fill: str, stroke: str, opacity: float = 1.0) -> str:
    if not corners:
        return ""
    points = " ".join(f"{_n(x)},{_n(y)}" for x, y in corners)
    faint = f' fill-opacity="{opacity}"' if opacity < 1 else ""
    return f'<polygon points="{points}" fill="{escape(fill)}" stroke="{stroke}"{faint}/>'


def _text(words: str, at: Point, size: float) -> str:
    if not words:
        return ""
    return (
        f'<text x="{_n(at.x)}" y="{_n(at.y)}" font-size="{_n(size)}" text-anchor="middle" '
        f'dominant-baseline="middle" font-family="sans-serif" fill="{_INK}">{escape(words)}</text>'
    )


def _middle(corners: Polygon) -> Point:
    return Point(_mean(x for x, _ in corners), _mean(y for _, y in corners))


def _mean(values: Iterable[float]) -> float:
    known = list(values)
    return sum(known) / len(known) if known else 0.0


def _n(value: float) -> str:
    """A number without needless digits."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
