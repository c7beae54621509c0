"""Request bodies: read no further than their limit, then decoded strictly into a value.

Refused: too many bytes, another content type than JSON, anything that is not JSON, unknown members,
values out of range; the refusal names the place in the body. Nothing is converted by guessing.
"""

import asyncio
import re
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

from holdfast.api.headers import Headers, text
from holdfast.config import BODY_SECONDS_MAX
from holdfast.refusals import Refusal

T = TypeVar("T")
Receive = Callable[[], Any]

_JSON = b"application/json"
_PLACE = re.compile(r"^(.*?)(?: - at `(.*)`)?$", re.DOTALL)


async def read_body(receive: Receive, headers: Headers, bytes_max: int) -> bytes:
    """The whole body. Refuses body_too_large as soon as that is known."""
    announced = headers.get(b"content-length", b"0")
    if announced.isdigit() and int(announced) > bytes_max:
        raise _too_large(bytes_max)
    message = await receive()
    if message["type"] == "http.request":
        body: bytes = message.get("body", b"")
        # Mostly it comes in one piece; the server then says only with the next message that it did.
        if not message.get("more_body", False) or announced == b"%d" % len(body):
            if len(body) > bytes_max:
                raise _too_large(bytes_max)
            return body
    try:
        async with asyncio.timeout(BODY_SECONDS_MAX):
            return await _read_on(receive, message, bytes_max)
    except TimeoutError:
        raise Refusal("invalid_request", "The body did not arrive in time.") from None


async def _read_on(receive: Receive, message: Any, bytes_max: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    while True:
        if message["type"] != "http.request":
            raise Refusal("invalid_request", "The body broke off before its end.")
        part: bytes = message.get("body", b"")
        size += len(part)
        if size > bytes_max:
            raise _too_large(bytes_max)
        parts.append(part)
        if not message.get("more_body", False):
            return b"".join(parts)
        message = await receive()


def decode_body(decoder: msgspec.json.Decoder[T], body: bytes, headers: Headers) -> T:
    """The body as a value of the decoder's type, or invalid_request with the place of the fault."""
    if headers.get(b"content-type") != _JSON:
        _require_json(headers)
    try:
        return decoder.decode(body)
    except msgspec.ValidationError as error:
        raise not_valid(error) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        if not body:
            raise Refusal("invalid_request", "A body is needed, as application/json.") from None
        raise Refusal("invalid_request", f"The body is not sound JSON: {error}.") from None


def _require_json(headers: Headers) -> None:
    """Refuse another content type; none at all is taken for JSON."""
    kind = text(headers, b"content-type").partition(";")[0].strip().lower()
    if kind and kind != "application/json" and not kind.endswith("+json"):
        raise Refusal("invalid_request", f"Send the body as application/json, not as {kind[:80]}.")


def not_valid(error: msgspec.ValidationError, place: str = "") -> Refusal:
    """The refusal of a value that does not fit, with its place (`$.items[0].seat_id`)."""
    match = _PLACE.match(str(error))
    assert match is not None, "the pattern matches everything"
    fault = match[1].replace("`", "")
    at = place or match[2] or "$"
    return Refusal("invalid_request", f"At {at}: {fault}.", at=at)


def _too_large(bytes_max: int) -> Refusal:
    return Refusal("body_too_large", f"The body may have {bytes_max} bytes.", bytes_max=bytes_max)
