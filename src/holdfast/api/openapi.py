"""The description of the API (OpenAPI 3.1), made from the route table and the types it names.

Nothing is described twice: addresses, bodies and answers come from the handlers' own signatures,
the refusals from the table. Thin routes stand in it like all others.
"""

import inspect
import re
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.metadata import version
from types import UnionType
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import msgspec

from holdfast.api.idempotency import KEY_PATTERN
from holdfast.api.problems import Problem
from holdfast.api.route import Route
from holdfast.config import IDEMPOTENCY_KEY_CHARACTERS_MAX
from holdfast.refusals import REFUSALS, Code

Json = dict[str, Any]

REF = "#/components/schemas/{name}"
_PARAMETER = re.compile(r"{(\w+):\w+}")
_CONSTRAINTS = {"ge": "minimum", "le": "maximum", "max_length": "maxLength"}
_SECURITY: Mapping[str, list[Json]] = {
    "anyone": [],
    "buyer": [{"session": []}, {"cookie": []}],
    "order": [{"session": []}, {"cookie": []}, {"link": []}],
    "organiser": [{"key": []}],
    "gate": [{"key": []}],
}
_SCHEMES: Json = {
    "session": {
        "type": "http",
        "scheme": "bearer",
        "description": "A buyer's token from POST /api/v1/sessions.",
    },
    "cookie": {
        "type": "apiKey",
        "in": "cookie",
        "name": "__Host-holdfast",
        "description": "The same for a browser, with Origin and Holdfast-Storefront: 1.",
    },
    "link": {
        "type": "apiKey",
        "in": "query",
        "name": "token",
        "description": "The token of an order's access_url.",
    },
    "key": {
        "type": "http",
        "scheme": "bearer",
        "description": "An organiser's or a gate's key, from `holdfast key create`.",
    },
}
_KEY_PARAMETER: Json = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "The same key and body again are answered by what the first made.",
    "schema": {
        "type": "string",
        "minLength": 1,
        "maxLength": IDEMPOTENCY_KEY_CHARACTERS_MAX,
        "pattern": f"^{KEY_PATTERN.pattern}$",
    },
}


def describe(routes: Iterable[tuple[str, Route]]) -> Json:
    """The document for these routes, each with the prefix of its address."""
    placed = list(routes)
    types = {t for _, route in placed for t in _types(route)} | {Problem}
    ordered = sorted(types, key=str)
    schemas, components = msgspec.json.schema_components(ordered, ref_template=REF)
    for component in components.values():
        if "description" in component:
            component["description"] = inspect.cleandoc(component["description"])
    schema_of = dict(zip(ordered, schemas, strict=True))
    paths: dict[str, Json] = {}
    for prefix, route in placed:
        address = _PARAMETER.sub(r"{\1}", prefix + route.path)
        operation = _operation(route, schema_of)
        paths.setdefault(address, {})[route.method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Holdfast",
            "version": version("holdfast"),
            "description": "A box office for reserved seats and standing areas.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {"schemas": components, "securitySchemes": _SCHEMES},
    }


def _types(route: Route) -> list[Any]:
    """The body and answer types of a route, which become named schemas."""
    body = _body(route)
    return [*_answers(route), *([] if body is None else [body])]


def _answers(route: Route) -> tuple[Any, ...]:
    """The types of a granted answer: none, one, or one of several."""
    answer = route.answer
    if answer is None:
        return ()
    return get_args(answer) if isinstance(answer, UnionType) else (answer,)


def _operation(route: Route, schema_of: Mapping[Any, Json]) -> Json:
    words = inspect.getdoc(route.function) or ""
    summary, _, rest = words.partition("\n")
    module = route.function.__module__.rpartition(".")[2]
    operation: Json = {
        "operationId": f"{module}.{route.function.__name__}",
        "summary": summary,
        "tags": [module.replace("_", " ")],
        "parameters": _parameters(route),
        "responses": _granted(route, schema_of) | _refused(route),
        "security": _SECURITY[route.who],
    }
    if rest.strip():
        operation["description"] = rest.strip()
    body = _body(route)
    if body is not None:
        optional = inspect.signature(route.function).parameters["data"].default is None
        operation["requestBody"] = {
            "required": not optional,
            "content": {"application/json": {"schema": schema_of[body]}},
        }
    elif route.body is not None:
        anything: Json = {"schema": {"type": "string", "contentMediaType": "application/json"}}
        operation["requestBody"] = {"required": True, "content": {route.body: anything}}
    return operation


