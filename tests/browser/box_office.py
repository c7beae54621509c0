"""A whole box office in a process of its own, on the embedded database, for a browser to visit."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

START_SECONDS_MAX = 90
STOP_SECONDS_MAX = 15
Json = dict[str, Any]


class BoxOffice:
    """`holdfast serve` on a data folder of its own; events are made with the command line. In the
    `settings` of its environment {address} is its own address."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder = folder
        self.port = _free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        told = {name: value.format(address=self.address) for name, value in settings.items()}
        self._log = (folder / "server.log").open("w")
        self._process = subprocess.Popen(
            _command("serve", "--port", str(self.port), "--data", str(folder / "data")),
            stdout=self._log,
            stderr=subprocess.STDOUT,
            env={**_environment(), **told},
        )
        self._wait_until_open()

    def event(self, chart: Path, name: str, *options: str) -> int:
        """Puts an event on sale, three weeks from now if nothing else is said; its event_id."""
        evening = datetime.now().astimezone().date() + timedelta(days=21)
        when = () if "--starts-at" in options else ("--starts-at", f"{evening}T19:30")
        made = self.run("event", "create", "--chart", str(chart), "--name", name, *when, *options)
        return int(json.loads(made)["event_id"])

    def chart(self, kind: str, seats: int) -> Path:
        """A chart of a house that does not exist, as a file."""
        path = self.folder / f"{kind}-{seats}.json"
        words = ["chart", "generate", "--kind", kind, "--seats", str(seats), "--seed", "3"]
        path.write_text(self.run(*words, on_data=False))
        return path

    def run(self, *words: str, on_data: bool = True) -> str:
        """What a command prints. Fails with what it said where it fails."""
        data = ["--data", str(self.folder / "data")] if on_data else []
        done = subprocess.run(
            _command(*words, *data),
            capture_output=True,
            text=True,
            timeout=120,
            env=_environment(),
            check=False,
        )
        assert done.returncode == 0, f"holdfast {' '.join(words)}: {done.stderr}"
        return done.stdout

    def get(self, path: str) -> Json:
        """A public answer of the API."""
        with urllib.request.urlopen(f"{self.address}/api/v1{path}", timeout=10) as answer:
            return json.load(answer)

    def cancel(self, event_id: int) -> None:
        """Cancels an event, as its organiser does."""
        key = self.run("key", "create", "--role", "organiser").split()[-1]
        asked = urllib.request.Request(
            f"{self.address}/api/v1/admin/events/{event_id}/cancel",
            method="POST",
            headers={"Authorization": f"Bearer {key}"},
        )
        with urllib.request.urlopen(asked, timeout=10):
            pass

    def close(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._log.close()

    def _wait_until_open(self) -> None:
        deadline = time.monotonic() + START_SECONDS_MAX
        while time.monotonic() < deadline:
            assert self._process.poll() is None, (self.folder / "server.log").read_text()
            try:
                with urllib.request.urlopen(f"{self.address}/health", timeout=2):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        self.close()
        raise AssertionError("not open in time: " + (self.folder / "server.log").read_text())


def _command(*words: str) -> list[str]:
    return [sys.executable, "-c", "from holdfast.cli import main; main()", *words]


def _environment() -> dict[str, str]:
    """This process's own, with the sources on the path where the package is not installed."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HOLDFAST_")}
    sources = str(Path(__file__).parents[2] / "src")
    return {**kept, "PYTHONPATH": os.pathsep.join([sources, kept.get("PYTHONPATH", "")])}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
