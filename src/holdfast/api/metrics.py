"""What Prometheus is told: requests by route, open streams, connections, payments under way.

Several processes share one folder (PROMETHEUS_MULTIPROC_DIR, set by cli/workers.py), so that
whoever is asked answers for all. A route is told as its pattern, never with the numbers in it.
"""

import asyncio
import os
import time
from bisect import bisect_left
from collections.abc import Callable, Iterable
from typing import Any, Literal, cast

from litestar import Response
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from msgspec import Struct
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector

from holdfast.api.parts import Parts
from holdfast.api.request import ApiRequest

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
LOOK_SECONDS = 1.0  # how old what another process says may be while that one is busy
_FOLDER = "PROMETHEUS_MULTIPROC_DIR"


class Tally(Struct, gc=False):
    """Answers of one route and status since the last look: by SECONDS and beyond, and in all."""

    counts: list[int]
    seconds: float = 0.0


class ManyTimes(Histogram):
    """A histogram that is told of many at once. One at a time costs a hold 8 of 170 µs."""

    def observe_many(self, counts: Iterable[int], seconds: float) -> None:
        """`counts`: how many fell into each bucket, not cumulated; `seconds`: their sum."""
        self._sum.inc(seconds)
        buckets = cast("list[Any]", self._buckets)
        for bucket, count in zip(buckets, counts, strict=True):
            bucket.inc(count)


class Metrics:
    """The figures of one process."""

    def __init__(self, parts: Parts) -> None:
        disable_created_metrics()
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "holdfast_requests", "Requests answered.", ["route", "status"], registry=self._registry
        )
        self._seconds = ManyTimes(
            "holdfast_request_seconds",
            "Time to answer, in seconds; of a stream, until it ended.",
            ["route"],
            buckets=SECONDS,
            registry=self._registry,
        )
        self._tallies: dict[tuple[str, int], Tally] = {}
        self._look_soon: asyncio.TimerHandle | None = None
        self._gauges: list[tuple[Gauge, Callable[[], float]]] = []
        self._gauge("holdfast_streams_open", "Open streams.", lambda: parts.streams.count)
        self._gauge("holdfast_events_watched", "Live maps kept.", lambda: parts.live.count)
        self._gauge("holdfast_desks_open", "Desks at work.", lambda: parts.box_office.count)
        self._gauge(
            "holdfast_payments_in_flight", "Payments under way.", lambda: parts.checkout.in_flight
        )
        self._gauge(
            "holdfast_pubsub_connected",
            "Processes that hear the others.",
            lambda: float(parts.notices.is_listening),
        )
        self._gauge(
            "holdfast_replica_age_seconds",
            "How old what browsing reads may be; 0 where it reads the primary.",
            lambda: parts.database.replicas.age or 0.0,
            "livemax",
        )
        for name, pool in (("requests", parts.database.pool), ("desk", parts.database.desk_pool)):
            self._gauge(
                f"holdfast_connections_{name}", "Database connections.", lambda p=pool: p.size
            )

    def answered(self, route: str, status: int, seconds: float) -> None:
        """One request was answered."""
        tally = self._tallies.get((route, status))
        if tally is None:
            tally = self._tallies[route, status] = Tally([0] * (len(SECONDS) + 1))
        tally.seconds += seconds
        tally.counts[bisect_left(SECONDS, seconds)] += 1
        if self._look_soon is None:
            self._look_soon = asyncio.get_running_loop().call_later(LOOK_SECONDS, self._look)

    def text(self) -> bytes:
        """Everything, in Prometheus' text format."""
        self._look()
        if _FOLDER not in os.environ:
            return generate_latest(self._registry)
        together = CollectorRegistry()
        MultiProcessCollector(together)
        return generate_latest(together)

    def _look(self) -> None:
        """Write down what was counted, and read the gauges: other processes are asked about ours,
        and cannot look here."""
        if self._look_soon is not None:
            self._look_soon.cancel()
            self._look_soon = None
        for (route, status), tally in self._tallies.items():
            answered = sum(tally.counts)
            if answered:
                self._requests.labels(route, str(status)).inc(answered)
                self._seconds.labels(route).observe_many(tally.counts, tally.seconds)
                tally.counts, tally.seconds = [0] * len(tally.counts), 0.0
        for gauge, read in self._gauges:
            gauge.set(read())

    def _gauge(
        self,
        name: str,
        words: str,
        read: Callable[[], float],
        together: Literal["livesum", "livemax"] = "livesum",
    ) -> None:
        """`together`: what the figure of all processes is."""
        gauge = Gauge(name, words, registry=self._registry, multiprocess_mode=together)
        self._gauges.append((gauge, read))


class Measured:
    """Counts and times what the framework answers; thin routes tell it themselves."""

    def __init__(self, inside: ASGIApp, metrics: Metrics) -> None:
        self._inside = inside
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._inside(scope, receive, send)
            return
        started = time.perf_counter()
        status = 500

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._inside(scope, receive, noting)
        finally:
            fields: dict[str, Any] = dict(scope)
            route = f"{scope['method']} {fields.get('path_template') or 'nothing'}"
            self._metrics.answered(route, status, time.perf_counter() - started)


async def read_metrics(request: ApiRequest) -> Response[Any]:
    """Figures for Prometheus."""
    metrics: Metrics = request.app.state["metrics"]
    kind, _, _ = CONTENT_TYPE_LATEST.partition("; charset")
    return Response(metrics.text(), media_type=kind, headers={"Cache-Control": "no-store"})
