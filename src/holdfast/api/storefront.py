"""The buyer's pages as they are served.

`/assets/...` have their hash in the name and are cacheable for ever; every other address that is no
API's shows the page, which finds its own way. The pages may load nothing from elsewhere.
"""

from typing import Any

from litestar import Response

from holdfast.api.answer import matches
from holdfast.api.charts import FOR_EVER, accepts_gzip
from holdfast.api.headers import text
from holdfast.api.request import ApiRequest
from holdfast.refusals import Refusal

SECURITY = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
        "font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",  # addresses of orders carry a token
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(), microphone=()",
}


async def read_page(request: ApiRequest) -> Response[Any]:
    """A file of the buyer's pages, or the page itself."""
    path = request.scope["path"]
    found = request.parts.pages.at(path)
    if found is None:
        raise Refusal("not_found")
    immutable = path.startswith("/assets/")
    headers = {
        **SECURITY,
        "ETag": found.etag,
        "Cache-Control": FOR_EVER if immutable else "no-cache",
        "Vary": "Accept-Encoding",
    }
    if matches(text(request.sent, b"if-none-match"), found.etag):
        return Response(b"", status_code=304, headers=headers, media_type=found.media)
    if found.gzip and accepts_gzip(request):
        headers["Content-Encoding"] = "gzip"
        return Response(found.gzip, headers=headers, media_type=found.media)
    return Response(found.body, headers=headers, media_type=found.media)
