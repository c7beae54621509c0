"""The built files of the buyer's pages, from the package folder `web`, read once and kept.

An installation without them still answers: with a page that says what is missing.
"""

import gzip
import hashlib
from pathlib import Path

from msgspec import Struct

WEB_FOLDER = Path(__file__).resolve().parents[1] / "web"
GZIP_BYTES_MIN = 1_024
NOT_BUILT = b"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Holdfast</title></head><body>
<h1>The box office is open, its pages are not built</h1>
<p>The API answers under <a href="/api/v1/events">/api/v1</a>. To have the pages, run
<code>make storefront</code> where the sources are, or install Holdfast without
<code>HOLDFAST_SKIP_STOREFRONT</code>, and start it again.</p>
</body></html>
"""
_TYPES = {
    ".css": "text/css",
    ".html": "text/html",
    ".ico": "image/x-icon",
    ".js": "text/javascript",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
}
_NEVER_PAGES = ("/api/", "/assets/", "/schema/")


class PageFile(Struct, frozen=True):
    """One file as it is sent; `gzip` is empty where compressing gains nothing."""

    body: bytes
    gzip: bytes
    media: str
    etag: str


class PageFiles:
    """Every file of the built pages by its address, and the page itself."""

    def __init__(self, folder: Path = WEB_FOLDER) -> None:
        self._files: dict[str, PageFile] = {}
        for path in sorted(folder.rglob("*")):
            media = _TYPES.get(path.suffix)
            if path.is_file() and media is not None:
                address = "/" + path.relative_to(folder).as_posix()
                self._files[address] = _file(path.read_bytes(), media)
        self.page = self._files.get("/index.html") or _file(NOT_BUILT, _TYPES[".html"])

    def at(self, path: str) -> PageFile | None:
        """The file at this address; the page for every address that is nobody else's."""
        found = self._files.get(path)
        if found is not None or path.startswith(_NEVER_PAGES):
            return found
        return self.page


def _file(body: bytes, media: str) -> PageFile:
    worth_it = len(body) >= GZIP_BYTES_MIN and not media.startswith(("image/", "font/"))
    compressed = gzip.compress(body, 9, mtime=0) if worth_it else b""
    etag = f'W/"{hashlib.sha256(body).hexdigest()[:32]}"'
    return PageFile(body, compressed, media, etag)
