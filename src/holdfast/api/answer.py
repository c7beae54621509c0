"""Answers as bytes: JSON with its version, and cacheable ones with an ETag.

A cacheable answer is encoded before it is compared: the same bytes always have the same tag.
"""

import hashlib
from typing import Any

import msgspec
from litestar import Response
from litestar.enums import MediaType

from holdfast.api.headers import text
from holdfast.api.parts import Parts
from holdfast.api.request import ApiRequest

_encode = msgspec.json.Encoder().encode

VERSION = "Holdfast-Version"
REPLICA_AGE = "Holdfast-Replica-Age"
REPLAYED = "Idempotency-Replayed"


def answer(
    value: Any, status: int = 200, *, version: int | None = None, replayed: bool = False
) -> Response[Any]:
    """A value as JSON; `version` is the event's journal version that it shows."""
    headers: dict[str, str] = {"Cache-Control": "no-store"}
    if version is not None:
        headers[VERSION] = str(version)
    if replayed:
        headers[REPLAYED] = "true"
    return Response(_encode(value), status_code=status, media_type=MediaType.JSON, headers=headers)


def cacheable(
    request: ApiRequest, value: Any, max_age_seconds: int, *, version: int | None = None
) -> Response[Any]:
    """A public value as JSON with an ETag, or 304 where the caller has it already."""
    body = _encode(value)
    headers = {
        "ETag": f'"{hashlib.sha256(body).hexdigest()[:32]}"',
        "Cache-Control": f"public, max-age={max_age_seconds}",
    }
    if version is not None:
        headers[VERSION] = str(version)
    age = replica_age(request.parts)
    if age is not None:
        headers[REPLICA_AGE] = age
    if matches(text(request.sent, b"if-none-match"), headers["ETag"]):
        return Response(b"", status_code=304, headers=headers, media_type=MediaType.JSON)
    return Response(body, media_type=MediaType.JSON, headers=headers)


def replica_age(parts: Parts) -> str | None:
    """How many seconds old what was read from a replica may be; None where none is read from."""
    age = parts.database.replicas.age
    return None if age is None else f"{age:.2f}"


def matches(if_none_match: str, etag: str) -> bool:
    """Whether the caller has this version already (RFC 9110, 13.1.2: weak comparison)."""
    if not if_none_match:
        return False
    known = [tag.strip().removeprefix("W/") for tag in if_none_match.split(",")]
    return "*" in known or etag.removeprefix("W/") in known
