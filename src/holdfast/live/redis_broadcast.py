"""The broadcast by Redis or Valkey: PUBLISH and SUBSCRIBE, on two links of each process.

Nothing is stored there, so a server that is flushed, killed or replaced takes nothing with it. No
sale waits for it and the start of a process doesn't either: the link is made in the background, and
made again for as long as it takes. A link that nobody speaks on is asked whether it lives.
"""

import asyncio
import contextlib
import random
from collections.abc import AsyncGenerator, Generator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final, cast

import structlog
from redis.asyncio.connection import AbstractConnection, ConnectionPool
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from holdfast.config import (
    REDIS_ANSWER_SECONDS_MAX,
    REDIS_PAUSE_SECONDS,
    REDIS_QUESTION_SECONDS,
    REDIS_START_SECONDS_MAX,
)
from holdfast.live.broadcast import BroadcastLost, BroadcastName, OnGap, OnText, Say

_TROUBLE: Final = (RedisError, OSError, asyncio.IncompleteReadError)

log = structlog.get_logger(__name__)


class RedisBroadcast:
    """Reaches every process that has the same address and the same channel.

    `channel`: a name that no other box office on this server uses.
    """

    name: BroadcastName = "redis"

    def __init__(self, url: str, channel: str) -> None:
        self._links = ConnectionPool.from_url(
            url,
            protocol=2,
            client_name="holdfast",
            socket_connect_timeout=REDIS_ANSWER_SECONDS_MAX,
            socket_timeout=REDIS_ANSWER_SECONDS_MAX,
            retry=Retry(NoBackoff(), 0),  # who uses a link decides what its loss means
            health_check_interval=0,
        )
        self._channel = channel

    async def listen(self, on_text: OnText, on_gap: OnGap) -> "RedisEar":
        """As Broadcast.listen; where the server is away, listening begins when it is back."""
        ear = RedisEar(self, on_text, on_gap)
        await ear.start()
        return ear

    @asynccontextmanager
    async def speaking(self) -> AsyncGenerator[Say]:
        """As Broadcast.speaking."""
        with _told_as_lost():
            link = await self.connect()

        async def say(texts: Sequence[str]) -> None:
            with _told_as_lost():
                commands = [link.pack_command("PUBLISH", self._channel, text) for text in texts]
                await link.send_packed_command(b"".join(part for c in commands for part in c))
                for _ in texts:
                    await link.read_response()

        try:
            yield say
        finally:
            await link.disconnect(nowait=True)

    async def connect(self) -> AbstractConnection:
        """A new link. Raises what the driver raises."""
        link = self._links.make_connection()
        try:
            await link.connect()
        except BaseException:
            await link.disconnect(nowait=True)
            raise
        return link

    async def subscribe(self, link: AbstractConnection) -> None:
        """Begin to listen on this link; everything said after this returns is heard."""
        await link.send_command("SUBSCRIBE", self._channel)
        await link.read_response()


class RedisEar:
    """Listens on a link that is made again whenever it is lost."""

    def __init__(self, broadcast: RedisBroadcast, on_text: OnText, on_gap: OnGap) -> None:
        self._broadcast = broadcast
        self._on_text = on_text
        self._on_gap = on_gap
        self._begun = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.is_connected = False

    async def start(self) -> None:
        """Begin; wait for the server for REDIS_START_SECONDS_MAX, then go on without."""
        self._task = asyncio.create_task(self._run(), name="redis listener")
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._begun.wait(), REDIS_START_SECONDS_MAX)

    async def close(self) -> None:
        """Stop listening."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        pause, longest = REDIS_PAUSE_SECONDS
        while True:
            try:
                link = await self._broadcast.connect()
                try:
                    await self._broadcast.subscribe(link)
                    self._begin()
                    pause = REDIS_PAUSE_SECONDS[0]
                    await self._listen(link)
                finally:
                    self.is_connected = False
                    await link.disconnect(nowait=True)
            except _TROUBLE as error:
                log.warning("redis.not_listening", error=repr(error))
            await asyncio.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311 - no secret
            pause = min(longest, pause * 2)

    def _begin(self) -> None:
        self.is_connected = True
        self._begun.set()
        try:
            self._on_gap()
        except Exception:  # the owner's bug must not end the listening
            log.exception("redis.gap_failed")

    async def _listen(self, link: AbstractConnection) -> None:
        """Until the link is lost, or its server doesn't answer."""
        asked = False
        while True:
            wait = REDIS_ANSWER_SECONDS_MAX if asked else REDIS_QUESTION_SECONDS
            read = cast(Any, link).read_response(timeout=wait, disconnect_on_error=False)
            heard: list[bytes] | None = await read
            if heard is None and asked:
                log.warning("redis.silent", seconds=wait)
                return
            if heard is None:
                await link.send_command("PING")
                asked = True
                continue
            asked = False
            if heard[0] == b"message":
                self._hear(heard[2].decode(errors="replace"))

    def _hear(self, text: str) -> None:
        try:
            self._on_text(text)
        except Exception:
            log.exception("redis.text_failed")


@contextlib.contextmanager
def _told_as_lost() -> Generator[None]:
    """The driver's troubles as BroadcastLost."""
    try:
        yield
    except _TROUBLE as error:
        raise BroadcastLost(repr(error)) from error
