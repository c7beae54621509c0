"""A webhook leads to the internet, or into a network that a setting names, and nowhere else."""

import asyncio
import socket
from collections.abc import AsyncGenerator
from ipaddress import ip_network
from typing import Any

import pytest

from holdfast.config import SettingError, read_settings
from holdfast.refusals import Refusal
from holdfast.webhooks.guard import Guard
from holdfast.webhooks.line import Line, Outcome

pytestmark = pytest.mark.anyio

CLOSED = Guard(())
INSIDE = (
    "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.0.0.1", "172.16.3.4", "192.168.1.1", "100.64.0.1",
    "169.254.169.254", "224.0.0.1", "255.255.255.255", "::", "::1", "::ffff:127.0.0.1",
    "::ffff:169.254.169.254", "fe80::1", "fec0::1", "fd00::1", "ff02::1", "64:ff9b::7f00:1",
    "2002:7f00:1::", "2001:0:1:2:3:4:5:6",
)  # fmt: skip
OUTSIDE = ("93.184.215.14", "1.1.1.1", "2606:4700:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101")
BAD_URLS = (
    "ftp://arena.example/", "http://arena.example/", "arena.example", "https://", "https:///x",
    "https://ada:secret@arena.example/", "https://arena.example/#top", "https://arena.example:0/",
    "https://arena.example:99999/", "https://arena.example/a b", "https://arena.example/\r\nx",
    "https://[::1", "https://127.0.0.1/", "https://2130706433/", "https://0x7f.1/",
    "https://017700000001/", "https://127.1/", "https://[::1]/", "https://[::ffff:127.0.0.1]/",
    "https://169.254.169.254/latest/meta-data", "https://[fd00::1]:8443/",
    "https://arena.example/" + "x" * 2_000,
)  # fmt: skip


@pytest.mark.parametrize("address", INSIDE)
def test_what_is_inside_is_not_called(address: str) -> None:
    assert not CLOSED.allows(address, plain=False)
    assert not CLOSED.allows(address, plain=True)


@pytest.mark.parametrize("address", OUTSIDE)
def test_what_is_on_the_internet_is_called_with_tls_only(address: str) -> None:
    assert CLOSED.allows(address, plain=False)
    assert not CLOSED.allows(address, plain=True)


def test_a_network_of_the_setting_is_called_in_any_way() -> None:
    guard = Guard([ip_network("10.1.0.0/16"), ip_network("::1")])
    for plain in (True, False):
        assert guard.allows("10.1.2.3", plain=plain)
        assert guard.allows("::ffff:10.1.2.3", plain=plain)
        assert guard.allows("::1", plain=plain)
        assert not guard.allows("10.2.0.1", plain=plain)
        assert not guard.allows("127.0.0.1", plain=plain)
    guard.check("http://10.1.2.3:8080/told")
    guard.check("http://hooks.arena.internal/told")
    with pytest.raises(Refusal):
        guard.check("http://93.184.215.14/told")


@pytest.mark.parametrize("url", BAD_URLS)
def test_an_address_that_cannot_be_called_is_refused_at_once(url: str) -> None:
    with pytest.raises(Refusal) as refusal:
        CLOSED.check(url)
    assert (refusal.value.code, refusal.value.extra["at"]) == ("invalid_request", "url")


def test_an_ordinary_address_is_taken() -> None:
    for url in (
        "https://arena.example/holdfast?x=1",
        "https://arena.example:8443",
        "https://1.1.1.1/",
    ):
        CLOSED.check(url)


def test_the_setting_names_networks() -> None:
    made = read_settings({"HOLDFAST_WEBHOOK_NETWORKS": "10.1.0.0/16, 127.0.0.1"})
    assert [str(net) for net in made.webhook_networks] == ["10.1.0.0/16", "127.0.0.1/32"]
    with pytest.raises(SettingError, match="HOLDFAST_WEBHOOK_NETWORKS"):
        read_settings({"HOLDFAST_WEBHOOK_NETWORKS": "localhost"})


class Neighbour:
    """Something that listens on this machine and must not be reached."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.visits = 0


@pytest.fixture
async def neighbour() -> AsyncGenerator[Neighbour]:
    async def visit(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        neighbour.visits += 1
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")
        writer.close()

    server = await asyncio.start_server(visit, "0.0.0.0", 0)
    neighbour = Neighbour(server.sockets[0].getsockname()[1])
    try:
        yield neighbour
    finally:
        server.close()


async def call(guard: Guard, url: str) -> Outcome:
    line = Line(guard)
    try:
        return await line.call(url, b"{}", {})
    finally:
        await line.close()


def lead(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    """Let trap.example lead to these addresses, one after the other at each look."""
    ask, left = socket.getaddrinfo, list(addresses)

    def answer(host: Any, port: Any, *args: Any, **fields: Any) -> Any:
        if host == "trap.example":
            host = left.pop(0) if len(left) > 1 else left[0]
        return ask(host, port, *args, **fields)

    monkeypatch.setattr(socket, "getaddrinfo", answer)


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "169.254.169.254", "::ffff:127.0.0.1"])
async def test_a_name_that_leads_inside_is_not_connected_to(
    neighbour: Neighbour, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    CLOSED.check("https://trap.example/")
    lead(monkeypatch, address)
    outcome = await call(CLOSED, f"https://trap.example:{neighbour.port}/")
    assert outcome.status_code is None
    assert "HOLDFAST_WEBHOOK_NETWORKS" in outcome.answer
    assert neighbour.visits == 0


async def test_without_the_guard_the_neighbour_would_be_reached(
    neighbour: Neighbour, monkeypatch: pytest.MonkeyPatch
) -> None:
    lead(monkeypatch, "127.0.0.1")
    monkeypatch.setattr(Guard, "allows", lambda *_, **__: True)
    assert (await call(CLOSED, f"http://trap.example:{neighbour.port}/")).status_code == 200
    assert neighbour.visits == 1


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "127.1", "[::ffff:127.0.0.1]", "[::1]"])
async def test_no_way_of_writing_an_address_gets_past_a_call(
    neighbour: Neighbour, host: str
) -> None:
    outcome = await call(CLOSED, f"https://{host}:{neighbour.port}/")
    assert outcome.status_code is None
    assert neighbour.visits == 0


async def test_a_name_that_leads_elsewhere_at_the_second_look_is_looked_at_again(
    neighbour: Neighbour, monkeypatch: pytest.MonkeyPatch
) -> None:
    guard = Guard([ip_network("127.0.0.2")])
    lead(monkeypatch, "127.0.0.2", "127.0.0.1")
    url = f"http://trap.example:{neighbour.port}/"
    assert (await call(guard, url)).status_code == 200
    assert (await call(guard, url)).status_code is None
    assert neighbour.visits == 1
