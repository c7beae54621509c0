"""Whose time it is: a profile added up by the part of the program that spends it.

Functions of the product and of the libraries it stands on have a layer by their file. What has none
(built-in functions, the standard library) is charged to whoever called it.
"""

import pstats
from collections import defaultdict
from typing import Final, cast

Function = tuple[str, int, str]
Callers = dict[Function, tuple[int, int, float, float]]
Entry = tuple[int, int, float, float, Callers]

# The first that is part of a function's file, or of a built-in's name, is its layer.
LAYERS: Final = (
    ("granian", "HTTP server, its calls"),
    ("prometheus_client", "metrics"),
    ("holdfast/api/metrics", "metrics"),
    ("holdfast/accounts/access_link", "answer: the signed link"),
    ("holdfast/accounts", "token check"),
    ("holdfast/api/credentials", "token check"),
    ("holdfast/api/order_answer", "answer: the order as JSON"),
    ("holdfast/api/answer", "answer: the order as JSON"),
    ("holdfast/api/holds", "handler"),
    ("holdfast/api/payments", "handler"),
    ("holdfast/api", "reading the request"),
    ("litestar", "the framework"),
    ("holdfast/checkout", "checkout"),
    ("holdfast/outbox", "relay"),
    ("holdfast/tickets", "tickets"),
    ("holdfast/live", "live map"),
    ("holdfast/desk/queue", "queue"),
    ("holdfast/desk/box_office", "queue"),
    ("holdfast/desk/desk", "the desk's turn"),
    ("holdfast/desk/fold", "fold"),
    ("holdfast/desk/write", "rows for the database"),
    ("holdfast/desk/journal", "rows for the database"),
    ("holdfast/desk", "decide and apply"),
    ("holdfast/ids", "decide and apply"),
    ("holdfast/venues", "decide and apply"),
    ("asyncpg", "driver"),
    ("holdfast/database", "driver"),
    ("benchmarks/", "the bench itself"),
    ("uvloop", "event loop"),
    ("asyncio", "event loop"),
)
REST: Final = "everything else"
STEPS_MAX: Final = 6  # up the callers; deeper, the rest is small


def layers(path: str) -> dict[str, float]:
    """Seconds by layer, most first, of a profile written by profiling.py."""
    profile = pstats.Stats(path)
    entries = cast(dict[Function, Entry], profile.stats)  # type: ignore[attr-defined]
    seconds: defaultdict[str, float] = defaultdict(float)
    for function, entry in entries.items():
        _charge(entries, function, entry[2], seconds, 0)
    return dict(sorted(seconds.items(), key=lambda pair: -pair[1]))


def _charge(
    entries: dict[Function, Entry],
    function: Function,
    amount: float,
    seconds: defaultdict[str, float],
    step: int,
) -> None:
    """Put an amount of seconds on the function's own layer, or on its callers', by their share."""
    layer = _layer(function)
    callers = entries[function][4] if function in entries else {}
    total = sum(share[2] for share in callers.values())
    if layer is not None or step == STEPS_MAX or total == 0:
        seconds[layer or REST] += amount
        return
    for caller, share in callers.items():
        _charge(entries, caller, amount * share[2] / total, seconds, step + 1)


def _layer(function: Function) -> str | None:
    file, _, name = function
    text = name if file == "~" else file
    return next((layer for part, layer in LAYERS if part in text), None)
