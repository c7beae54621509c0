"""The report: a table for people, JSON for machines."""

from collections.abc import Sequence

import msgspec
from msgspec import Struct
from rich.console import Console
from rich.table import Table

from benchmarks.bench import Pace
from benchmarks.machine import Machine
from benchmarks.result import Figure, Result, Run

_COLOURS = {"aim": "green", "met": "yellow", "missed": "red", "": ""}
_VERDICTS = {"aim": "aim reached", "met": "as promised", "missed": "missed", "": ""}


class Report(Struct):
    """One bench run as a whole."""

    machine: Machine
    pace: Pace
    results: list[Result]


def as_json(report: Report) -> bytes:
    """The whole report, every run included."""
    return msgspec.json.format(msgspec.json.encode(report), indent=2)


def show(report: Report, console: Console) -> None:
    """Print what was promised beside what was found, then the runs, then the machine."""
    console.print(_promises(report.results))
    console.print(_runs(report.results))
    for result in report.results:
        for note in result.notes:
            console.print(f"[dim]{note}[/dim]")
    console.print(_about(report))


def _promises(results: Sequence[Result]) -> Table:
    table = Table(title="What was promised", title_justify="left", show_lines=False)
    table.add_column("measure")
    table.add_column("figure")
    for heading in ("found", "at least", "aim"):
        table.add_column(heading, justify="right")
    table.add_column("")
    for result in results:
        for place, figure in enumerate(result.figures):
            verdict = figure.verdict
            table.add_row(
                result.about if place == 0 else "",
                figure.name,
                _amount(figure.value, figure.unit),
                _limit(figure, figure.at_least),
                _limit(figure, figure.aim),
                f"[{_COLOURS[verdict]}]{_VERDICTS[verdict]}[/]" if verdict else "",
            )
        table.add_section()
    return table


def _runs(results: Sequence[Result]) -> Table:
    table = Table(title="The runs", title_justify="left")
    table.add_column("run")
    for heading in ("answers/s", "p50 ms", "p99 ms", "server µs", "database µs"):
        table.add_column(heading, justify="right")
    table.add_column("answers")
    for result in results:
        for run in result.runs:
            table.add_row(*_cells(run))
        table.add_section()
    return table


def _cells(run: Run) -> tuple[str, ...]:
    return (
        run.what,
        f"{run.per_second:,.0f}",
        f"{run.p50_ms:.2f}",
        f"{run.p99_ms:.2f}",
        f"{run.server_cpu_us:.0f}" if run.server_cpu_us else "",
        f"{run.database_cpu_us:.0f}" if run.database_cpu_us else "",
        ", ".join(f"{name}: {count:,}" for name, count in run.answers.items()),
    )


def _amount(value: float, unit: str) -> str:
    digits = 0 if value >= 100 else 1 if value >= 20 else 2
    return f"{value:,.{digits}f} {unit}"


def _limit(figure: Figure, value: float | None) -> str:
    if value is None:
        return ""
    return f"{'' if figure.higher else '≤ '}{value:,g} {figure.unit}"


def _about(report: Report) -> str:
    machine, pace = report.machine, report.pace
    return (
        f"{machine.processor}, {machine.cores} cores, {machine.memory_gb} GB; {machine.system}; "
        f"Python {machine.python}; PostgreSQL {machine.postgresql} on the same machine, fsync "
        f"{machine.fsync}, synchronous_commit {machine.synchronous_commit}, full_page_writes "
        f"{machine.full_page_writes}, shared_buffers {machine.shared_buffers}. The load generator "
        f"runs here too. 8 kB are on disk after {machine.flush_ms} ms. Before the start "
        f"{machine.others_cores} cores were busy with other things (load average "
        f"{machine.load_average}). Runs of {pace.seconds:g} s after {pace.warm_seconds:g} s of "
        f"warming up; the median of {pace.rounds}."
    )
