"""What stands between the box office and localstripe: Stripe as far as localstripe leaves it out.

localstripe is a program of its own and keeps the books: intents, cards, captures, refunds. It knows
nothing of idempotency keys, of cards named at the confirmation, of `created` filters, disputes and
search, of banks with a page of their own, and pays back more than it has. This front adds those,
and loses answers on purpose. For browsers it also has a stand-in for Stripe.js (stand_in/).
"""

import asyncio
import json
import threading
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote

from aiohttp import ClientSession, web

INTENT = "/v1/payment_intents/"
STAND_IN = Path(__file__).with_name("stand_in")
CORS = {"Access-Control-Allow-Origin": "*"}
ELSEWHERE = "ctoken_redirect_"
"""A confirmation token of a method whose bank has a page of its own."""


class Front:
    """`lose`: how many answers to calls of this name are answered 500 after they were carried out.
    `collects`: a confirmation takes the money at once, as some methods do whatever was asked for.
    `short`: by so much less is reserved or collected than was asked for.
    `seen`: method and path of every call, in order."""

    def __init__(self, upstream: str) -> None:
        self.upstream = upstream
        self.address = ""
        self.lose: dict[str, int] = {}
        self.collects = False
        self.short = 0
        self.seen: list[str] = []
        self.disputes: list[dict[str, Any]] = []
        self.elsewhere: dict[str, str] = {}
        self._answers: dict[str, tuple[int, bytes]] = {}
        self._session: ClientSession | None = None

    @property
    def session(self) -> ClientSession:
        assert self._session is not None
        return self._session

    async def take(self, request: web.Request) -> web.StreamResponse:
        if request.path.startswith("/stand-in/"):
            return web.FileResponse(STAND_IN / Path(request.path).name)
        body = await request.read()
        self.seen.append(f"{request.method} {request.path}")
        key = request.headers.get("Idempotency-Key", "") if request.method == "POST" else ""
        if key and key in self._answers:
            status, answer = self._answers[key]
            return _json(status, answer, {"Idempotent-Replayed": "true"})
        status, answer = await self._carry_out(request, body)
        name = request.path.rsplit("/", 1)[1]
        if request.method == "POST" and self.lose.get(name, 0) > 0:
            self.lose[name] -= 1
            status, answer = 500, b'{"error":{"type":"api_error","message":"lost"}}'
        if key:
            self._answers[key] = status, answer
        return _json(status, answer)

    async def _carry_out(self, request: web.Request, body: bytes) -> tuple[int, bytes]:
        path, query = request.path, dict(request.query)
        if path == "/v1/disputes":
            found = [d for d in self.disputes if d["payment_intent"] == query["payment_intent"]]
            return 200, _page(found)
        if path == INTENT + "search":
            wanted = query["query"].split("'")[3]
            intents = await self._all_intents()
            found = [i for i in intents if i["metadata"].get("holdfast_payment") == wanted]
            return 200, _page(found)
        if path == "/v1/payment_intents" and request.method == "GET":
            return 200, _page(await self._all_intents())
        if path == "/v1/refunds" and request.method == "GET":
            return 200, _page(await self._refunds(query["payment_intent"]))
        if path == "/v1/refunds":
            refused = await self._too_much(dict(parse_qsl(body.decode())))
            if refused is not None:
                return refused
        if path.endswith("/confirm"):
            return await self._confirm(path, dict(parse_qsl(body.decode())))
        return await self.ask(request.method, path, body)

    async def _confirm(self, path: str, data: dict[str, str]) -> tuple[int, bytes]:
        """localstripe wants the card on the intent before it is confirmed."""
        token = data.get("payment_method") or data["confirmation_token"]
        card = token.removeprefix(ELSEWHERE).removeprefix("ctoken_")
        intent = path.removesuffix("/confirm")
        if token.startswith(ELSEWHERE):
            self.elsewhere[intent.removeprefix(INTENT)] = data["return_url"]
        status, answer = await self.ask("GET", f"/v1/payment_methods/{card}", b"")
        if status != 200:
            return status, answer
        await self.ask("POST", intent, f"payment_method={card}".encode())
        status, answer = await self.ask("POST", path, b"")
        if self.collects and json.loads(answer).get("status") == "requires_capture":
            return await self.ask("POST", f"{intent}/capture", b"")
        return status, answer

    async def _too_much(self, data: dict[str, str]) -> tuple[int, bytes] | None:
        _, answer = await self.ask("GET", INTENT + data["payment_intent"], b"")
        made = sum(r["amount"] for r in await self._refunds(data["payment_intent"]))
        left = json.loads(answer)["amount"] - made
        if int(data["amount"]) <= left:
            return None
        code = "charge_already_refunded" if left == 0 else "amount_too_large"
        error = {"type": "invalid_request_error", "code": code, "message": "more than is left"}
        return 400, json.dumps({"error": error}).encode()

    async def _refunds(self, intent: str) -> list[dict[str, Any]]:
        status, answer = await self.ask("GET", f"/v1/refunds?payment_intent={intent}", b"")
        return json.loads(answer)["data"] if status == 200 else []

    async def _all_intents(self) -> list[dict[str, Any]]:
        _, answer = await self.ask("GET", "/v1/payment_intents?limit=100", b"")
        intents = json.loads(answer)["data"]
        for intent in intents:
            intent.update(_amounts(intent))
            if intent["latest_charge"]:
                made = await self._refunds(intent["id"])
                intent["latest_charge"] = {
                    "object": "charge",
                    "id": "ch",
                    "amount_refunded": sum(r["amount"] for r in made),
                }
        return intents

    async def ask(self, method: str, path: str, body: bytes) -> tuple[int, bytes]:
        """localstripe's own answer; what an intent lacks of Stripe's is added."""
        headers = {"Authorization": "Bearer sk_test_12345"}
        if body:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        url = f"{self.upstream}{path}"
        async with self.session.request(method, url, data=body, headers=headers) as answer:
            status, found = answer.status, await answer.read()
        if status == 200 and path.startswith(INTENT.rstrip("/")) and "?" not in path:
            intent = json.loads(found)
            intent.update(_amounts(intent, self.short))
            back = self.elsewhere.get(intent["id"])
            if back is not None and intent["status"] == "requires_action":
                query = f"secret={intent['client_secret']}&back={quote(back, safe='')}"
                url = f"{self.address}/stand-in/bank.html?{query}"
                intent["next_action"] = {
                    "type": "redirect_to_url",
                    "redirect_to_url": {"url": url, "return_url": back},
                }
            found = json.dumps(intent).encode()
        return status, found


