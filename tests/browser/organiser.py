"""An organiser's own web site, on another origin than the box office, with the map in its page.

It answers at three addresses. The box office allows two of them: `far` is another site to a
browser, which gives the box office's frame no storage there (Chromium in a private window); `near`
is another origin of the same site, where a frame may remember. Of `unknown` it has never heard.
"""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>The Grand's own site</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<script type="module" src="{office}/embed.js"></script>
<script type="module" src="/heard.js"></script>
<link rel="stylesheet" href="/site.css"></head>
<body><main><h1>The Grand</h1>
<holdfast-map event="{event}" {attributes}></holdfast-map>
<p>Where we are, and how to come here.</p></main></body></html>
"""
HEARD = """
window.heard = []
const seen = ['holdfast-ready', 'holdfast-hold', 'holdfast-release', 'holdfast-bought']
for (const name of seen) {
  document.addEventListener(name, (event) => window.heard.push([name, event.detail]))
}
"""
STYLE = "body { max-width: 75rem; margin: 2rem auto; padding: 0 1rem; font-family: serif }"


class OrganisersSite:
    """Served from a thread of its own, under a content security policy as strict as can be."""

    def __init__(self) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Pages)
        port = self._server.server_address[1]
        self.far = f"http://localhost:{port}"
        self.near = f"http://127.0.0.1:{port}"
        self.unknown = f"http://stranger.localhost:{port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Pages(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        asked = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(asked.query).items()}
        office = query.get("office", "")
        if asked.path == "/heard.js":
            self._answer("text/javascript", HEARD)
        elif asked.path == "/site.css":
            self._answer("text/css", STYLE)
        else:
            wishes = " ".join(
                f'{name}="{query[name]}"' for name in ("language", "theme") if name in query
            )
            page = PAGE.format(office=office, event=query.get("event", ""), attributes=wishes)
            self._answer("text/html; charset=utf-8", page, office)

    def _answer(self, media: str, text: str, office: str = "") -> None:
        body = text.encode()
        self.send_response(200)
        self.send_header("Content-Type", media)
        self.send_header("Content-Length", str(len(body)))
        self.send_header(
            "Content-Security-Policy",
            f"default-src 'none'; script-src 'self' {office}; style-src 'self'; frame-src {office}",
        )
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Says nothing."""
        del format, args
