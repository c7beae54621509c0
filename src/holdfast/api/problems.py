"""What goes wrong, as the caller sees it: RFC 9457 problems, and nothing of our insides.

Refusals are answered as they are. What the framework refuses and what the database is too busy for
become refusals of the same table. Everything else is a bug: logged with an id, answered as 500.
"""

import secrets
from collections.abc import Iterable

import msgspec
import structlog
from litestar.exceptions import (
    HTTPException,
    MethodNotAllowedException,
    NotFoundException,
    ValidationException,
)

from holdfast.config import RETRY_AFTER_SECONDS
from holdfast.database.errors import Trouble, classify
from holdfast.refusals import REFUSALS, Code, Refusal

PROBLEM = b"application/problem+json"

log = structlog.get_logger(__name__)
_encode = msgspec.json.Encoder().encode


class Problem(msgspec.Struct, kw_only=True):
    """A refusal (RFC 9457). `code` is stable; `detail` says what to do next. Further members belong
    to the code, such as seat_ids."""

    type: str
    title: str
    status: int
    code: Code
    detail: str


def answer_to(error: Exception, what: str) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    """Status, headers and body for whatever was raised; `what` is the request, for the log."""
    refusal = _refusal(error, what)
    headers = [(b"content-type", PROBLEM), (b"cache-control", b"no-store")]
    retry_after = refusal.extra.get("retry_after")
    if retry_after is not None:
        headers.append((b"retry-after", str(retry_after).encode()))
    if refusal.code == "unauthorized":
        headers.append((b"www-authenticate", b"Bearer"))
    if isinstance(error, MethodNotAllowedException) and error.headers:
        allow = next((v for k, v in error.headers.items() if k.lower() == "allow"), "")
        headers.append((b"allow", allow.encode()))
    return REFUSALS[refusal.code].status, headers, _encode(refusal.problem())


def _refusal(error: Exception, what: str) -> Refusal:
    if isinstance(error, Refusal):
        return error
    if isinstance(error, HTTPException) and error.status_code < 500:
        return _of_framework(error)
    if classify(error) in (Trouble.PASSING, Trouble.LINK_LOST):
        log.warning("request.database_trouble", request=what, error=repr(error))
        return Refusal("busy", retry_after=RETRY_AFTER_SECONDS)
    request_id = secrets.token_hex(8)
    log.error("request.failed", request=what, request_id=request_id, exc_info=error)
    return Refusal("internal_error", request_id=request_id)


def _of_framework(error: HTTPException) -> Refusal:
    if isinstance(error, NotFoundException):
        return Refusal("not_found")
    if isinstance(error, MethodNotAllowedException):
        return Refusal("method_not_allowed")
    if error.status_code == REFUSALS["body_too_large"].status:
        return Refusal("body_too_large")
    if isinstance(error, ValidationException):
        return Refusal("invalid_request", _faults(error), at=_place(error))
    return Refusal("invalid_request", error.detail)


def _messages(error: ValidationException) -> list[dict[str, str]]:
    extra = error.extra
    return extra if isinstance(extra, list) else []


def _faults(error: ValidationException) -> str | None:
    found = [f"At {m.get('key', '$')}: {m.get('message', '')}." for m in _messages(error)]
    return _joined(found).replace("`", "") or None


def _place(error: ValidationException) -> str:
    return next((m["key"] for m in _messages(error) if "key" in m), "$")


def _joined(sentences: Iterable[str]) -> str:
    return " ".join(sentences)
