"""`holdfast serve` and `demo` as processes: ready, stopped in time, respawned, told apart."""

import os
import signal
import socket
import time
from pathlib import Path

import httpx
import psutil

from tests.api.door import BUYER
from tests.cli.shell import Shell


def an_event(shell: Shell) -> int:
    chart = shell.data.parent / "house.json"
    chart.write_text(shell.run("chart", "generate", "--kind", "theatre", "--seats", "200").out)
    made = shell.run("event", "create", "--chart", str(chart), "--name", "Aida", "--on-sale")
    assert made.code == 0, made.err
    return int(made.json["event_id"])


def a_session(address: str) -> dict[str, str]:
    token = httpx.post(f"{address}/api/v1/sessions").json()["token"]
    return {"Authorization": f"Bearer {token}"}


def test_a_seat_is_sold_by_a_real_server(shell: Shell) -> None:
    event_id = an_event(shell)
    with shell.serving() as server, httpx.Client(base_url=f"{server.address}/api/v1") as client:
        client.headers.update(a_session(server.address))
        order = client.post(f"/events/{event_id}/holds", json={"seat_ids": [3]}).json()
        assert order["access_url"].startswith(f"{server.address}/orders/o_")
        paid = client.post(
            f"/orders/{order['order_id']}/payment", json={"payment_token": "tok_ok", "buyer": BUYER}
        )
        assert paid.json()["status"] == "CONFIRMED"
        for path in ("/health", "/", f"/api/v1/events/{event_id}/seats"):
            head = httpx.head(f"{server.address}{path}")
            assert (head.status_code, head.content) == (200, b""), path
        metrics = httpx.get(f"{server.address}/metrics").text
        assert 'route="POST /api/v1/events/{event_id}/holds",status="201"} 1.0' in metrics
    assert shell.run("doctor").code == 0


def test_a_client_that_begins_with_http_2_is_turned_away_at_once(shell: Shell) -> None:
    with shell.serving() as server:
        port = int(server.address.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port), timeout=5) as client:
            client.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(9))
            answer = client.recv(1024)
            assert not answer or answer.startswith(b"HTTP/1.1 4"), answer


def test_a_stop_ends_streams_and_takes_less_than_five_seconds(shell: Shell) -> None:
    event_id = an_event(shell)
    with shell.serving() as server:
        address = f"{server.address}/api/v1/events/{event_id}/stream"
        with httpx.stream("GET", address, timeout=20) as stream:
            chunks = stream.iter_bytes()
            assert b"event: version" in next(chunks)
            assert server.stop() < 5
            assert b"".join(chunks) is not None
        assert server.process.returncode == 0
        assert "not_drained" not in server.log


def test_several_workers_share_the_house_and_a_dead_one_is_replaced(shell: Shell) -> None:
    event_id = an_event(shell)
    with shell.serving("--workers", "2") as server:
        parent = psutil.Process(server.process.pid)
        first = set(parent.children())
        assert len(first) == 2
        victim = min(first, key=lambda process: process.pid)
        victim.kill()
        until = time.monotonic() + 30
        while len(set(parent.children()) - first) < 1:
            assert time.monotonic() < until, server.log
            time.sleep(0.05)
        assert "worker.died" in server.log
        server.wait_until_ready()
        headers = a_session(server.address)
        for seat_id in range(6):
            with httpx.Client() as client:  # a connection of its own: any worker may take it
                held = client.post(
                    f"{server.address}/api/v1/events/{event_id}/holds",
                    json={"seat_ids": [seat_id]},
                    headers=headers,
                )
                assert held.status_code == 201, held.text
        six = 'route="POST /api/v1/events/{event_id}/holds",status="201"} 6.0'
        deadline = time.monotonic() + 5  # each worker writes down once a second what it counted
        while six not in httpx.get(f"{server.address}/metrics").text:
            assert time.monotonic() < deadline, "the workers' counts make no six"
            time.sleep(0.1)
        workers = parent.children()
        assert server.stop() < 5
        assert not [worker for worker in workers if worker.is_running()]
    assert shell.run("doctor").code == 0


def test_workers_die_with_a_parent_that_was_killed(shell: Shell) -> None:
    with shell.serving("--workers", "2") as server:
        workers = psutil.Process(server.process.pid).children()
        server.process.kill()
        _, alive = psutil.wait_procs(workers, timeout=5)
        assert alive == []


def test_a_port_that_is_taken_is_a_sentence(shell: Shell) -> None:
    with shell.serving() as server:
        second = shell.run("serve", "--port", str(server.port))
        assert second.code == 1
        assert str(server.port) in second.err
        assert "Traceback" not in second.err


def test_the_secret_is_made_once_and_closed_to_others(shell: Shell) -> None:
    with shell.serving() as server:
        headers = a_session(server.address)
    secret = shell.data / "secret"
    assert secret.stat().st_mode & 0o777 == 0o600
    with shell.serving() as server:
        anything = httpx.post(
            f"{server.address}/api/v1/events/1/holds", json={"seat_ids": [0]}, headers=headers
        )
        assert anything.json()["code"] == "not_found", "the session of before is still good"


def test_the_demo_remembers_what_it_made(tmp_path: Path) -> None:
    shell = Shell(tmp_path / "demo")
    names: list[list[str]] = []
    keys: set[str] = set()
    for _ in range(2):
        with shell.serving(command="demo") as server:
            events = httpx.get(f"{server.address}/api/v1/events").json()["events"]
            names.append([event["name"] for event in events])
            key = next(line for line in server.log.splitlines() if "hk_" in line).split()[-1]
            keys.add(key)
            office = httpx.get(
                f"{server.address}/api/v1/admin/events", headers={"Authorization": f"Bearer {key}"}
            )
            assert office.status_code == 200
            listed = shell.run("event", "list").json["events"]
            assert len(listed) == 3, "commands work beside the running server"
    assert names[0] == names[1]
    assert len(names[0]) == 3
    assert len(keys) == 1


def test_a_killed_server_starts_again_at_once_with_everything_that_was_sold(tmp_path: Path) -> None:
    shell = Shell(tmp_path / "data")
    event_id = an_event(shell)
    with shell.serving() as server:
        headers = a_session(server.address)
        held = httpx.post(
            f"{server.address}/api/v1/events/{event_id}/holds",
            json={"seat_ids": [3]},
            headers=headers,
        )
        assert held.status_code == 201
        os.kill(server.process.pid, signal.SIGKILL)
        server.process.wait()
    with shell.serving() as server:
        seats = httpx.get(f"{server.address}/api/v1/events/{event_id}/seats").json()["seats"]
        assert seats[3] == "H"
