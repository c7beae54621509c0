"""One connection that listens, for as long as it is wanted.

It comes back by itself when its link is lost. What was said meanwhile is missed, so its owner is
told of every gap, after listening has begun again: whatever he reads then, and whatever he hears
from then on, together leave nothing out.
"""

import asyncio
import contextlib
import random
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

import structlog

from holdfast.database.connection import OwnConnection
from holdfast.database.errors import DatabaseError, LinkTrouble
from holdfast.database.link import disconnect

OnNotice = Callable[[str, str], None]  # channel, payload
OnGap = Callable[[], None]

PAUSE_SECONDS: Final = (0.1, 5.0)  # between tries: first, and at most
QUESTION_SECONDS: Final = 5.0  # a link that nobody speaks on is asked that often whether it lives
ANSWER_SECONDS_MAX: Final = 5.0
CLOSE_SECONDS_MAX: Final = 1.0

log = structlog.get_logger(__name__)


class Listener:
    """A subscription to channels. `start` it once; `close` it once or twice."""

    def __init__(
        self,
        connect: Callable[[], Awaitable[OwnConnection]],
        channels: Sequence[str],
        on_notice: OnNotice,
        on_gap: OnGap,
    ) -> None:
        self._connect = connect
        self._channels = tuple(channels)
        self._on_notice = on_notice
        self._on_gap = on_gap
        self._task: asyncio.Task[None] | None = None
        self.is_connected = False

    async def start(self) -> None:
        """Begin to listen; everything said after this returns is heard. Raises DatabaseError."""
        link = await self._begin()
        self._task = asyncio.create_task(self._run(link), name="database listener")

    async def close(self) -> None:
        """Stop listening."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    async def _begin(self) -> OwnConnection:
        link = await self._connect()
        try:
            for channel in self._channels:
                await link.add_listener(channel, self._heard)
        except BaseException:
            link.terminate()
            raise
        self.is_connected = True
        return link

    def _heard(self, _link: object, _pid: int, channel: str, payload: object) -> None:
        self._on_notice(channel, str(payload))

    async def _run(self, link: OwnConnection) -> None:
        """Watch the link; when it is lost, get a new one and tell the owner of the gap."""
        while True:
            try:
                await self._watch(link)
            finally:
                self.is_connected = False
                await disconnect(link, CLOSE_SECONDS_MAX)
            link = await self._begin_again()
            try:
                self._on_gap()
            except Exception:  # the owner's bug must not end the listening of everybody else
                log.exception("listen.gap_failed")

    async def _watch(self, link: OwnConnection) -> None:
        """Return when the link is lost."""
        lost = asyncio.Event()

        def tell(_link: object) -> None:
            lost.set()

        link.add_termination_listener(tell)
        while not lost.is_set() and not link.is_closed():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(lost.wait(), QUESTION_SECONDS)
                return
            try:
                await link.fetchval("SELECT 1", timeout=ANSWER_SECONDS_MAX)
            except LinkTrouble:
                return

    async def _begin_again(self) -> OwnConnection:
        """Try until it works, ever more slowly; all listeners spread their tries."""
        pause, longest = PAUSE_SECONDS
        while True:
            await asyncio.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311 (no secret)
            try:
                return await self._begin()
            except (DatabaseError, *LinkTrouble) as error:
                log.warning("listen.not_back", error=str(error))
            pause = min(longest, pause * 2)
