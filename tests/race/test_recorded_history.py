"""What buyers saw of a real sale can be put in one order per seat, in real time.

`holdfast serve` with two workers; holds last a second or two and many run out; everybody wants the
same few seats. history.py looks for the order. Its control is the same history with one answer
turned round.
"""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from holdfast.accounts.api_key import KeyRole
from tests.postgres import FreshDatabases
from tests.race.caller import Caller, hang_up
from tests.race.guards import DESK
from tests.race.history import Call, Kind, explain
from tests.race.recorder import Recorder, Visitor
from tests.race.rounds import SEEDS
from tests.race.server import racing
from tests.race.serving import Part
from tests.served import Served, run_program, served

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(180)]

SEATS = 24
VISITORS = 20
SALE_SECONDS = 5.0
CONTROLS_MAX = 6


@pytest.mark.parametrize("seed", SEEDS)
async def test_what_buyers_saw_has_an_order_and_no_other_answer_would_have_one(
    tmp_path: Path, seed: int, capsys: pytest.CaptureFixture[str]
) -> None:
    hold_seconds = 1 + seed % 2
    with served(tmp_path / "data", workers=2) as box_office:
        event_id = an_event(box_office, tmp_path, hold_seconds)
        key = box_office.run("key", "create", "--role", "organiser").strip()
        buyers = [Caller(box_office.port) for _ in range(VISITORS)]
        organisers = [Caller(box_office.port, key) for _ in range(VISITORS)]
        recorder = Recorder(hold_seconds)
        await record(recorder, buyers, organisers, event_id, seed)
        assert box_office.try_run("doctor")[0] == 0
    mutated = [history for calls in recorder.calls.values() for history in turned_round(calls)]
    believed = [history for history in mutated if explain(history)]
    with capsys.disabled():
        print(f"\n  seed {seed}: {recorder.counts}; {len(mutated)} mutated histories", end="")
    assert recorder.strange == []
    assert unexplained(recorder) == [], f"seed {seed}"
    assert len(mutated) > 5, "there was something to turn round"
    assert believed == [], f"seed {seed}"


async def test_what_buyers_see_of_a_sale_without_guards_has_no_order(
    databases: FreshDatabases, tmp_path: Path
) -> None:
    part = Part(guards_out=DESK)
    async with (
        databases.fresh() as name,
        racing(databases.url(name), tmp_path / "server.log", (part, part)) as server,
    ):
        for seed in range(CONTROLS_MAX):
            recorder = Recorder(1)
            buyers = [server.caller(number) for number in range(VISITORS)]
            organisers = [await server.staff(KeyRole.organiser, n) for n in range(VISITORS)]
            event_id = await server.event(SEATS, 1)
            await record(recorder, buyers, organisers, event_id, seed)
            if unexplained(recorder):
                return
    raise AssertionError("every history was believed: the checker has no teeth")


def an_event(box_office: Served, folder: Path, hold_seconds: int) -> int:
    chart = folder / "chart.json"
    generated = run_program("chart", "generate", "--kind", "theatre", "--seats", str(SEATS))
    chart.write_text(generated.stdout)
    terms = ("--hold-seconds", str(hold_seconds), "--order-limit", "10")
    return box_office.event(chart, *terms)["event_id"]


async def record(
    recorder: Recorder, buyers: list[Caller], organisers: list[Caller], event_id: int, seed: int
) -> None:
    """A sale of some seconds, and everything that everybody saw of it."""
    stop = asyncio.Event()
    visits: list[asyncio.Task[None]] = []
    for number, (buyer, organiser) in enumerate(zip(buyers, organisers, strict=True)):
        visitor = Visitor(recorder, buyer, organiser, event_id, f"{seed} {number}")
        visits.append(asyncio.create_task(visitor.visit_until(stop, SEATS)))
    await asyncio.sleep(SALE_SECONDS)
    stop.set()
    await asyncio.gather(*visits)
    hang_up([*buyers, *organisers])


def unexplained(recorder: Recorder) -> list[int]:
    """The seats for whose calls there is no order."""
    return [seat for seat, calls in recorder.calls.items() if not explain(calls)]


def turned_round(calls: list[Call]) -> Iterator[list[Call]]:
    """The history with a refusal granted: each hold that was refused while the seat was sold."""
    for sale in calls:
        if sale.kind is not Kind.SELL or not sale.granted:
            continue
        refunds = [c.called for c in calls if c.kind is Kind.REFUND and c.order == sale.order]
        sold_until = min(refunds, default=float("inf"))
        for index, call in enumerate(calls):
            inside = sale.returned < call.called and call.returned < sold_until
            if call.kind is Kind.HOLD and call.granted is False and inside:
                granted = replace(call, granted=True)
                yield [*calls[:index], granted, *calls[index + 1 :]]
                break
