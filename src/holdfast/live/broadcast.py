"""How processes reach each other: a broadcast, by PostgreSQL or by Redis.

It carries hints and is never the truth: whatever it loses, repeats or brings late costs freshness
and nothing else. Which of the two it is is chosen in app.py; this is what both promise.
"""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Literal, Protocol

OnText = Callable[[str], None]
OnGap = Callable[[], None]
Say = Callable[[Sequence[str]], Awaitable[None]]
"""Tells everybody these texts, and returns when the server has them."""

BroadcastName = Literal["notify", "redis"]


class BroadcastLost(Exception):  # noqa: N818 - it reads as what it says
    """The link is gone or silent; what was being told may not have been."""


class Ear(Protocol):
    """Listens until it is closed, and comes back by itself when its link is lost."""

    @property
    def is_connected(self) -> bool: ...

    async def close(self) -> None: ...


class Broadcast(Protocol):
    """`name`: what operators call it."""

    @property
    def name(self) -> BroadcastName: ...

    async def listen(self, on_text: OnText, on_gap: OnGap) -> Ear:
        """`on_text` for everything that anybody says, this process included; `on_gap` when
        listening has begun again and something may have been missed. Neither may wait or raise."""
        ...

    def speaking(self) -> AbstractAsyncContextManager[Say]:
        """A link to speak on. Raises BroadcastLost, or the database's errors, when it is lost."""
        ...
