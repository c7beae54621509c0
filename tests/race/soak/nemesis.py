"""The nemesis: buyers on a hot set of seats while everything that can break does, by a seed.

Two processes, each with a cable of its own to PostgreSQL, a provider in a bad mood and a postman
who brings its webhooks late, twice and out of order. At the end every promise is kept, both ledgers
agree, and each rare branch was reached: a run that misses one proves nothing of it, and fails. So
does one of too few operations, or of too few troubles that struck work under way.
`python -m tests.race.soak.nemesis --minutes 16 --seed 1`.
"""

import argparse
import asyncio
import shutil
import signal
import sys
import tempfile
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Final

import psutil
import uvloop

from holdfast.accounts.api_key import KeyRole
from holdfast.database.embedded import EmbeddedServer
from holdfast.database.errors import DatabaseError, LinkTrouble
from holdfast.database.link import connect, disconnect
from holdfast.database.migrate import migrate
from holdfast.database.pool import Connection
from tests.postgres import start_server
from tests.proxy import CutAt, Proxy, proxy
from tests.race.caller import Caller
from tests.race.server import Server, racing
from tests.race.serving import Part
from tests.race.soak.branches import Branches, ambiguous_commits, count_branches
from tests.race.soak.ground import SILENT_SECONDS_MAX
from tests.race.soak.postman import Postman
from tests.race.soak.run import Plan, Report, run
from tests.race.soak.shopper import Habits
from tests.race.soak.totals import OPERATION, Totals
from tests.race.soak.trouble import SINK_SECONDS, Deed, Troubles, drawn_schedule
from tests.silence import findings_that_stay

DELAY_SECONDS: Final = 0.05  # each way; a COMMIT over such a link takes a fifth of a second
SLOW_FOR_SECONDS: Final = 2.0
BLACK_HOLE_SECONDS: Final = 3.0  # longer than an idle transaction may last
CUT_SECONDS_MAX: Final = 2.0  # for a COMMIT to come by
OPERATIONS_A_MINUTE_MIN: Final = 12_500  # 200,000 in 16 minutes
TROUBLES_A_MINUTE_MIN: Final = 12.5  # 200 in 16 minutes
CUTS_MAX: Final = 5  # until one of them was a desk's own
HABITS: Final = Habits(
    cards=(
        *["tok_ok"] * 14, "tok_slow", "tok_slow", "tok_declined", "tok_3ds", "tok_3ds",
        "tok_timeout_after_charge", "tok_error_after_charge",
    ),
    pay=0.7,
    release=0.1,
    refund=0.8,
    hot=40,
    look=0.8,
    think_seconds=0.1,
)  # fmt: skip
KINDS: Final = (
    "workers killed", "workers paused", "times PostgreSQL killed",
    "times PostgreSQL stopped at once", "links reset", "links slowed down", "links black",
    "links cut before COMMIT", "links cut after COMMIT",
)  # fmt: skip
LOG: Final = "nemesis.log"
HOLD_SECONDS: Final = 3  # tok_slow answers after this, so that there is late success


class RacedGround:
    """Processes of the product on one database, each at its own port and behind its own cable."""

    def __init__(
        self, server: Server, data: EmbeddedServer, cables: list[Proxy], log: Path
    ) -> None:
        self.server = server
        self.cables = cables
        self._data = data
        self._log = log
        self._killed = 0

    def caller(self, number: int, token: str = "") -> Caller:
        ports = self.server.ports
        first = number % len(ports)
        return Caller(ports[first], token, (*ports[first + 1 :], *ports[:first]))

    async def key(self, role: str) -> str:
        return (await self.server.staff(KeyRole(role))).token

    async def announce(self, kind: str, seats: int, hold_seconds: int) -> int:
        try:
            return await self.server.event(seats, hold_seconds)
        except (DatabaseError, *LinkTrouble) as error:
            raise AssertionError(f"PostgreSQL is away: {error!r}") from error

    async def ready(self) -> None:
        """Start again what has ended, and wait until all answer."""
        for number, process in enumerate(self.server.processes):
            if not process.runs:
                await self.server.start_again(number)
        await asyncio.gather(*[self.server.ready(n) for n in range(len(self.server.processes))])

    def workers(self) -> list[psutil.Process]:
        return [psutil.Process(p.pid) for p in self.server.processes if p.runs]

    def postmaster(self) -> psutil.Process:
        found = next(self._data.data.rglob("postmaster.pid"))
        return psutil.Process(int(found.read_text().splitlines()[0]))

    async def kill_everything(self) -> None:
        for process in [*self.workers(), self.postmaster()]:
            process.send_signal(signal.SIGKILL)
        await asyncio.sleep(SINK_SECONDS)
        await self.ready()

    async def doctor(self) -> list[str]:
        return await findings_that_stay(self._data, SILENT_SECONDS_MAX)

    @asynccontextmanager
    async def look(self) -> AsyncGenerator[Connection]:
        link = await connect(self._data.connect_arguments(), "holdfast soak")
        try:
            yield link
        finally:
            await disconnect(link, 1.0)

    @property
    def deeds(self) -> dict[str, Deed]:
        """Everything that can be done to it, but for killing all at once."""
        common = dict(Troubles(self).deeds)
        del common["times everything killed"]
        deeds = common | {
            "times PostgreSQL stopped at once": self._stop_postgresql,
            "links reset": self._reset,
            "links slowed down": self._slow_down,
            "links black": self._black_hole,
            "links cut before COMMIT": lambda: self._cut_at(CutAt.BEFORE_COMMIT),
            "links cut after COMMIT": self._lose_an_answer,
        }
        return {kind: deeds[kind] for kind in KINDS}

    async def _stop_postgresql(self) -> None:
        """What `pg_ctl stop -m immediate` sends; whoever looks after it starts it again."""
        self.postmaster().send_signal(signal.SIGQUIT)
        await asyncio.sleep(SINK_SECONDS)

    def _next(self) -> Proxy:
        self._killed += 1
        return self.cables[self._killed % len(self.cables)]

    async def _reset(self) -> None:
        self._next().reset()

    async def _slow_down(self) -> None:
        cable = self._next()
        cable.delay_seconds = DELAY_SECONDS
        await asyncio.sleep(SLOW_FOR_SECONDS)
        cable.delay_seconds = 0.0

    async def _black_hole(self) -> None:
        cable = self._next()
        cable.hold()
        await asyncio.sleep(BLACK_HOLE_SECONDS)
        cable.reset()
        cable.go_on()

    async def _lose_an_answer(self) -> None:
        """Cut after COMMITs, until one of them was a desk's, which has to find out what it did."""
        before = await asyncio.to_thread(self._ambiguous_commits)
        for _ in range(CUTS_MAX):
            await self._cut_at(CutAt.AFTER_COMMIT)
            await asyncio.sleep(SINK_SECONDS)
            if await asyncio.to_thread(self._ambiguous_commits) > before:
                return

    def _ambiguous_commits(self) -> int:
        return ambiguous_commits(self._log)

    async def _cut_at(self, at: CutAt) -> None:
        cable = self._next()
        before = cable.cuts
        cable.cut_at = at
        deadline = asyncio.get_running_loop().time() + CUT_SECONDS_MAX
        while cable.cuts == before and asyncio.get_running_loop().time() < deadline:
            await asyncio.sleep(0.02)
        cable.cut_at = CutAt.NEVER


