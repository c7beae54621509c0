"""Tells other processes of new batches, by a broadcast, and listens to theirs.

Nothing here is ever in a desk's transaction, and no sale waits for it. Whatever is lost, the live
maps find in the journal within a second.
"""

import asyncio
import random
import secrets
from collections import deque
from typing import Final

import structlog

from holdfast.config import NOTICE_SECONDS, NOTICES_QUEUED_MAX
from holdfast.database.errors import Trouble, classify
from holdfast.desk.journal import Published
from holdfast.live.broadcast import Broadcast, BroadcastLost, BroadcastName, Ear, Say
from holdfast.live.live_maps import LiveMaps
from holdfast.live.notice import Notice, payloads, read_payload

PAUSE_SECONDS: Final = (0.2, 2.0)  # between tries to connect: first, and at most

log = structlog.get_logger(__name__)


class Notices:
    """Brings this process's batches to its own live maps and to those of the others."""

    def __init__(self, broadcast: Broadcast, live: LiveMaps) -> None:
        self._broadcast = broadcast
        self._live = live
        self._origin = secrets.token_hex(4)
        self._queue: deque[Notice] = deque()
        self._wake = asyncio.Event()
        self._ear: Ear | None = None
        self._speaker: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to listen and to tell. Raises what the broadcast's `listen` raises."""
        self._ear = await self._broadcast.listen(self._heard, self._live.look)
        self._speaker = asyncio.create_task(self._speak(), name="live notices")

    async def close(self) -> None:
        """Stop; what was not told yet is not told."""
        if self._ear is not None:
            await self._ear.close()
        if self._speaker is not None:
            self._speaker.cancel()
            await asyncio.gather(self._speaker, return_exceptions=True)

    @property
    def broadcast(self) -> BroadcastName:
        """By what it reaches the others."""
        return self._broadcast.name

    @property
    def is_listening(self) -> bool:
        """Whether notices of other processes arrive just now."""
        return self._ear is not None and self._ear.is_connected

    def publish(self, published: Published) -> None:
        """A desk of this process committed a batch. Never waits, never raises."""
        self._live.offer(published.event_id, published.version, published.public)
        self._queue.append(Notice(published.event_id, published.version, published.public))
        if len(self._queue) > NOTICES_QUEUED_MAX:
            # The oldest go untold: who listens sees the gap at the next one.
            self._queue.popleft()
        self._wake.set()

    def _heard(self, text: str) -> None:
        payload = read_payload(text)
        if payload is None:
            log.warning("live.unknown_notice", text=text[:80])
        elif payload.origin != self._origin:
            for notice in payload.notices:
                if notice.public is None:
                    self._live.hear(notice.event_id, notice.version)
                else:
                    self._live.offer(notice.event_id, notice.version, notice.public)

    async def _speak(self) -> None:
        """Tell what there is to tell, on a link that is made anew when it is lost."""
        first, longest = PAUSE_SECONDS
        pause = first
        while True:
            try:
                async with self._broadcast.speaking() as say:
                    pause = first
                    await self._speak_on(say)
            except Exception as error:
                if not isinstance(error, BroadcastLost) and classify(error) is Trouble.BUG:
                    log.error("live.not_told", exc_info=error)
                else:
                    log.warning("live.not_told", error=repr(error))
            await asyncio.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311 - no secret
            pause = min(longest, pause * 2)

    async def _speak_on(self, say: Say) -> None:
        """Gather for NOTICE_SECONDS, send, again; until the link is lost."""
        while True:
            await self._wake.wait()
            await asyncio.sleep(NOTICE_SECONDS)
            self._wake.clear()
            notices = list(self._queue)
            self._queue.clear()
            await say(payloads(self._origin, notices))
