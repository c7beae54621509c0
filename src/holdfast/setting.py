"""What a setting is, and what a wrong one says. config.py lists them all."""

import re
from typing import NamedTuple
from urllib.parse import urlsplit


class SettingError(ValueError):
    """A setting is wrong; the text says which, and what it should be."""


class Setting(NamedTuple):
    name: str
    default: str
    meaning: str


_ORIGIN = re.compile(
    r"https?://([a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(:[0-9]+)?/?", re.IGNORECASE
)
_USUAL_PORTS = {"http": 80, "https": 443}


def is_origin(address: str) -> bool:
    """Whether this is scheme, host and perhaps a port, and nothing else: no path, no wildcard."""
    if _ORIGIN.fullmatch(address) is None:
        return False
    try:
        return urlsplit(address).port != 0
    except ValueError:
        return False


def read_origins(name: str, text: str) -> frozenset[str]:
    """The origins of a comma-separated list, as browsers write them in their header Origin.

    Raises SettingError for the first that is none. A wildcard would let pages of strangers stand
    around our checkout, so it is refused with a sentence of its own.
    """
    origins = [origin for part in text.split(",") if (origin := part.strip())]
    for origin in origins:
        if "*" in origin:
            raise SettingError(
                f"{name}: {origin!r} would let pages of strangers send orders; name each origin, "
                "as https://arena.example."
            )
        if not is_origin(origin):
            raise SettingError(f"{name}: {origin!r} is not like https://arena.example.")
    return frozenset(_as_browsers_write(origin) for origin in origins)


def _as_browsers_write(origin: str) -> str:
    parts = urlsplit(origin.rstrip("/").lower())
    usual = parts.port == _USUAL_PORTS[parts.scheme]
    host = parts.netloc.rpartition(":")[0] if usual else parts.netloc
    return f"{parts.scheme}://{host}"
