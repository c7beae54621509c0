"""One keep-alive connection to a running server, quick enough for a race.

It speaks to our own server on loopback only: one request at a time, bodies in JSON. Every answer
comes with the instants at which it was asked for and received, on the machine's monotonic clock.
"""

import asyncio
import time
from collections import deque
from collections.abc import Iterable, Sequence
from types import TracebackType
from typing import Any, Final, Self

import msgspec
from msgspec import Struct

from tests.api.door import API, BUYER

LOOPBACK: Final = "127.0.0.1"
ANSWER_SECONDS_MAX: Final = 20.0  # longer than any wait of the server
_HEAD_END = b"\r\n\r\n"
_LENGTH = b"\ncontent-length: "


class Unanswered(Exception):  # noqa: N818 - what happened, not a kind of error
    """The link was lost or nobody answered: the request may or may not have been done."""


class Answer(Struct):
    """Status and JSON body; `called` and `returned` in seconds."""

    status: int
    body: Any
    called: float
    returned: float

    @property
    def code(self) -> str:
        """The code of a refusal; empty where there is none."""
        return "" if self.status < 400 else self.body["code"]

    @property
    def told(self) -> str:
        """The code of a refusal, else the status."""
        return self.code or str(self.status)

    @property
    def order_id(self) -> str:
        """Of the order that was answered, which must be one."""
        assert self.status in (200, 201, 202), self
        return self.body["order_id"]

    @property
    def payment_id(self) -> str:
        """Of the latest attempt to pay the order that was answered."""
        assert self.status in (200, 202), self
        return self.body["payment"]["payment_id"]


class Caller:
    """A client with a bearer token. Opens its connection when it is first needed, and a new one
    after the link was lost: to the next of its ports, as a balancer would lead it."""

    def __init__(self, port: int, token: str = "", others: Sequence[int] = ()) -> None:
        self._ports = deque([port, *others])
        self.token = token
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.hang_up()

    def hang_up(self) -> None:
        """Drop the connection, whatever is under way."""
        if self._streams is not None:
            self._streams[1].transport.abort()
            self._streams = None

    def _try_elsewhere(self) -> None:
        self.hang_up()
        self._ports.rotate(-1)

    async def call(self, method: str, path: str, data: object = None, key: str = "") -> Answer:
        """One request under /api/v1; `key`: its Idempotency-Key. Raises Unanswered."""
        body = b"" if data is None else msgspec.json.encode(data)
        return await self.send(method, path, body, {"Idempotency-Key": key} if key else {})

    async def send(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        """The same with a body of bytes, as they are."""
        called = time.monotonic()
        try:
            async with asyncio.timeout(ANSWER_SECONDS_MAX):
                reader, writer = self._streams or await self._connect()
                writer.write(self._request(method, path, body, headers))
                status, body = await _read(reader)
        except (OSError, EOFError, TimeoutError, ValueError) as error:
            self._try_elsewhere()
            raise Unanswered(f"{method} {path}: {error!r}") from error
        except asyncio.CancelledError:
            self.hang_up()
            raise
        return Answer(status, body, called, time.monotonic())

    async def become_a_buyer(self) -> Self:
        """Open a session of one's own."""
        opened = await self.call("POST", "/sessions")
        assert opened.status == 201, opened
        self.token = opened.body["token"]
        return self

    async def hold(self, event_id: int, *seat_ids: int, key: str = "") -> Answer:
        return await self.call("POST", f"/events/{event_id}/holds", {"seat_ids": seat_ids}, key)

    async def pay(self, order_id: str, token: str | None = "tok_ok", key: str = "") -> Answer:
        data = {"payment_token": token, "buyer": BUYER}
        return await self.call("POST", f"/orders/{order_id}/payment", data, key)

    async def complete(self, payment_id: str) -> Answer:
        """What the buyer's bank does at the end of 3-D Secure."""
        return await self.call("POST", f"/payments/test/{payment_id}/complete", {})

    async def release(self, order_id: str) -> Answer:
        return await self.call("DELETE", f"/orders/{order_id}")

    async def scan(self, event_id: int, barcode: str, **fields: str) -> Answer:
        data = {"barcode": barcode, "event_id": event_id, "gate": "North", "device": "1", **fields}
        return await self.call("POST", "/gate/scans", data)

    async def refund(self, order_id: str, *item_ids: str) -> Answer:
        return await self.call("POST", f"/admin/orders/{order_id}/refunds", {"item_ids": item_ids})

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        self._streams = await asyncio.open_connection(LOOPBACK, self._ports[0])
        return self._streams

    def _request(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> bytes:
        lines = [f"{method} {API}{path} HTTP/1.1", f"Host: {LOOPBACK}"]
        if self.token:
            lines.append(f"Authorization: Bearer {self.token}")
        lines += [f"{name}: {value}" for name, value in headers.items()]
        if body:
            lines.append("Content-Type: application/json")
        if body or method == "POST":
            lines.append(f"Content-Length: {len(body)}")
        return "\r\n".join(lines).encode() + _HEAD_END + body


async def _read(reader: asyncio.StreamReader) -> tuple[int, Any]:
    """Status and body of the next answer."""
    head = await reader.readuntil(_HEAD_END)
    status = int(head[9:12])
    place = head.find(_LENGTH)
    if place < 0:
        return status, None
    start = place + len(_LENGTH)
    body = await reader.readexactly(int(head[start : head.index(b"\r", start)]))
    return status, msgspec.json.decode(body) if body else None


def hang_up(callers: Iterable[Caller]) -> None:
    """Everybody drops the connection."""
    for caller in callers:
        caller.hang_up()
