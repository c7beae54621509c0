"""Names as people type them into chart editors, made fit for tickets.

White space is collapsed; what cannot be printed or is too long is a fault. Shared by all formats.
"""

import re
import unicodedata

from holdfast.venues.chart import ShapeKind
from holdfast.venues.chart_faults import Findings

_STAGES = re.compile(
    r"\b(stage|bühne|buehne|scène|scene|escenario|palco|podium|scena|näyttämö|screen|leinwand)\b",
    re.IGNORECASE,
)
_FIELDS = re.compile(r"\b(field|pitch|court|rink|spielfeld|terrain|campo|cancha)\b", re.IGNORECASE)
_COLOUR = re.compile(r"#([0-9a-fA-F]{3}|[0-9a-fA-F]{6}|[0-9a-fA-F]{8})")

_UNPRINTABLE = frozenset(("Cc", "Cs"))
"""Control characters and halves of surrogate pairs. Joiners (Cf) stay: scripts need them."""


def clean_text(raw: str, length_max: int, findings: Findings, place: object) -> str:
    """The text with single spaces; "" after recording a fault."""
    text = raw if raw.isalnum() else " ".join(raw.split())
    if not text.isprintable() and any(unicodedata.category(c) in _UNPRINTABLE for c in text):
        findings.fault(
            place,
            "names with unprintable characters",
            "This name contains a control character or half a character: type it anew.",
        )
        return ""
    if len(text) > length_max:
        findings.fault(
            place,
            "names that are too long",
            f"This name has {len(text):,} characters; shorten it to {length_max} or fewer.",
        )
        return ""
    return text


def shown(text: str) -> str:
    """A piece of the file quoted in a sentence: printable, and no longer than 40 characters."""
    quoted = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text[:40])
    return f'"{quoted}…"' if len(text) > 40 else f'"{quoted}"'


def clean_colour(raw: str, findings: Findings) -> str | None:
    """`#rrggbb` in lower case, or None, with a note, for what is no such colour."""
    text = raw.strip()
    if not _COLOUR.fullmatch(text):
        findings.note(f"The colour {shown(raw)} is not like #a1b2c3 and is replaced.")
        return None
    digits = text[1:].lower()
    return "#" + ("".join(digit * 2 for digit in digits) if len(digits) == 3 else digits[:6])


def kind_of_shape(text: str) -> ShapeKind:
    """What a drawn thing is, by the word written on it."""
    if _STAGES.search(text):
        return "stage"
    return "field" if _FIELDS.search(text) else "decor"
