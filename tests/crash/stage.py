"""One process of the box office, as a scenario uses it: all of it, with its loops on a leash.

Nothing runs beside a scenario: the background loops that the application would start are kept, and
run one pass at a time when their turn comes. Everything that a buyer is told is said aloud at that
instant, so that it is known even if the process is killed at the next.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Final

import httpx
import msgspec

from holdfast import app
from holdfast.accounts.api_key import KeyRole
from holdfast.api.application import make_application
from holdfast.api.page_files import PageFiles
from holdfast.api.parts import Parts
from holdfast.checkout import test_provider as bank
from holdfast.config import read_settings
from holdfast.database.pool import open_database
from holdfast.ids import PaymentId
from holdfast.loops import Loop, Start
from holdfast.outbox import relay
from holdfast.webhooks import caller
from tests.api.door import BUYER, Door
from tests.checkout.counter import LaterClock
from tests.crash.points import CREW, Crew, Points

Facts = dict[str, Any]
"""What a scenario needs to know of what was before it; it outlives the process as JSON."""

Say = Callable[[dict[str, Any]], None]

PASS_SECONDS_MAX: Final = 20.0
NEVER_SECONDS: Final = 3_600.0  # longer than a process lives here
RESTS_AT_ONCE: Final = frozenset({"time"})
"""Loops whose first deed is to sleep, since their work was done at the start."""


class Stage:
    """`say` carries a line out of the process at once."""

    def __init__(
        self, door: Door, loops: dict[str, Loop], clock: LaterClock, points: Points, say: Say
    ) -> None:
        self.door = door
        self.database = door.database
        self.loops = loops
        self.clock = clock
        self.points = points
        self.say = say
        self.preparing = False

    async def ask(
        self, who: str, method: str, path: str, data: Any = None, key: str = "", **headers: str
    ) -> dict[str, Any]:
        """One request with this token; what is answered counts as told. The body of the answer."""
        if key:
            headers["Idempotency-Key"] = key
        content = data if isinstance(data, bytes) else msgspec.json.encode(data)
        if data is not None:
            headers["Content-Type"] = "application/json"
        answer: httpx.Response = await self.door.client(who).request(
            method, path, content=content if data is not None else None, headers=headers
        )
        assert answer.status_code < 400 or not self.preparing, answer.text
        body = answer.json() if answer.content else {}
        self.say({"told": told(method, path, answer.status_code, body)})
        return body

    async def pay(self, facts: Facts, token: str | None = "tok_ok") -> dict[str, Any]:
        path = f"/orders/{facts['order_id']}/payment"
        return await self.ask(
            facts["buyer"], "POST", path, {"payment_token": token, "buyer": BUYER}
        )

    async def notice(self, facts: Facts, notice_id: str) -> None:
        """The provider says that something became of the payment."""
        body = msgspec.json.encode({"notice_id": notice_id, "payment_id": facts["payment_id"]})
        signed = {bank.SIGNATURE_HEADER: self.bank.sign(body)}
        await self.ask("", "POST", "/payments/webhooks/test", body, **signed)

    @property
    def bank(self) -> bank.TestProvider:
        found = self.door.parts.providers.named("test")
        assert isinstance(found, bank.TestProvider)
        return found

    async def approve(self, facts: Facts) -> None:
        """The buyer's bank says yes, and we are not told."""
        await self.bank.complete(PaymentId(facts["payment_id"]))

    async def new_facts(self, **terms: Any) -> Facts:
        """An evening and its people."""
        return {
            "event_id": await self.door.evening(**terms),
            "buyer": await self._session(),
            "other": await self._session(),
            "organiser": await self.door.key(KeyRole.organiser),
            "gate": await self.door.key(KeyRole.gate),
        }

    async def _session(self) -> str:
        opened = await self.door.client().post("/sessions")
        assert opened.status_code == 201, opened.text
        return opened.json()["token"]

    async def turn(self, *names: str) -> None:
        """One pass of each of these loops, until it rests."""
        for name in names:
            crew = Crew()
            ashore = CREW.set(crew)
            task = asyncio.create_task(self.loops[name](), name=name)  # type: ignore[arg-type]
            CREW.reset(ashore)
            try:
                async with asyncio.timeout(PASS_SECONDS_MAX):
                    await crew.rest()
                assert crew.waited or name in RESTS_AT_ONCE, f"{name!r} sleeps before it works"
            finally:
                with self.points.uncounted():
                    task.cancel()
                    with suppress(asyncio.CancelledError):
                        await task


def told(method: str, path: str, status: int, body: dict[str, Any]) -> dict[str, Any]:
    """What an answer promises, in short."""
    if status >= 400:
        return {"refused": body.get("code", status)}
    if "order_id" in body:
        return {
            "order_id": body["order_id"],
            "status": body["status"],
            "seats": [item["seat_id"] for item in body["items"]],
            "barcodes": [ticket["barcode"] for ticket in body.get("tickets", ())],
            "refunded_amount": body.get("refunded_amount", 0),
        }
    if method == "DELETE":
        return {"order_id": path.rpartition("/")[2], "status": "CANCELLED"}
    return {"done": path}


class _NotYet:
    """A part before there is any: the pools whose size the figures will show."""

    size = 0

    def __getattr__(self, name: str) -> "_NotYet":
        return self


class Building:
    """What is the same in every process, made once before the first is forked: the routes, the
    pages, and a way for them to the parts of the process that they find themselves in."""

    def __init__(self) -> None:
        self.settings = read_settings({"HOLDFAST_SECRET": "x" * 32}, Path("/nowhere"))
        self._parts: Parts | None = None
        pages = PageFiles()
        app.PageFiles = lambda: pages  # type: ignore[assignment, misc]
        # A pass that the clock began, on a busy machine, would be numbered once and never again.
        for looks in (relay, caller):
            looks.OUTBOX_PASS_SECONDS = NEVER_SECONDS  # type: ignore[misc]
        self.application = make_application(self)  # type: ignore[arg-type]

    def __getattr__(self, name: str) -> Any:
        return _NotYet() if self._parts is None else getattr(self._parts, name)

    @asynccontextmanager
    async def open_stage(
        self, url: str, ahead_seconds: float, points: Points, say: Say
    ) -> AsyncGenerator[Stage]:
        """The application on this database; its loops are kept by name instead of started."""
        loops: dict[str, Loop] = {}

        @asynccontextmanager
        async def keep() -> AsyncGenerator[Start]:
            yield loops.__setitem__

        app.running_loops = keep  # type: ignore[assignment]
        points.install()
        clock = LaterClock(ahead_seconds)
        database = await open_database(url)
        try:
            async with app.open_parts(self.settings, database, clock) as parts:
                self._parts = parts
                yield Stage(Door(parts, self.application), loops, clock, points, say)
        finally:
            await database.close()