@asynccontextmanager
async def raced_ground(folder: Path, seed: int, processes: int) -> AsyncGenerator[RacedGround]:
    """An empty box office of so many processes below this folder; stopped at the end."""
    async with AsyncExitStack() as stack:
        data = await asyncio.to_thread(start_server, folder / "data")
        stack.callback(data.close)
        address = data.connect_arguments()
        link = await connect(address, "holdfast soak")
        await migrate(link)
        await disconnect(link, 1.0)
        cables = [await stack.enter_async_context(proxy(address)) for _ in range(processes)]
        parts = tuple([Part(hold_cap_seconds=0, moody=f"{seed} {n}") for n in range(processes)])
        urls = tuple([cable.url for cable in cables])
        log = folder / LOG
        server = await stack.enter_async_context(racing(data.dsn, log, parts, urls))
        yield RacedGround(server, data, cables, log)


async def nemesis(plan: Plan, folder: Path) -> tuple[Report, Branches]:
    """Run the plan on an empty box office; what came of it, and which branches were reached."""
    totals = Totals()
    async with raced_ground(folder, plan.seed, plan.workers) as ground:
        postman = Postman(ground, totals, plan.seed)
        deeds = ground.deeds
        schedule = drawn_schedule(plan.seed, plan.trouble_seconds, KINDS)
        report = await run(plan, ground, deeds, schedule, totals, postman.deliver_until)
        async with ground.look() as connection:
            branches = await count_branches(connection, folder / LOG, totals)
    return report, branches


def main() -> int:
    """Run, print what was counted, and fail on anything wrong, never reached or too little."""
    parser = argparse.ArgumentParser(prog="nemesis", description=__doc__)
    parser.add_argument("--minutes", type=float, default=16.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--shoppers", type=int, default=240, help="connections of buyers")
    parser.add_argument("--every", type=float, default=4.0, help="seconds from trouble to trouble")
    asked = parser.parse_args()
    plan = plan_of(asked.seed, asked.minutes * 60, asked.shoppers, asked.every)
    with tempfile.TemporaryDirectory(prefix="holdfast-nemesis-") as folder:
        Path(folder).chmod(0o755)  # PostgreSQL may run as another user, who has to get through
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            report, branches = runner.run(nemesis(plan, Path(folder)))
        if report.faults:
            kept = shutil.copy(Path(folder, LOG), f"{folder}.log")
            print(f"what the servers have logged: {kept}")
    print(f"{OPERATION}:")
    print(report.totals.table())
    for fault in report.faults:
        print(f"WRONG: {fault}")
    print(branches.line())
    print(report.totals.line(plan.seed, report.seconds))
    lacking = too_little(report.totals, asked.minutes)
    for lack in lacking:
        print(f"TOO LITTLE: {lack}")
    well = not report.faults and not branches.missed and not lacking
    print("doctor is silent, every promise kept" if well else "this run has failed: see above")
    return 0 if well else 1


def too_little(totals: Totals, minutes: float) -> list[str]:
    """What a run of so many minutes has done too seldom to show anything."""
    operations, troubles = OPERATIONS_A_MINUTE_MIN * minutes, TROUBLES_A_MINUTE_MIN * minutes
    found = [f"{kind}: none" for kind in KINDS if not totals.troubles[kind]]
    if totals.operations < operations:
        found.append(f"{totals.operations:,} operations of {operations:,.0f}")
    if totals.striking_troubles < troubles:
        found.append(
            f"{totals.striking_troubles} troubles in the midst of requests, of {troubles:,.0f}"
        )
    return found


def plan_of(seed: int, seconds: float, shoppers: int, every: float) -> Plan:
    """A nemesis of so many seconds."""
    return Plan(
        seed=seed,
        seconds=seconds,
        shoppers=shoppers,
        hold_seconds=HOLD_SECONDS,
        trouble_seconds=every,
        houses=(("theatre", 400), ("theatre", 200)),
        habits=HABITS,
    )


if __name__ == "__main__":
    sys.exit(main())
