"""kill -9 of a worker, of PostgreSQL, of everything, in mid-traffic: nothing answered is lost."""

import asyncio
import json
import signal
import time
from collections.abc import Callable
from pathlib import Path

import asyncpg
import pytest

from holdfast.database.embedded import start_embedded_blocking
from tests.fault.journeys import Diary, buy_until, empty_diary
from tests.served import Served, run_program, served

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


@pytest.mark.parametrize("kill", [kill_a_worker, kill_postgresql, kill_everything])
async def test_whatever_is_killed_every_answer_is_in_the_database(
    tmp_path: Path, kill: Callable[[Served], None]
) -> None:
    with served(tmp_path / "data", workers=2) as box_office:
        chart = tmp_path / "chart.json"
        chart.write_text(
            run_program(
                "chart", "generate", "--kind", "theatre", "--seats", str(SEATS), "--seed", "1"
            ).stdout
        )
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
        await assert_kept(box_office, event_id, diary)
        await asyncio.to_thread(assert_doctor_falls_silent, box_office)


async def until_held(diary: Diary, holds: int) -> None:
    """Until that many holds were answered: there is traffic, or there is again."""
    async with asyncio.timeout(TRAFFIC_SECONDS_MAX):
        while len(diary.held) < holds:
            await asyncio.sleep(0.02)


async def assert_kept(box_office: Served, event_id: int, diary: Diary) -> None:
    """Every answer that a buyer got is what the database says."""
    server = await asyncio.to_thread(start_embedded_blocking, box_office.data)
    connection = await asyncpg.connect(**server.connect_arguments())
    try:
        orders = {r["order_id"]: r["status"] for r in await connection.fetch(ORDERS, event_id)}
        valid = {r["barcode"] for r in await connection.fetch(BARCODES, event_id) if r["is_valid"]}
    finally:
        await connection.close()
        server.close()
    assert diary.held.keys() <= orders.keys()
    for order_id, barcodes in diary.paid.items():
        assert orders[order_id] == "CONFIRMED"
        assert set(barcodes) <= valid
    for order_id in diary.released:
        assert orders[order_id] == "CANCELLED"


def assert_doctor_falls_silent(box_office: Served) -> None:
    """At once but for what the reconciler and the relay still have to finish."""
    deadline = time.monotonic() + SILENT_SECONDS_MAX
    while True:
        code, output = box_office.try_run("doctor", "--json")
        if code == 0:
            return
        assert time.monotonic() < deadline, json.dumps(json.loads(output), indent=1)[:4_000]
        time.sleep(2)
