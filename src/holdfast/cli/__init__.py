"""The command line. `main` is the entry point; every command's module is imported when it is used.

What goes wrong is one sentence on stderr and exit code 1; a mistyped command is exit code 2.
"""

import sys
from collections.abc import Sequence

from cyclopts import App, CycloptsError

HELP = """An open-source box office for reserved seats and standing areas.

Everything works on the data folder of `--data` (or HOLDFAST_DATA), whether a server runs on it or
not; HOLDFAST_DATABASE_URL names a PostgreSQL of your own instead.

```
holdfast demo
holdfast chart generate --kind theatre --seats 2000 > house.json
holdfast event create --chart house.json --name "Opening night" --on-sale
holdfast serve --port 8000
```
"""


def make_app() -> App:
    """Every command, by the module that has it."""
    app = App(name="holdfast", help=HELP, help_format="markdown", version=_version)
    app.command("holdfast.cli.serve:serve", help="The server: the API, the live map and the pages.")
    app.command("holdfast.cli.demo:demo", help="A demo box office with three houses on sale.")
    chart = App(name="chart", help="Check and generate seating charts.")
    chart.command(
        "holdfast.cli.charts:check", help="Check a chart file: what is in it, or every fault."
    )
    chart.command(
        "holdfast.cli.charts:generate", help="Generate the chart of a house that does not exist."
    )
    event = App(name="event", help="Create events and look after them.")
    event.command("holdfast.cli.events:create", help="Create an event from a chart.")
    event.command("holdfast.cli.event_care:list_", name="list", help="List the events.")
    event.command(
        "holdfast.cli.event_care:status", help="Show how an event stands, or change its status."
    )
    event.command("holdfast.cli.event_care:cancel", help="Cancel an event and refund everybody.")
    event.command(
        "holdfast.cli.event_care:cancellation", help="How far the refunds of a cancelled one are."
    )
    event.command(
        "holdfast.cli.event_care:reopen", help="Open a sale again that an alarm has closed."
    )
    key = App(name="key", help="API keys of organisers and gate devices.")
    key.command("holdfast.cli.keys:create", help="Make a key and print it, once.")
    key.command("holdfast.cli.keys:list_", name="list", help="List the keys.")
    key.command("holdfast.cli.keys:revoke", help="Close a key for good.")
    errands = App(name="errands", help="What could not be done outside, and another try.")
    errands.command("holdfast.cli.errands:list_", name="list", help="List what waits for you.")
    errands.command("holdfast.cli.errands:again", help="Let it be tried again.")
    webhook = App(name="webhook", help="Organisers' programs that are told what happens.")
    webhook.command("holdfast.cli.webhooks:add", help="Register an address; shows its secret once.")
    webhook.command("holdfast.cli.webhooks:list_", name="list", help="List the webhooks.")
    webhook.command(
        "holdfast.cli.webhooks:try_out", name="test", help="Call one now, about nothing."
    )
    webhook.command("holdfast.cli.webhooks:deliveries", help="What it was told, and its answers.")
    webhook.command("holdfast.cli.webhooks:replay", help="Tell it again.")
    webhook.command("holdfast.cli.webhooks:rotate", help="Give it a new secret.")
    webhook.command("holdfast.cli.webhooks:remove", help="Call it no more.")
    for group in (chart, event, key, errands, webhook):
        app.command(group)
    app.command(
        "holdfast.cli.doctor:doctor",
        help="Check every invariant, and the books against the provider.",
    )
    app.command("holdfast.cli.bench:bench", help="The benchmarks of README, in one run.")
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
