"""kill -9 of a worker, of PostgreSQL, of everything, in mid-traffic: nothing answered is lost."""

import asyncio
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import asyncpg
import pytest

from holdfast.database.embedded import EmbeddedServer, start_embedded_blocking
from tests.fault.journeys import Diary, buy_until, empty_diary
from tests.served import Served, run_program, served
from tests.silence import findings_that_stay

pytestmark = [pytest.mark.anyio, pytest.mark.fault, pytest.mark.timeout(180)]

SEATS = 2_000
BUYERS = 12
HOLDS_BEFORE, HOLDS_AFTER = 30, 30
TRAFFIC_SECONDS_MAX = 40.0
SILENT_SECONDS_MAX = 60.0  # the reconciler looks up what was cut off after half a minute

ORDERS = "SELECT order_id, status::text AS status FROM orders WHERE event_id = $1"
BARCODES = "SELECT barcode, is_valid FROM ticket WHERE event_id = $1"


def kill_a_worker(box_office: Served) -> None:
    box_office.workers()[0].send_signal(signal.SIGKILL)


def kill_postgresql(box_office: Served) -> None:
    box_office.postmaster().send_signal(signal.SIGKILL)


def kill_everything(box_office: Served) -> None:
    box_office.kill_everything()
    box_office.start_again()


@pytest.fixture(scope="module")
def box_office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One that is killed again and again, with an evening for each time."""
    folder = tmp_path_factory.mktemp("killed")
    folder.chmod(0o755)  # PostgreSQL may run as another user, who has to get through
    with served(folder / "data", workers=2) as box_office:
        yield box_office


@pytest.fixture(scope="module")
def chart(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("chart") / "chart.json"
    size = ("--kind", "theatre", "--seats", str(SEATS), "--seed", "1")
    path.write_text(run_program("chart", "generate", *size).stdout)
    return path


@pytest.mark.parametrize("kill", [kill_a_worker, kill_postgresql, kill_everything])
async def test_whatever_is_killed_every_answer_is_in_the_database(
    box_office: Served, chart: Path, kill: Callable[[Served], None]
) -> None:
    event_id = box_office.event(chart)["event_id"]
    diary, stop = empty_diary(), asyncio.Event()
    buyers = [
        asyncio.create_task(buy_until(box_office.api, event_id, SEATS, stop, diary, seed))
        for seed in range(BUYERS)
    ]
    try:
        await until_held(diary, HOLDS_BEFORE)
        await asyncio.to_thread(kill, box_office)
        await asyncio.to_thread(box_office.wait_ready)
        await until_held(diary, len(diary.held) + HOLDS_AFTER)
    finally:
        stop.set()
        await asyncio.gather(*buyers)
    assert diary.paid
    server = await asyncio.to_thread(start_embedded_blocking, box_office.data)
    try:
        await assert_kept(server, event_id, diary)
        assert await findings_that_stay(server, SILENT_SECONDS_MAX) == []
    finally:
        server.close()
    assert box_office.run("doctor") == ""


async def until_held(diary: Diary, holds: int) -> None:
    """Until that many holds were answered: there is traffic, or there is again."""
    async with asyncio.timeout(TRAFFIC_SECONDS_MAX):
        while len(diary.held) < holds:
            await asyncio.sleep(0.02)


async def assert_kept(server: EmbeddedServer, event_id: int, diary: Diary) -> None:
    """Every answer that a buyer got is what the database says."""
    connection = await asyncpg.connect(**server.connect_arguments())
    try:
        orders = {r["order_id"]: r["status"] for r in await connection.fetch(ORDERS, event_id)}
        valid = {r["barcode"] for r in await connection.fetch(BARCODES, event_id) if r["is_valid"]}
    finally:
        await connection.close()
    assert diary.held.keys() <= orders.keys()
    for order_id, barcodes in diary.paid.items():
        assert orders[order_id] == "CONFIRMED"
        assert set(barcodes) <= valid
    for order_id in diary.released:
        assert orders[order_id] == "CANCELLED"
