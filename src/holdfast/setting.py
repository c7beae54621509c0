"""What a setting is, and what a wrong one says. config.py lists them all."""

from typing import NamedTuple
from urllib.parse import urlsplit


class SettingError(ValueError):
    """A setting is wrong; the text says which, and what it should be."""


class Setting(NamedTuple):
    name: str
    default: str
    meaning: str


def is_origin(address: str) -> bool:
    """Whether this is scheme and host, and no path."""
    parts = urlsplit(address)
    return parts.scheme in ("http", "https") and bool(parts.netloc) and parts.path in ("", "/")
