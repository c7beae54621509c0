"""`holdfast serve`: the server, in this process or in several."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter, validators

from holdfast.cli.store import Data

Port = Annotated[int, Parameter(validator=validators.Number(gte=0, lte=65_535))]
Workers = Annotated[int, Parameter(validator=validators.Number(gte=1, lte=64))]


def serve(
    *, host: str = "127.0.0.1", port: Port = 8000, workers: Workers = 1, data: Data = None
) -> None:
    """Sell tickets: the API, the live map and the buyer's pages.

    Without HOLDFAST_DATABASE_URL it starts a PostgreSQL of its own in the data folder. It is ready
    when GET /health answers 200. SIGTERM lets it finish what it has and stop within five seconds.

    ```
    holdfast serve --port 8000
    holdfast serve --host 0.0.0.0 --workers 4 --data /srv/holdfast
    ```

    Parameters
    ----------
    host:
        Address to listen at; 0.0.0.0 for every network.
    port:
        Port to listen at; 0 finds a free one.
    workers:
        Processes that answer. One is enough for several thousand holds a second.
    """
    run_server(host, port, workers, data)


def run_server(host: str, port: int, workers: int, data: Path | None) -> None:
    """Serve until SIGTERM or SIGINT. Raises Fault where the port is taken."""
    from holdfast.cli.log import set_up_log
    from holdfast.cli.serving import free_port, run_loop, serve_here
    from holdfast.cli.store import settings_for
    from holdfast.cli.workers import serve_with_workers

    settings = settings_for(data)
    set_up_log()
    port = free_port(host, port)
    if workers == 1:
        run_loop(serve_here(settings, host, port))
    else:
        run_loop(serve_with_workers(settings, host, port, workers))
