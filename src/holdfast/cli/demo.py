"""`holdfast demo`: a box office with three evenings on sale, from nothing to the first page.

It always uses the embedded PostgreSQL, remembers what it made in `demo.json` of its data folder,
and makes a new evening for each that has begun. It never touches a database that somebody named.
"""

import os
import sys
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct
from rich.progress import Progress, TaskID

from holdfast.cli.faults import Fault
from holdfast.cli.serve import Port, run_server
from holdfast.cli.store import Data, progress_bar, run_on_store, settings_for
from holdfast.database.pool import Connection
from holdfast.venues.chart import Chart
from holdfast.venues.generate import Kind
from holdfast.venues.price import Price

MEMORY = "demo.json"
_STILL_ON = """
SELECT name
FROM event
WHERE event_id = ANY($1::integer[]) AND status = 'ON_SALE' AND start_time > $2
"""


class DemoEvent(Struct, frozen=True):
    """One event of the demo. Prices from the dearest category down, minor units."""

    name: str
    venue: str
    address: str
    kind: Kind
    seats: int
    in_days: int
    at: time
    color: str
    prices: tuple[int, ...]


DEMO_EVENTS: Final = (
    DemoEvent(
        "The Cherry Orchard", "The Grand", "Theatre Square 1, Berlin", "theatre", 1_200,
        0, time(19, 30), "#7a2e4d", (8900, 6900, 4900, 3200, 1900),
    ),
    DemoEvent(
        "Northern Lights Tour", "Harbour Arena", "Quay 7, Berlin", "arena", 12_000,
        12, time(20, 0), "#1f5f8b", (12500, 9500, 7500, 5500, 4200, 6500),
    ),
    DemoEvent(
        "City Cup Final", "Park Stadium", "Meadow Lane 100, Berlin", "stadium", 50_000,
        26, time(15, 30), "#2f6b3a", (9900, 7400, 5400, 3900, 2500, 1800),
    ),
)  # fmt: skip
TIME_ZONE: Final = "Europe/Berlin"
TONIGHT_UNTIL: Final = 2  # hours before the start; later on, the demo's tonight is tomorrow


class Memory(Struct):
    """What the demo made before."""

    event_ids: list[int]
    organiser_key: str


def demo(*, host: str = "127.0.0.1", port: Port = 8000, data: Data = None) -> None:
    """Open a demo box office: three houses on sale, test payments, everything embedded.

    ```
    holdfast demo
    holdfast demo --port 8080 --data ./demo
    ```

    Parameters
    ----------
    host:
        Address to listen at.
    port:
        Port to listen at; 0 finds a free one.
    """
    from holdfast.cli.serving import free_port

    if os.environ.get("HOLDFAST_DATABASE_URL"):
        raise Fault(
            "HOLDFAST_DATABASE_URL is set, and the demo sells tickets that do not exist: it stays "
            "away from that database. Unset it for `holdfast demo`, or use `holdfast serve`."
        )
    port = free_port(host, port)
    folder = settings_for(data).data
    memory = _recall(folder)
    with progress_bar() as bar:
        step = bar.add_task("Starting the database", total=1 + len(DEMO_EVENTS))
        memory = run_on_store(data, lambda c, now: _prepare(c, now, memory, bar, step))
    _remember(folder, memory)
    print(_welcome(f"http://{host}:{port}", memory.organiser_key), file=sys.stderr, flush=True)
    run_server(host, port, 1, data)


async def _prepare(
    connection: Connection, now: datetime, memory: Memory | None, bar: Progress, step: TaskID
) -> Memory:
    """The demo's events and key: as they were, or made now."""
    from holdfast.accounts.api_key import KeyRole, create_key, is_valid_key

    bar.update(step, advance=1)
    if memory is None or not await is_valid_key(connection, memory.organiser_key):
        _, key = await create_key(connection, KeyRole.organiser, None, now)
        memory = Memory(memory.event_ids if memory else [], key)
    still_on = {row["name"] for row in await connection.fetch(_STILL_ON, memory.event_ids, now)}
    for event in DEMO_EVENTS:
        if event.name not in still_on:
            bar.update(step, description=f"Building {event.venue}")
            memory.event_ids.append(await _create(connection, now, event))
        bar.update(step, advance=1)
    return memory


async def _create(connection: Connection, now: datetime, event: DemoEvent) -> int:
    from holdfast.desk.order import EventStatus
    from holdfast.venues.chart_store import save_chart
    from holdfast.venues.floor_plan import floor_plan
    from holdfast.venues.generate import generate_chart
    from holdfast.venues.new_event import NewEvent, create_event, create_venue, find_venue

    chart = generate_chart(event.kind, event.seats, 1)
    venue_id = await find_venue(connection, event.venue)
    if venue_id is None:
        venue_id = await create_venue(connection, event.venue, event.address, TIME_ZONE, now)
    start = _start(event, now)
    new = NewEvent(
        name=event.name,
        venue_id=venue_id,
        chart_sha256=await save_chart(connection, chart, now),
        doors_open=start - timedelta(hours=1),
        start_time=start,
        prices=_prices(event, chart),
        color=event.color,
        status=EventStatus.ON_SALE,
    )
    return await create_event(connection, new, floor_plan(chart), now)


def _start(event: DemoEvent, now: datetime) -> datetime:
    here = now.astimezone(ZoneInfo(TIME_ZONE))
    start = datetime.combine(here.date() + timedelta(days=event.in_days), event.at, here.tzinfo)
    if start - here < timedelta(hours=TONIGHT_UNTIL):
        start = datetime.combine(start.date() + timedelta(days=1), event.at, here.tzinfo)
    return start


def _prices(event: DemoEvent, chart: Chart) -> tuple[Price, ...]:
    """Adults and children in every category, with a fee of five per cent."""
    prices: list[Price] = []
    for place, category in enumerate(chart.categories):
        amount = event.prices[min(place, len(event.prices) - 1)]
        for price_type, net in (("adult", amount), ("child", amount // 2)):
            prices.append(Price(category.name, price_type, net, fee_basis_points=500, rounding=10))
    return tuple(prices)


def _recall(folder: Path) -> Memory | None:
    try:
        return msgspec.json.decode((folder / MEMORY).read_bytes(), type=Memory)
    except FileNotFoundError:
        return None
    except msgspec.DecodeError as error:
        raise Fault(f"{folder / MEMORY} is damaged; remove it and start the demo again.") from error


def _remember(folder: Path, memory: Memory) -> None:
    path = folder / MEMORY
    new = path.with_name(f"{MEMORY}.new")
    with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:  # noqa: PTH123
        file.write(msgspec.json.encode(memory))
    new.replace(path)


def _welcome(address: str, key: str) -> str:
    return f"""
  The box office is open at {address}

  Choose seats, pay with a test card, get tickets with codes that scan.
  The API answers under {address}/api/v1, described by {address}/schema/openapi.json

  Organiser's key: {key}

  Stop it with Ctrl+C; start it again and everything is as it was.
"""
