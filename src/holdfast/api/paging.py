"""Lists by pages: `limit` places, then `next`, which is handed back as `cursor` for the next page.

A cursor is opaque to callers: the sort key of the last row, in URL-safe base 64.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Annotated, Any, TypeVar

import msgspec
from litestar.params import QueryParameter

from holdfast.config import LIST_LIMIT_MAX
from holdfast.refusals import Refusal

T = TypeVar("T")

Limit = Annotated[int, QueryParameter(ge=1, le=LIST_LIMIT_MAX, description="Entries on a page.")]
Cursor = Annotated[str, QueryParameter(max_length=400, description="`next` of the page before.")]


def cursor_of(*key: Any) -> str:
    """The cursor that continues after this sort key."""
    return urlsafe_b64encode(msgspec.json.encode(key)).decode().rstrip("=")


def after(cursor: str, key_type: type[T], start: T) -> T:
    """The sort key that a cursor holds, or `start` without one. Refuses what is no cursor."""
    if not cursor:
        return start
    try:
        raw = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        return msgspec.json.decode(raw, type=key_type)
    except (ValueError, msgspec.DecodeError):
        raise Refusal(
            "invalid_request", "At cursor: this is no `next` of an earlier page.", at="cursor"
        ) from None
