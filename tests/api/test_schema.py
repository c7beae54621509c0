"""The description of the API agrees with the server that runs, thin routes included."""

import asyncio
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

from holdfast.api.openapi import describe
from holdfast.api.routes import ADMIN_ROUTES, BARE_ROUTES, PREFIX, ROUTES
from holdfast.refusals import REFUSALS
from tests.api.door import BUYER
from tests.cli.shell import Shell
from tests.postgres import FreshDatabases

EVERY = [*((PREFIX, r) for r in (*ROUTES, *ADMIN_ROUTES)), *(("", r) for r in BARE_ROUTES)]
DOCUMENT = describe(EVERY)
STAFF = ("/api/v1/admin", "/api/v1/gate")
CHECKS: list[Any] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    negative_data_rejection,
]

# A stream has no end, and an organiser who revokes the key of this test ends the test.
# Loaded here alone (pyproject.toml keeps it out of all other runs): it takes a second and a half.
pytest_plugins = ("schemathesis.pytest.plugin",)

described = schemathesis.openapi.from_dict(DOCUMENT).exclude(path_regex="/stream$|/admin/keys/")


class Open:
    """A server with one event, and who may ask it what."""

    def __init__(self, address: str, key: str) -> None:
        self.address = address
        self.staff = {"Authorization": f"Bearer {key}"}
        token = httpx.post(f"{address}/api/v1/sessions").json()["token"]
        self.buyer = {"Authorization": f"Bearer {token}"}


@pytest.fixture(scope="module")
def open_server(
    databases: FreshDatabases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Open]:
    folder = tmp_path_factory.mktemp("schema")
    fresh = databases.fresh()
    with asyncio.Runner() as runner:
        url = databases.url(runner.run(fresh.__aenter__()))
        shell = Shell(folder / "data", HOLDFAST_DATABASE_URL=url)
        chart = folder / "house.json"
        chart.write_text(shell.run("chart", "generate", "--kind", "arena", "--seats", "600").out)
        made = shell.run("event", "create", "--chart", str(chart), "--name", "Aida", "--on-sale")
        assert made.code == 0, made.err
        key = shell.run("key", "create", "--role", "organiser").out.strip()
        with shell.serving() as server:
            yield Open(server.address, key)
        assert "request.failed" not in server.log
        doctor = shell.run("doctor")
        runner.run(fresh.__aexit__(None, None, None))
    assert doctor.code == 0, doctor.out


def test_a_whole_purchase_is_as_described(open_server: Open) -> None:
    validate = schemathesis.openapi.from_dict(DOCUMENT)
    with httpx.Client(base_url=open_server.address, headers=open_server.buyer) as client:

        def check(method: str, path: str, address: str, body: Any = None) -> Any:
            answer = client.request(method, address, json=body)
            assert answer.status_code < 300, answer.text
            validate[path][method].validate_response(answer)
            return answer.json() if answer.headers["content-type"] == "application/json" else None

        api = "/api/v1"
        order = check(
            "POST", f"{api}/events/{{event_id}}/holds", f"{api}/events/1/holds", {"seat_ids": [3]}
        )
        at = f"{api}/orders/{order['order_id']}"
        check("GET", f"{api}/orders/{{order_id}}", at)
        check("POST", f"{api}/orders/{{order_id}}/items", f"{at}/items", {"seat_ids": [4]})
        paid = check(
            "POST",
            f"{api}/orders/{{order_id}}/payment",
            f"{at}/payment",
            {"payment_token": "tok_ok", "buyer": BUYER},
        )
        check("GET", f"{api}/orders/{{order_id}}/tickets", f"{at}/tickets")
        ticket = paid["tickets"][0]["ticket_id"]
        check("GET", f"{api}/tickets/{{ticket_id}}.svg", f"{api}/tickets/{ticket}.svg")
        check("GET", f"{api}/tickets/{{ticket_id}}.ics", f"{api}/tickets/{ticket}.ics")
        check("GET", f"{api}/events/{{event_id}}/seats", f"{api}/events/1/seats?since=0")
        chart = client.get(f"{api}/events/1").json()["chart_url"]
        check("GET", f"{api}/charts/{{sha256}}", chart)


@described.parametrize()
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
def test_the_server_does_what_its_description_says(case: Case, open_server: Open) -> None:
    headers = open_server.staff if case.path.startswith(STAFF) else open_server.buyer
    case.call_and_validate(base_url=open_server.address, headers=headers, checks=CHECKS)


def test_every_route_stands_in_the_description() -> None:
    described_routes = {
        (method.upper(), path) for path, item in DOCUMENT["paths"].items() for method in item
    }
    assert len(described_routes) == len(EVERY)
    for promised in ("GET /api/v1/events/{event_id}/seats", "POST /api/v1/events/{event_id}/holds"):
        assert tuple(promised.split(" ")) in described_routes, "thin routes too"


def test_every_refusal_of_a_route_is_a_code_of_the_table() -> None:
    text = str(DOCUMENT["paths"])
    named = [code for code in REFUSALS if f"`{code}`" in text]
    assert len(named) > 30


def test_every_operation_says_in_a_sentence_what_it_does() -> None:
    for path, item in DOCUMENT["paths"].items():
        for method, operation in item.items():
            assert operation["summary"].endswith((".", "`.")), f"{method} {path}"
    names = [
        operation["operationId"] for i in DOCUMENT["paths"].values() for operation in i.values()
    ]
    assert len(set(names)) == len(names)