def _amounts(intent: dict[str, Any], short: int = 0) -> dict[str, int]:
    """localstripe's intents do not say how much of them is reserved or collected."""
    amount = intent["amount"] - short
    return {
        "amount_capturable": amount if intent["status"] == "requires_capture" else 0,
        "amount_received": amount if intent["status"] == "succeeded" else 0,
    }


def _page(found: list[dict[str, Any]]) -> bytes:
    return json.dumps({"object": "list", "url": "/", "has_more": False, "data": found}).encode()


def _json(status: int, body: bytes, headers: dict[str, str] | None = None) -> web.Response:
    headers = {**CORS, **(headers or {})}
    return web.Response(status=status, body=body, content_type="application/json", headers=headers)


@contextmanager
def front_beside(upstream: str) -> Iterator[Front]:
    """The front in a thread of its own, for tests that wait for a browser."""
    opened: list[tuple[Front, asyncio.AbstractEventLoop, asyncio.Event]] = []
    ready = threading.Event()

    async def run() -> None:
        async with open_front(upstream) as front:
            done = asyncio.Event()
            opened.append((front, asyncio.get_running_loop(), done))
            ready.set()
            await done.wait()

    thread = threading.Thread(target=lambda: asyncio.run(run()), daemon=True)
    thread.start()
    assert ready.wait(30), "the front did not open"
    front, loop, done = opened[0]
    try:
        yield front
    finally:
        loop.call_soon_threadsafe(done.set)
        thread.join(10)


@asynccontextmanager
async def open_front(upstream: str) -> AsyncGenerator[Front]:
    """The front on a port of its own."""
    front = Front(upstream)
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", front.take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    front.address = f"http://127.0.0.1:{runner.addresses[0][1]}"
    async with ClientSession() as session:
        front._session = session
        try:
            yield front
        finally:
            await asyncio.shield(runner.cleanup())
