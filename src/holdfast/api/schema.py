"""GET /schema/openapi.json: the description of everything that this server answers."""

from typing import Any

import msgspec
from litestar import Response

from holdfast.api.answer import cacheable
from holdfast.api.request import ApiRequest
from holdfast.config import SCHEMA_MAX_AGE_SECONDS


async def read_schema(request: ApiRequest) -> Response[Any]:
    """The API as an OpenAPI 3.1 document."""
    return cacheable(request, msgspec.Raw(request.app.state["describe"]()), SCHEMA_MAX_AGE_SECONDS)