def _parameters(route: Route) -> list[Json]:
    in_path = set(_PARAMETER.findall(route.path))
    hints = _hints(route)
    found: list[Json] = []
    for name, parameter in list(inspect.signature(route.function).parameters.items())[1:]:
        if name == "data":
            continue
        schema, description = _schema_of_parameter(hints[name])
        described: Json = {
            "name": name,
            "in": "path" if name in in_path else "query",
            "required": name in in_path,
            "schema": schema,
        }
        if isinstance(parameter.default, int) and parameter.default:
            schema["default"] = parameter.default
        if description:
            described["description"] = description
        found.append(described)
    if route.method == "POST":
        found.append(_KEY_PARAMETER)
    return found


def _schema_of_parameter(annotation: Any) -> tuple[Json, str]:
    """The schema of a parameter that may be left out but is never null, and what it is."""
    declared: list[Any] = []
    if get_origin(annotation) is Annotated:
        annotation, *declared = get_args(annotation)
    members = [member for member in get_args(annotation) if member is not type(None)]
    plain = (
        members[0] if len(members) == 1 and get_origin(annotation) is not Annotated else annotation
    )
    schema = _inline(plain)
    description = schema.pop("description", "")
    for declaration in declared:
        for field, keyword in _CONSTRAINTS.items():
            value = getattr(declaration, field, None)
            if value is not None:
                schema[keyword] = value
        description = getattr(declaration, "description", None) or description
    return schema, description


def _inline(annotation: Any) -> Json:
    """A schema without references: parameters are simple."""
    (schema,), components = msgspec.json.schema_components([annotation], ref_template=REF)
    if "$ref" in schema:
        schema = components[schema["$ref"].rpartition("/")[2]]
    return {name: value for name, value in schema.items() if name != "title"}


def _granted(route: Route, schema_of: Mapping[Any, Json]) -> Json:
    answer: Json = {"description": "Granted."}
    schemas = [schema_of[t] for t in _answers(route)]
    if schemas:
        schema = schemas[0] if len(schemas) == 1 else {"anyOf": schemas}
        answer["content"] = {route.media: {"schema": schema}}
    elif route.status == 200:
        kind = "object" if route.media == "application/json" else "string"
        answer["content"] = {route.media: {"schema": {"type": kind}}}
    found = {str(route.status): answer}
    for status in route.also:
        found[str(status)] = {"description": "Not changed."} if status == 304 else answer
    return found


def _refused(route: Route) -> Json:
    by_status: dict[int, list[Code]] = {}
    for code in _codes(route):
        by_status.setdefault(REFUSALS[code].status, []).append(code)
    return {
        str(status): {
            "description": "; ".join(f"`{code}`: {REFUSALS[code].title}" for code in codes),
            "content": {
                "application/problem+json": {"schema": {"$ref": REF.format(name="Problem")}}
            },
        }
        for status, codes in sorted(by_status.items())
    }


def _codes(route: Route) -> list[Code]:
    """What this route may refuse, in the order of the table."""
    found: set[Code] = {*route.refuses, "internal_error", "busy"}
    signature = inspect.signature(route.function).parameters
    if route.who != "anyone":
        found.add("unauthorized")
    if route.who in ("organiser", "gate"):
        found.add("forbidden")
    if route.who == "buyer" and route.method != "GET":
        found.add("wrong_origin")
    if "data" in signature or route.body is not None:
        found.update(("body_too_large", "invalid_request"))
    if route.method == "POST" or len(signature) > 1:
        found.add("invalid_request")
    if "{" in route.path:
        found.add("not_found")
    return [code for code in REFUSALS if code in found]


def _body(route: Route) -> Any:
    """The type of the JSON body, or None."""
    annotation = _hints(route).get("data")
    if annotation is None:
        return None
    if get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    members = [member for member in get_args(annotation) if member is not type(None)]
    return members[0] if members else annotation


@cache
def _hints(route: Route) -> dict[str, Any]:
    return get_type_hints(route.function, include_extras=True)
