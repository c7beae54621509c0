"""A sold-out house is cancelled while everything is killed: how long it takes, and what is right.

`make cancellation ORDERS=20000`. Every order is sold by the real desk to the test provider and
collected; then the event is cancelled, and server, workers and PostgreSQL are ended by SIGKILL
KILLS times while orders are paid back. Prints the figures, and fails where a promise was broken.
No mails are made: they take their time beside it, and nobody's money waits for them.
"""

import argparse
import asyncio
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx

from holdfast.config import read_settings
from holdfast.database.clock import Clock
from holdfast.ids import EventId
from holdfast.store import open_store
from holdfast.venues.chart_store import PlanShelf
from tests.cast import seats
from tests.checkout.counter import Counter
from tests.fault.test_cancellation import books, progress
from tests.house import House
from tests.served import Served, run_program, served

SELL_AT_ONCE = 64
FINISH_SECONDS_MAX = 1_800.0


def main() -> None:
    """Run it from the command line."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--orders", type=int, default=20_000)
    words.add_argument("--kills", type=int, default=3)
    asked = words.parse_args()
    with tempfile.TemporaryDirectory(prefix="holdfast-cancellation-") as folder:
        Path(folder).chmod(0o755)
        run(Path(folder), asked.orders, asked.kills)


def run(folder: Path, orders: int, kills: int) -> None:
    """The whole run. Raises AssertionError where a promise was broken."""
    data = folder / "data"
    data.mkdir()
    event_id, key, seconds = asyncio.run(sell(folder, data, orders))
    print(f"sold: {orders} orders in {seconds:.0f} s", flush=True)
    with served(data, HOLDFAST_SMTP_URL="none") as box_office:
        until(box_office, event_id, key, lambda found: found["money_waiting"] == 0)
        print("collected: every payment", flush=True)
        closed = cancel(box_office, event_id, key)
        print(f"cancelled: closed to buyers after {closed * 1_000:.0f} ms", flush=True)
        pay_back(box_office, event_id, key, orders, kills)
        check(box_office, orders)


async def sell(folder: Path, data: Path, orders: int) -> tuple[int, str, float]:
    """A house of so many places, each sold to a buyer of its own."""
    chart = folder / "chart.json"
    made = run_program("chart", "generate", "--kind", "arena", "--seats", str(orders + 200))
    chart.write_text(made.stdout)
    settings = read_settings({}, data)
    async with open_store(settings) as database:
        done = run_program(
            "event", "create", "--chart", str(chart), "--name", "An evening", "--default-price",
            "5000", "--on-sale", "--hold-seconds", "600", "--data", str(data),
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        key = run_program("key", "create", "--role", "organiser", "--data", str(data))
        event_id = EventId(1)
        async with database.pool.acquire() as connection:
            sha256 = await connection.fetchval("SELECT chart_sha256 FROM event")
            house = House(event_id, await PlanShelf().plan(connection, sha256))
        at = Counter(database, Clock())
        left = iter(range(orders))

        async def buyer() -> None:
            for seat_id in left:
                await at.buy(house, seats(seat_id), f"buyer-{seat_id}")

        started = time.monotonic()
        await asyncio.gather(*[buyer() for _ in range(SELL_AT_ONCE)])
        seconds = time.monotonic() - started
        await at.close()
    return event_id, key.stdout.strip(), seconds


def cancel(box_office: Served, event_id: int, key: str) -> float:
    """Seconds until a buyer is refused, from the organiser's request on."""
    with httpx.Client(base_url=box_office.api, timeout=20) as client:
        token = client.post("/sessions").json()["token"]
        started = time.monotonic()
        staff = {"Authorization": f"Bearer {key}"}
        assert client.post(f"/admin/events/{event_id}/cancel", headers=staff).status_code == 200
        refused = client.post(
            f"/events/{event_id}/holds",
            json={"best_available": {"quantity": 1}},
            headers={"Authorization": f"Bearer {token}"},
        )
        assert refused.json()["code"] == "event_cancelled", refused.text
        return time.monotonic() - started


def pay_back(box_office: Served, event_id: int, key: str, orders: int, kills: int) -> None:
    """Wait until nobody has anything to get; kill everything on the way, and say how far it is."""
    started, down = time.monotonic(), 0.0
    for number in range(1, kills + 1):
        share = orders * number // (kills + 1)
        found = until(
            box_office, event_id, key, lambda f, share=share: f["orders_refunded"] >= share
        )
        killed = time.monotonic()
        box_office.kill_everything()
        box_office.start_again()
        down += time.monotonic() - killed
        print(
            f"killed: at {found['orders_refunded']} orders refunded, {found['money_waiting']} "
            f"payments under way; back after {time.monotonic() - killed:.1f} s",
            flush=True,
        )
    found = until(box_office, event_id, key, lambda f: f["orders_left"] == 0)
    print(f"refunded: every order after {time.monotonic() - started:.0f} s", flush=True)
    found = until(box_office, event_id, key, lambda f: bool(f["finished"]))
    seconds = time.monotonic() - started
    print(
        f"paid back: every buyer after {seconds:.0f} s, {down:.0f} s of it down; "
        f"{orders / (seconds - down):.0f} orders a second while up",
        flush=True,
    )
    assert (found["money_parked"], found["orders_refunded"]) == (0, orders)


def check(box_office: Served, orders: int) -> None:
    """The provider's ledger has one refund of each charge, of all of it; doctor is silent."""
    charges = asyncio.run(books(box_office.data))
    once = [c for c in charges if (c["refunded_amount"], c["refunds"]) == (c["amount"], 1)]
    assert len(charges) == len(once) == orders, f"{len(once)} of {len(charges)} refunded once"
    print(f"ledger: {len(once)} charges, each refunded whole and once", flush=True)
    assert box_office.run("doctor") == ""
    print("doctor: silent", flush=True)


def until(box_office: Served, event_id: int, key: str, enough: Any) -> dict[str, Any]:
    """Ask how far it is until that is enough."""
    deadline = time.monotonic() + FINISH_SECONDS_MAX
    while not enough(found := progress(box_office, event_id, key)):
        assert time.monotonic() < deadline, found
        time.sleep(0.2)
    return found


if __name__ == "__main__":
    main()
