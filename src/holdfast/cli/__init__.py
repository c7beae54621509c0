"""The command line. `main` is the entry point; every command's module is imported when it is used.

What goes wrong is one sentence on stderr and exit code 1; a mistyped command is exit code 2.
"""

import sys
from collections.abc import Sequence

from cyclopts import App, CycloptsError

HELP = """An open-source box office for reserved seats and standing areas.

Everything works on the data folder of `--data` (or HOLDFAST_DATA), whether a server runs on it or
not; HOLDFAST_DATABASE_URL names a PostgreSQL of your own instead.

    holdfast demo
    holdfast chart generate --kind theatre --seats 2000 > house.json
    holdfast event create --chart house.json --name "Opening night" --on-sale
    holdfast serve --port 8000
"""


def make_app() -> App:
    """Every command, by the module that has it."""
    app = App(name="holdfast", help=HELP, help_format="plaintext", version=_version)
    app.command("holdfast.cli.serve:serve")
    app.command("holdfast.cli.demo:demo")
    chart = App(name="chart", help="Check and generate seating charts.")
    chart.command("holdfast.cli.charts:check")
    chart.command("holdfast.cli.charts:generate")
    event = App(name="event", help="Create events and look after them.")
    event.command("holdfast.cli.events:create")
    event.command("holdfast.cli.event_care:list_", name="list")
    event.command("holdfast.cli.event_care:status")
    event.command("holdfast.cli.event_care:cancel")
    event.command("holdfast.cli.event_care:reopen")
    key = App(name="key", help="API keys of organisers and gate devices.")
    key.command("holdfast.cli.keys:create")
    key.command("holdfast.cli.keys:list_", name="list")
    key.command("holdfast.cli.keys:revoke")
    for group in (chart, event, key):
        app.command(group)
    app.command("holdfast.cli.doctor:doctor")
    app.command("holdfast.cli.bench:bench")
    return app


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and exit."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        make_app()(words, exit_on_error=False, print_error=True)
    except CycloptsError:
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)
    except Exception as error:
        from holdfast.cli.faults import sentence_of

        print(f"holdfast: {sentence_of(error)}", file=sys.stderr)
        sys.exit(1)


def _version() -> str:
    from importlib.metadata import version

    return version("holdfast")
