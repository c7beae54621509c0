"""Brings the provider's webhooks: some never, most late, many twice or thrice, none in order.

What it has to say it reads in the provider's own books. A webhook that is not answered with 200 is
brought again, as providers do.
"""

import asyncio
from datetime import UTC, datetime
from random import Random
from typing import Any, Final

import msgspec

from holdfast.accounts.secret import signing_key
from holdfast.checkout import test_provider as bank
from holdfast.database.errors import DatabaseError, LinkTrouble
from tests.race.caller import Caller, Unanswered
from tests.race.server import SECRET
from tests.race.soak.ground import Ground
from tests.race.soak.totals import Totals
from tests.race.soak.trouble import ended

LOOK_SECONDS: Final = 0.5
LATE_SECONDS_MAX: Final = 6.0
TOLD_SHARE: Final = 0.25  # of what happens in the books
ON_THE_WAY_MAX: Final = 200
DUPLICATE: Final = "webhook again"

_NEWS = """
SELECT payment_id, status::text AS status, updated_at
FROM test_provider.charge
WHERE updated_at > $1
ORDER BY updated_at
LIMIT 100
"""


class Postman:
    """One who reads the books and many who walk."""

    def __init__(self, ground: Ground, totals: Totals, seed: int) -> None:
        self._ground = ground
        self._totals = totals
        self._chance = Random(f"{seed} postman")
        self._since = datetime.fromtimestamp(0, UTC)
        self._walks: set[asyncio.Task[None]] = set()
        key: Any = signing_key(SECRET.encode(), "test provider")
        self._bank = bank.TestProvider(None, key)  # type: ignore[arg-type]

    async def deliver_until(self, stop: asyncio.Event) -> None:
        """Until the end; what is on its way then is not brought."""
        while not stop.is_set():
            try:
                async with self._ground.look() as books:
                    while not await ended(stop, LOOK_SECONDS):
                        self._send(await books.fetch(_NEWS, self._since))
            except (DatabaseError, *LinkTrouble):
                await asyncio.sleep(LOOK_SECONDS)
        for walk in self._walks:
            walk.cancel()
        await asyncio.gather(*self._walks, return_exceptions=True)

    def _send(self, news: list[Any]) -> None:
        for row in news:
            self._since = row["updated_at"]
            if self._chance.random() > TOLD_SHARE or len(self._walks) > ON_THE_WAY_MAX:
                continue
            notice_id = f"{row['payment_id']} {row['status']}"
            body = msgspec.json.encode({"notice_id": notice_id, "payment_id": row["payment_id"]})
            for number in range(self._chance.choice((1, 2, 2, 3))):
                seconds = self._chance.random() * LATE_SECONDS_MAX
                walk = asyncio.create_task(self._walk(body, seconds, number))
                self._walks.add(walk)
                walk.add_done_callback(self._walks.discard)

    async def _walk(self, body: bytes, seconds: float, number: int) -> None:
        await asyncio.sleep(seconds)
        caller: Caller = self._ground.caller(number)
        headers = {"Holdfast-Test-Signature": self._bank.sign(body)}
        try:
            answer = await caller.send("POST", "/payments/webhooks/test", body, headers)
            self._totals.record(DUPLICATE if number else "webhook", answer.told)
        except Unanswered:
            self._totals.record("webhook", "unanswered")
        finally:
            caller.hang_up()
