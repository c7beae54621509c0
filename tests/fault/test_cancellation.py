"""An event with many orders is cancelled, everything is killed meanwhile, and each buyer is paid
back once and told once."""

import asyncio
import time
from collections import Counter
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from holdfast.config import OUTBOX_CLAIM_SECONDS
from holdfast.database.embedded import start_embedded_blocking
from tests.served import Served, run_program, served

pytestmark = [pytest.mark.anyio, pytest.mark.fault, pytest.mark.timeout(180)]

ORDERS = 120  # more than the sweeper refunds in one piece
FINISH_SECONDS_MAX = 120.0
BUYER = {"name": "Ada", "email": "ada@example.org"}

BOOKS = """
SELECT c.payment_id, c.status::text AS status, c.amount, c.refunded_amount, count(r.*) AS refunds
FROM test_provider.charge AS c
LEFT JOIN test_provider.refund AS r ON r.payment_id = c.payment_id
GROUP BY c.payment_id
"""


async def buy(api: str, event_id: int, seat_id: int) -> str:
    async with httpx.AsyncClient(base_url=api, timeout=30) as client:
        token = (await client.post("/sessions")).json()["token"]
        client.headers["Authorization"] = f"Bearer {token}"
        held = await client.post(f"/events/{event_id}/holds", json={"seat_ids": [seat_id]})
        order_id = held.json()["order_id"]
        body = {"payment_token": "tok_ok", "buyer": BUYER}
        paid = await client.post(f"/orders/{order_id}/payment", json=body)
        assert paid.status_code == 200, paid.text
        return order_id


async def books(data: Path) -> list[dict[str, Any]]:
    """What the provider has of every charge."""
    server = await asyncio.to_thread(start_embedded_blocking, data)
    connection = await asyncpg.connect(**server.connect_arguments())
    try:
        return [dict(row) for row in await connection.fetch(BOOKS)]
    finally:
        await connection.close()
        server.close()


async def claims_end(data: Path) -> None:
    """Let the time pass for which a killed relay had kept errands from others."""
    server = await asyncio.to_thread(start_embedded_blocking, data)
    connection = await asyncpg.connect(**server.connect_arguments())
    try:
        await connection.execute(
            "UPDATE outbox SET due_at = due_at - make_interval(secs => $1) WHERE state = 'WAITING'",
            OUTBOX_CLAIM_SECONDS,
        )
    finally:
        await connection.close()
        server.close()


def progress(box_office: Served, event_id: int, key: str) -> dict[str, Any]:
    found = httpx.get(
        f"{box_office.api}/admin/events/{event_id}/cancellation",
        headers={"Authorization": f"Bearer {key}"},
        timeout=20,
    )
    assert found.status_code == 200, found.text
    return found.json()


def until_finished(box_office: Served, event_id: int, key: str) -> dict[str, Any]:
    deadline = time.monotonic() + FINISH_SECONDS_MAX
    while not (found := progress(box_office, event_id, key))["finished"]:
        assert time.monotonic() < deadline, found
        time.sleep(0.2)
    return found


async def test_a_cancelled_event_pays_everybody_back_once_whatever_is_killed(
    tmp_path: Path,
) -> None:
    with served(tmp_path / "data") as box_office:
        chart = tmp_path / "chart.json"
        chart.write_text(
            run_program("chart", "generate", "--kind", "theatre", "--seats", "300").stdout
        )
        event_id = box_office.event(chart, "--hold-seconds", "600")["event_id"]
        key = box_office.run("key", "create", "--role", "organiser").strip()
        order_ids: list[str] = []
        for first in range(0, ORDERS, 20):
            buying = [buy(box_office.api, event_id, seat) for seat in range(first, first + 20)]
            order_ids += await asyncio.gather(*buying)
        assert '"CANCELLED"' in box_office.run("event", "cancel", str(event_id))
        assert not progress(box_office, event_id, key)["finished"]
        box_office.kill_everything()
        await claims_end(box_office.data)
        box_office.start_again()
        found = until_finished(box_office, event_id, key)
        assert (found["orders_refunded"], found["orders_left"]) == (ORDERS, 0)
        assert (found["money_parked"], found["tellings_parked"]) == (0, 0)
        charges = await books(box_office.data)
        assert Counter(c["status"] for c in charges) == {"CAPTURED": ORDERS}
        assert all((c["refunded_amount"], c["refunds"]) == (c["amount"], 1) for c in charges)
        assert found["refunded_amount"] == sum(c["amount"] for c in charges)
        mails = [path.name for path in (box_office.data / "mail").glob("mail_refunded_*.eml")]
        assert sorted(mails) == sorted(f"mail_refunded_{order_id}_0.eml" for order_id in order_ids)
        assert box_office.run("doctor") == ""
