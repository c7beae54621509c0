"""The buyer's pages as they are served.

`/assets/...` have their hash in the name and are cacheable for ever; every other address that is no
API's shows the page, which finds its own way. The pages may load nothing from elsewhere, and stand
in nobody's frame: but for those under `/embed/`, which may in frames of the allowed origins, and
for an order's page, which may load Stripe's form where Stripe takes the money.
"""

import hashlib
import re
from html import escape
from typing import Any, Final
from urllib.parse import urlsplit

from litestar import Response
from litestar.params import FromPath, FromQuery

from holdfast.api import orders
from holdfast.api.answer import matches
from holdfast.api.charts import FOR_EVER
from holdfast.api.headers import text
from holdfast.api.request import ApiRequest
from holdfast.live.answers import accepts_gzip
from holdfast.refusals import REFUSALS, Refusal
from holdfast.stripe_settings import StripeSettings

ORDERS: Final = "/orders/"

_POLICY: Final = (
    "default-src 'none'; script-src 'self'{script}; style-src 'self'; img-src 'self' data: blob:; "
    "font-src 'self'; connect-src 'self'{connect}; manifest-src 'self'; worker-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'{frame}"
)
SECURITY: Final = {
    "Content-Security-Policy": _POLICY.format(script="", connect="", frame=""),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",  # addresses of orders carry a token
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(), microphone=()",
}

# What the page of an event asks for first: browsers begin with it while scripts are on their way.
EVENT_PAGE = re.compile(r"(?:/embed)?/events/([1-9][0-9]{0,9})/?")
ASKED_FIRST = ("", "/chart.columns", "/prices", "/seats")

FRAMED_PATH = "/embed/"
EMBED_SCRIPT = "/embed.js"
# Any page may load the script: where the frame is then refused, it says so and leads to us.
FOR_ANY_PAGE = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}


# What docs.stripe.com/security/guide asks of a Content-Security-Policy. Banks' pages are framed by
# Stripe's frames, not by ours.
_STRIPE_FRAMES: Final = "https://js.stripe.com https://*.js.stripe.com"
_STRIPE: Final = {
    "script": f" {_STRIPE_FRAMES}",
    "connect": " https://api.stripe.com",
    "frame": f"; frame-src {_STRIPE_FRAMES} https://hooks.stripe.com",
}


async def read_page(request: ApiRequest) -> Response[Any]:
    """A file of the buyer's pages, or the page itself."""
    path = request.scope["path"]
    found = request.parts.pages.at(path)
    if found is None:
        raise Refusal("not_found")
    immutable = path.startswith("/assets/")
    settings = request.parts.settings
    security, etag = _security(path, settings.allowed_origins, settings.stripe), found.etag
    if security["Content-Security-Policy"] != SECURITY["Content-Security-Policy"]:
        # A browser keeps the policy of the page it has: another policy is another page to it.
        mark = hashlib.sha256(security["Content-Security-Policy"].encode()).hexdigest()[:8]
        etag = f'{found.etag[:-1]}-{mark}"'
    headers = {
        **security,
        "ETag": etag,
        "Cache-Control": FOR_EVER if immutable else "no-cache",
        "Vary": "Accept-Encoding",
    }
    event_page = EVENT_PAGE.fullmatch(path)
    if event_page is not None:
        headers["Link"] = _early(event_page[1])
    if matches(text(request.sent, b"if-none-match"), etag):
        return Response(b"", status_code=304, headers=headers, media_type=found.media)
    if found.gzip and accepts_gzip(text(request.sent, b"accept-encoding")):
        headers["Content-Encoding"] = "gzip"
        return Response(found.gzip, headers=headers, media_type=found.media)
    return Response(found.body, headers=headers, media_type=found.media)


def _early(event_id: str) -> str:
    """What the page of this event will ask for, as a header that browsers act upon at once."""
    return ", ".join(
        f"</api/v1/events/{event_id}{part}>; rel=preload; as=fetch; crossorigin"
        for part in ASKED_FIRST
    )


def _security(path: str, allowed: frozenset[str], stripe: StripeSettings | None) -> dict[str, str]:
    if path == EMBED_SCRIPT:
        return {**SECURITY, **FOR_ANY_PAGE}
    takes_cards = stripe is not None and path.removeprefix("/embed").startswith(ORDERS)
    found = checkout_security(stripe.script_url) if takes_cards and stripe else SECURITY
    if not path.startswith(FRAMED_PATH) or not allowed:
        return found
    policy = found["Content-Security-Policy"]
    ancestors = f"frame-ancestors {' '.join(sorted(allowed))}"
    framed = policy.replace("frame-ancestors 'none'", ancestors)
    assert framed != policy, "the policy says who may frame the pages"
    return {**found, "Content-Security-Policy": framed}


def checkout_security(script_url: str) -> dict[str, str]:
    """The headers of an order's page that shows the form of the script at this address."""
    parts = urlsplit(script_url)
    origin = f"{parts.scheme}://{parts.netloc}"
    wider = _STRIPE
    if parts.hostname != "js.stripe.com":
        wider = {"script": f" {origin}", "connect": f" {origin}", "frame": f"; frame-src {origin}"}
    return {
        **SECURITY,
        "Content-Security-Policy": _POLICY.format(**wider),
        # Wallets ask in a window of their own, which has to answer the form that opened it.
        "Cross-Origin-Opener-Policy": "same-origin-allow-popups",
    }


async def read_order_page(
    request: ApiRequest, order_id: FromPath[str], token: FromQuery[str] = ""
) -> Response[Any]:
    """Where an access_url leads: the page for a browser, the order itself for a program."""
    browser = "text/html" in text(request.sent, b"accept")
    shown = (
        await read_page(request) if browser else await orders.read_order(request, order_id, token)
    )
    shown.headers["Vary"] = "Accept, Accept-Encoding"
    return shown


async def read_refusals(request: ApiRequest) -> Response[Any]:
    """Every code of a problem, explained: where `type` leads."""
    del request
    entries = "".join(
        f'<dt id="{code}">{entry.status} <code>{code}</code>: {escape(entry.title)}</dt>'
        f"<dd>{escape(entry.detail)}</dd>"
        for code, entry in REFUSALS.items()
    )
    page = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Refusals</title></head>'
        f"<body><h1>What the box office may answer instead</h1><dl>{entries}</dl></body></html>"
    )
    return Response(page.encode(), media_type="text/html", headers=dict(SECURITY))
