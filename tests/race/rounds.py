"""How often a race is run, and how a control is run until it goes wrong.

A race is a function of a server and a seed that returns what went wrong. HOLDFAST_RACE_ROUNDS runs
every race with so many seeds, from HOLDFAST_RACE_SEED on (`make races`).
"""

import os
from collections.abc import Awaitable, Callable
from typing import Final

from tests.race.caller import Unanswered
from tests.race.server import Server

Race = Callable[[Server, int], Awaitable[list[str]]]

_FIRST: Final = int(os.environ.get("HOLDFAST_RACE_SEED", "1"))
SEEDS: Final = range(_FIRST, _FIRST + int(os.environ.get("HOLDFAST_RACE_ROUNDS", "1")))
CONTROL_ROUNDS_MAX: Final = 40  # most first rounds go wrong; with two payers every third


async def goes_wrong(race: Race, server: Server) -> bool:
    """Whether somebody is wronged within some rounds; a journal in disorder alone is not enough."""
    for seed in range(CONTROL_ROUNDS_MAX):
        try:
            found = await race(server, seed)
        except (AssertionError, Unanswered):
            return True
        if any(not fault.startswith(("journal_", "desk_version")) for fault in found):
            return True
    return False
