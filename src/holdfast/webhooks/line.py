"""The way out: one call over HTTP, and what came of it. An answer is not followed anywhere.

No redirects, no cookies, no proxies from the environment, no compressed answers; a few kilobytes of
an answer are read and the rest is left. `aiohttp` is imported by the first call.
"""

import time
from typing import TYPE_CHECKING

from msgspec import Struct

from holdfast.config import (
    WEBHOOK_ANSWER_BYTES_MAX,
    WEBHOOK_ANSWER_CHARACTERS_MAX,
    WEBHOOK_CONCURRENCY,
    WEBHOOK_REST_SECONDS,
    WEBHOOK_SECONDS_MAX,
    WEBHOOKS_AT_ONCE_MAX,
)
from holdfast.webhooks.guard import Guard

if TYPE_CHECKING:
    from aiohttp import ClientResponse, ClientSession

_GONE, _TOO_MANY, _SERVER_ERROR = 410, 429, 500


class Outcome(Struct, frozen=True):
    """What came of a call. `status_code` None: nobody answered. `answer`: its beginning, or what
    went wrong. `retry_after`: seconds that the receiver asked for, else 0."""

    status_code: int | None
    milliseconds: int
    answer: str
    retry_after: float = 0.0

    @property
    def done(self) -> bool:
        """It was taken: any 2xx."""
        return self.status_code is not None and 200 <= self.status_code < 300

    @property
    def gone(self) -> bool:
        """The receiver wants no calls any more."""
        return self.status_code == _GONE

    @property
    def down(self) -> bool:
        """It says more of the receiver than of the message: the next call would fare alike."""
        code = self.status_code
        return code is None or code == _TOO_MANY or code >= _SERVER_ERROR

    @property
    def words(self) -> str:
        """One line for a person."""
        return self.answer if self.status_code is None else f"{self.status_code} {self.answer}"


class Line:
    """Connections to receivers, kept for the next call."""

    def __init__(self, guard: Guard) -> None:
        self.guard = guard
        self._sessions: dict[bool, ClientSession] = {}

    async def call(self, url: str, body: bytes, headers: dict[str, str]) -> Outcome:
        """POST the body there. Never raises for what the other end does."""
        from aiohttp import ClientError

        started = time.perf_counter()

        def spent() -> int:
            return int((time.perf_counter() - started) * 1_000)

        try:
            session = self._session(plain=url.startswith("http://"))
            async with session.post(
                url, data=body, headers=headers, allow_redirects=False
            ) as response:
                answer = await _beginning(response)
                return Outcome(response.status, spent(), answer, _retry_after(response))
        except TimeoutError:
            return Outcome(None, spent(), f"no answer within {WEBHOOK_SECONDS_MAX:g} s")
        except (ClientError, OSError, ValueError) as error:
            return Outcome(None, spent(), _printable(str(error) or type(error).__name__))

    async def close(self) -> None:
        """Close what is open; calls under way are made again."""
        while self._sessions:
            await self._sessions.popitem()[1].close()

    def _session(self, *, plain: bool) -> "ClientSession":
        """The session for one kind of address; plain ones lead into the networks of the setting."""
        if plain not in self._sessions:
            from aiohttp import ClientSession, ClientTimeout, DummyCookieJar, TCPConnector

            connector = TCPConnector(
                limit=WEBHOOKS_AT_ONCE_MAX * WEBHOOK_CONCURRENCY,
                limit_per_host=WEBHOOK_CONCURRENCY,
                socket_factory=self.guard.socket_factory(plain=plain),
            )
            self._sessions[plain] = ClientSession(
                connector=connector,
                cookie_jar=DummyCookieJar(),
                timeout=ClientTimeout(total=WEBHOOK_SECONDS_MAX),
                auto_decompress=False,
                trust_env=False,
                headers={"user-agent": "Holdfast", "accept-encoding": "identity"},
            )
        return self._sessions[plain]


async def _beginning(response: "ClientResponse") -> str:
    """The beginning of an answer, as far as it is there: its status has said what counts."""
    from aiohttp import ClientError

    try:
        raw = await response.content.read(WEBHOOK_ANSWER_BYTES_MAX)
    except (ClientError, OSError, TimeoutError):
        return ""
    return _printable(raw.decode(errors="replace"))


def _printable(text: str) -> str:
    shown = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(shown.split())[:WEBHOOK_ANSWER_CHARACTERS_MAX]


def _retry_after(response: "ClientResponse") -> float:
    """The seconds of Retry-After, where it has seconds and they are not absurd."""
    text = response.headers.get("retry-after", "")
    if text.isascii() and text.isdigit() and len(text) < 6:
        return min(float(text), WEBHOOK_REST_SECONDS[1])
    return 0.0
