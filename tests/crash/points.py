"""Every instant at which a process can be killed, numbered while it runs.

A point is a place where one of our coroutines gives way to the event loop, told by the line of ours
that waits and how often it has waited there. It has two sides. ASKED: what it asked for is on its
way (a statement, a COMMIT, a call of the provider) and nobody has heard of an answer. ANSWERED: the
answer has come, and nothing was done with it. Between two points nothing leaves the process, so
that a kill anywhere else is a kill at the point before. No list of points is kept: what waits is
found, wherever it was added.

Not counted: the live map and listening, which only ever hint at what is in the database.
"""

import asyncio
import os
import signal
from collections import Counter
from collections.abc import Callable, Coroutine, Generator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from types import CodeType, FrameType
from typing import Any, Final

import holdfast

PACKAGE: Final = f"{Path(holdfast.__file__).parent}/"
PASSED_OVER: Final = ("live/", "database/listen.py")
ASKED: Final = "asked"
ANSWERED: Final = "answered"
_RESTS: Final = frozenset(
    {
        asyncio.sleep.__code__,
        asyncio.Event.wait.__code__,
        asyncio.TaskGroup.__aexit__.__code__,
        asyncio.wait.__code__,
        asyncio.tasks._wait.__code__,  # type: ignore[attr-defined]
    }
)
"""Whoever waits here waits for time, for a bell or for tasks of his own."""


class Points:
    """Counts from `begin` on. At the point `kill_at` the process is killed, by SIGKILL."""

    def __init__(self, kill_at: str | None = None) -> None:
        self._kill_at = kill_at
        self._counting = False
        self._waited: Counter[str] = Counter()
        self.found: list[str] = []

    def begin(self) -> None:
        self._counting = True

    @contextmanager
    def uncounted(self) -> Generator[None, None, None]:
        """What happens meanwhile is the work of the test."""
        counting, self._counting = self._counting, False
        try:
            yield
        finally:
            self._counting = counting

    def install(self) -> None:
        """Let every task of this loop from now on be followed."""
        loop = asyncio.get_running_loop()

        def follow(
            loop: asyncio.AbstractEventLoop, work: Coroutine[Any, Any, Any], **named: Any
        ) -> "asyncio.Task[Any]":
            return asyncio.Task(Followed(work, self), loop=loop, **named)

        loop.set_task_factory(follow)  # type: ignore[arg-type]

    def give_way(self, place: str) -> str:
        """Somebody waits here: a new point, of which one side is passed. Empty: not counted."""
        if not self._counting or not place:
            return ""
        self._waited[place] += 1
        name = f"{place} {self._waited[place]}"
        self._pass(f"{name} {ASKED}")
        return name

    def go_on(self, name: str) -> None:
        """The answer has come: the other side is passed."""
        if self._counting and name:
            self._pass(f"{name} {ANSWERED}")

    def _pass(self, side: str) -> None:
        self.found.append(side)
        if side == self._kill_at:
            os.kill(os.getpid(), signal.SIGKILL)


class Crew:
    """A task and all that it starts: at rest when each of them has ended, or waits for time, for a
    bell or for others of the crew."""

    def __init__(self) -> None:
        self._busy: set[Followed] = set()
        self._changed = asyncio.Event()
        self.waited = 0

    def set(self, one: "Followed", busy: bool) -> None:
        """Whether this one is at work."""
        if busy:
            self._busy.add(one)
        else:
            self._busy.discard(one)
            self._changed.set()

    async def rest(self) -> None:
        """Until all are at rest, and nobody has just been woken."""
        while True:
            self._changed.clear()
            for _ in range(_STEPS_TO_WAKE):
                await asyncio.sleep(0)
            if not self._busy:
                return
            await self._changed.wait()


_STEPS_TO_WAKE: Final = 4  # of the event loop, from a bell to whoever waits for it
CREW: Final[ContextVar[Crew | None]] = ContextVar("crew", default=None)
"""The crew to which a task belongs that is started here."""


class Followed(Coroutine[Any, Any, Any]):
    """A coroutine that is run step by step, so that each of its waits is seen."""

    def __init__(self, work: Coroutine[Any, Any, Any], points: Points) -> None:
        self._work = work
        self._points = points
        self._waiting = ""
        self._crew = CREW.get()
        self._is(busy=True)

    def send(self, value: Any) -> Any:
        self._points.go_on(self._waiting)
        return self._step(self._work.send, value)

    def throw(self, kind: Any, value: Any = None, trace: Any = None) -> Any:
        self._points.go_on(self._waiting)
        return self._step(self._work.throw, kind if value is None else value)

    def close(self) -> None:
        self._work.close()

    def __await__(self) -> Generator[Any, Any, Any]:
        raise AssertionError("a task runs this, nobody else")

    def _step(self, go: Callable[[Any], Any], value: Any) -> Any:
        self._is(busy=True)
        try:
            future = go(value)
        except BaseException:
            self._is(busy=False)
            raise
        frames = waiting_frames(self._work)
        rests = frames[-1].f_code in _RESTS
        self._is(busy=not rests)
        if self._crew is not None and not rests:
            self._crew.waited += 1
        self._waiting = self._points.give_way(place_of(frames))
        return future

    def _is(self, *, busy: bool) -> None:
        if self._crew is not None:
            self._crew.set(self, busy)


def waiting_frames(work: Any) -> list[FrameType]:
    """From the coroutine to what it waits for in the end, as far as Python shows it."""
    frames: list[FrameType] = []
    while work is not None:
        frame = getattr(work, "cr_frame", None) or getattr(work, "gi_frame", None)
        if frame is not None:
            frames.append(frame)
        work = getattr(work, "cr_await", None) or getattr(work, "gi_yieldfrom", None)
    return frames


def place_of(frames: list[FrameType]) -> str:
    """The innermost line of ours; empty where there is none, or where it is passed over."""
    for frame in reversed(frames):
        code: CodeType = frame.f_code
        if code.co_filename.startswith(PACKAGE):
            file = code.co_filename.removeprefix(PACKAGE)
            passed_over = file.startswith(PASSED_OVER)
            return "" if passed_over else f"{file}:{frame.f_lineno} {code.co_name}"
    return ""
