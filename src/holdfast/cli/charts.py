"""`holdfast chart`: check a seating chart, generate one."""

import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter, validators

from holdfast.cli.faults import Fault
from holdfast.cli.store import print_json, progress_bar
from holdfast.venues.generate import DEFAULT_SEATS, Kind

File = Annotated[Path, Parameter(help="Chart file: Holdfast, pretix or seats.io JSON, or CSV.")]
Seats = Annotated[int | None, Parameter(validator=validators.Number(gte=1, lte=250_000))]


def check(file: File) -> None:
    """Check a chart file: prints what is in it as JSON, or every fault with its place.

    holdfast chart check house.json
    """
    from holdfast.venues.chart_faults import ChartFaults
    from holdfast.venues.chart_file import examine_file, summary

    try:
        with progress_bar() as bar:
            bar.add_task(f"Checking {file.name}", total=None)
            reading = examine_file(file)
    except ChartFaults as faults:
        for fault in faults.faults:
            print(f"{fault.place}: {fault.sentence}", file=sys.stderr)
        sys.exit(1)
    print_json(summary(reading.chart, reading.notes))


def generate(*, kind: Kind, seats: Seats = None, seed: int = 1) -> None:
    """Generate the chart of a house that does not exist, and print it.

    ```
    holdfast chart generate --kind theatre --seats 2000 > theatre.json
    holdfast chart generate --kind stadium --seed 7 > stadium.json
    ```

    Parameters
    ----------
    kind:
        theatre, arena or stadium.
    seats:
        Places in all, standing ones included; else 2000, 20000 or 80000 by kind.
    seed:
        The same kind, seats and seed give the same chart.
    """
    from holdfast.venues.chart import public_json
    from holdfast.venues.generate import generate_chart

    wanted = DEFAULT_SEATS[kind] if seats is None else seats
    with progress_bar() as bar:
        bar.add_task(f"Building a {kind} of {wanted} places", total=None)
        try:
            chart = generate_chart(kind, wanted, seed)
        except ValueError as error:
            raise Fault(str(error)) from error
    sys.stdout.buffer.write(public_json(chart) + b"\n")
    sys.stdout.buffer.flush()
