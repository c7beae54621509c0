"""Processes to be killed: `python -m tests.crash.forker` forks one for each line that it reads.

It has everything imported, so that a process costs a fork. A line is an Order, the answer to it
what the process said until its end. A process acts on a scenario until it is killed, or is started
after a kill and comes to rest.
"""

import asyncio
import gc
import os
import select
import signal
import sys
import time
import traceback
from typing import Any, Final

import msgspec
from msgspec import Struct, field

from holdfast.cli.log import set_up_log
from tests.crash.controls import CONTROLS
from tests.crash.points import Points
from tests.crash.rest import come_to_rest
from tests.crash.scenarios import SCENARIOS
from tests.crash.stage import Building, Facts, Say

LIFE_SECONDS_MAX: Final = 60.0
QUIET_SECONDS: Final = 0.05  # without another point; several times the longest statement


class Order(Struct, frozen=True):
    """What a process is to do. `facts` None: begin the scenario, and be killed at `kill_at` or
    number all points. Else: start again, act once more if `again`, and come to rest."""

    url: str
    scenario: str
    kill_at: str | None = None
    facts: Facts | None = None
    again: bool = False
    control: str | None = None


class Life(Struct):
    """What a process said, and how it ended. `facts` None: it did not come to act."""

    killed: bool = False
    facts: Facts | None = None
    told: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    points: list[str] = field(default_factory=list[str])
    trouble: str = ""


async def act(building: Building, order: Order, say: Say) -> None:
    """The first life: it ends by itself only where it is not to be killed."""
    scenario = SCENARIOS[order.scenario]
    points = Points(order.kill_at)
    async with building.open_stage(order.url, 0, points, say) as stage:
        stage.preparing = True
        facts = await scenario.prepare(stage)
        stage.preparing = False
        say({"facts": facts})
        points.begin()
        # In a task of its own: this one began before anybody followed.
        await asyncio.create_task(scenario.act(stage, facts))
        await quiet(points)
        with points.uncounted():
            say({"points": points.found})


async def quiet(points: Points) -> None:
    """Until what goes on after the last answer has come to its end as well."""
    passed = -1
    while passed < len(points.found):
        passed = len(points.found)
        await asyncio.sleep(QUIET_SECONDS)


async def live_on(building: Building, order: Order, say: Say) -> None:
    """The life after a kill."""
    facts = order.facts
    assert facts is not None, "there was a life before"
    ahead = float(facts.get("ahead_seconds", 0))
    async with building.open_stage(order.url, ahead, Points(), say) as stage:
        if order.again:
            await SCENARIOS[order.scenario].act(stage, facts)
        await come_to_rest(stage, facts["event_id"])


def child(building: Building, order: Order, out: int) -> None:
    """Live, and say what there is to say; nothing is left to be said at the end."""

    def say(line: dict[str, Any]) -> None:
        os.write(out, msgspec.json.encode(line) + b"\n")

    live = act if order.facts is None else live_on
    try:
        if order.control is not None:
            CONTROLS[order.control]()
        asyncio.run(live(building, order, say))
    except BaseException:
        say({"trouble": traceback.format_exc()})
        os._exit(1)
    os._exit(0)


def run(building: Building, order: Order) -> Life:
    """Fork, listen until the end, and count the dead."""
    heard, out = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(heard)
        child(building, order, out)
    os.close(out)
    text, in_time = listen(heard)
    os.close(heard)
    if not in_time:
        os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    life = Life(killed=in_time and os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL)
    for line in text.splitlines():
        said = msgspec.json.decode(line)
        life.facts = said.get("facts", life.facts)
        life.points = said.get("points", life.points)
        life.trouble = said.get("trouble", life.trouble)
        life.told += [said["told"]] if "told" in said else []
    if not in_time:
        life.trouble = f"no end within {LIFE_SECONDS_MAX:g} s"
    return life


def listen(heard: int) -> tuple[bytes, bool]:
    """Everything until nobody speaks any more, and whether that came in time."""
    deadline = time.monotonic() + LIFE_SECONDS_MAX
    text = b""
    while (left := deadline - time.monotonic()) > 0:
        if select.select([heard], [], [], left)[0]:
            piece = os.read(heard, 65_536)
            if not piece:
                return text, True
            text += piece
    return text, False


def main() -> None:
    """Until nobody asks any more."""
    set_up_log()
    building = Building()
    gc.freeze()
    for line in sys.stdin.buffer:
        life = run(building, msgspec.json.decode(line, type=Order))
        sys.stdout.buffer.write(msgspec.json.encode(life) + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
