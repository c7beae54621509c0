"""An organiser's program: a real HTTP server that is told things, misbehaves on request, and knows
by the specification alone whether a call is genuine."""

import asyncio
import base64
import hashlib
import hmac
import json
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web
from msgspec import Struct

TOLERANCE_SECONDS = 300
HANG, RESET = "hang", "reset"


class Call(Struct, frozen=True):
    """One request as it came in."""

    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def json(self) -> dict[str, Any]:
        return json.loads(self.body)


class Receiver:
    """What came in, in order. `mood` says how the next request is answered: a status or trouble."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.mood: Callable[[Call], int | str] = lambda _: 200
        self.answer = b"thank you"
        self.answer_headers: dict[str, str] = {}
        self.url = ""
        self.patience_ends = asyncio.Event()

    async def take(self, request: web.Request) -> web.StreamResponse:
        headers = {name.lower(): value for name, value in request.headers.items()}
        call = Call(headers, await request.read())
        self.calls.append(call)
        mood = self.mood(call)
        if mood == HANG:
            await self.patience_ends.wait()
        if isinstance(mood, str):
            assert request.transport is not None
            request.transport.abort()
            mood = 500
        return web.Response(status=mood, body=self.answer, headers=self.answer_headers)

    def ids(self) -> list[str]:
        return [call.id for call in self.calls]


@asynccontextmanager
async def receiving() -> AsyncGenerator[Receiver]:
    """A receiver that listens on a port of its own."""
    receiver = Receiver()
    application = web.Application()
    application.router.add_route("*", "/{tail:.*}", receiver.take)
    runner = web.AppRunner(application, shutdown_timeout=1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/told"
    try:
        yield receiver
    finally:
        receiver.patience_ends.set()
        await runner.cleanup()


def is_genuine(secret: str, call: Call) -> bool:
    """Whether one of the signatures is right, as the specification of Standard Webhooks 1.0.0 has
    it: `v1,` and the HMAC-SHA256 of id, timestamp and raw body with full stops between."""
    stamp = call.headers["webhook-timestamp"]
    if abs(time.time() - int(stamp)) > TOLERANCE_SECONDS:
        return False
    key = base64.b64decode(secret.removeprefix("whsec_"))
    content = call.headers["webhook-id"].encode() + b"." + stamp.encode() + b"." + call.body
    wanted = base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
    offered = call.headers["webhook-signature"].split(" ")
    return any(hmac.compare_digest(f"v1,{wanted}", each) for each in offered)
