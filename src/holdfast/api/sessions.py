"""POST /sessions: a buyer begins."""

from datetime import datetime
from typing import Any

from litestar import Response
from msgspec import Struct

from holdfast.api import credentials
from holdfast.api.answer import answer
from holdfast.api.idempotency import key_of
from holdfast.api.request import ApiRequest
from holdfast.refusals import Refusal


class SessionAnswer(Struct):
    """A new session. `token` is null where it was set as a cookie, which no script can read."""

    session_id: str
    token: str | None
    expires_at: datetime


async def open_session(request: ApiRequest) -> Response[Any]:
    """Open a session; it costs nothing and is stored nowhere.

    Our own pages send `Holdfast-Storefront: 1` and get a cookie instead of the token; a browser
    that has a valid session keeps it. Idempotency-Key means nothing here: every call is new.
    """
    key_of(request)
    parts = request.parts
    if credentials.STOREFRONT_HEADER not in request.sent:
        session, token = parts.sessions.issue(parts.time.now())
        return answer(SessionAnswer(session.session_id, token, session.expires_at), 201)
    try:
        session = request.buyer_if_any
    except Refusal as refusal:
        if refusal.code != "unauthorized":
            raise
        session = None
    if session is not None:
        return answer(SessionAnswer(session.session_id, None, session.expires_at), 201)
    session, token = parts.sessions.issue(parts.time.now())
    made = answer(SessionAnswer(session.session_id, None, session.expires_at), 201)
    made.headers["Set-Cookie"] = credentials.cookie_with(parts, token, request.url_scheme)
    return made
