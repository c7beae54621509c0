"""A test provider in a bad mood, inside a serving process: what real ones do on their worst days.

It does what it was asked and then times out, or answers 500; it answers later than the hold lasts;
it collects by itself what we are about to give back. The product knows nothing of this.
"""

import asyncio
from collections.abc import Callable
from random import Random
from typing import Any, Final
from zlib import crc32

from holdfast.checkout import test_provider as bank
from holdfast.checkout.provider import ProviderUnknown
from holdfast.checkout.test_ledger import ChargeStatus

CALLS: Final = ("charge", "lookup", "abandon", "capture", "void", "refund")
HANGS: Final = 0.01
HANG_SECONDS: Final = (2.0, 6.0)
LOSES_THE_QUESTION: Final = 0.01
ANSWERS_500: Final = 0.03
COLLECTS_EVERY: Final = 2  # by itself: every second payment that it is asked to give back


def make_moody(seed: str) -> None:
    """Change the provider of this process for good."""
    chance = Random(seed)
    for name in CALLS:
        wrapped = _moody(getattr(bank.TestProvider, name), chance)
        setattr(bank.TestProvider, name, wrapped)
    void = bank.TestProvider.void

    async def too_late(self: bank.TestProvider, payment: Any, *rest: Any) -> None:
        if crc32(payment.payment_id.encode()) % COLLECTS_EVERY == 0:
            reserved = (ChargeStatus.AUTHORIZED,)
            await self._ledger.move(payment.payment_id, reserved, ChargeStatus.CAPTURED)
        await void(self, payment, *rest)

    bank.TestProvider.void = too_late  # type: ignore[method-assign]


def _moody(call: Callable[..., Any], chance: Random) -> Callable[..., Any]:
    async def ask(self: bank.TestProvider, *asked: Any) -> Any:
        mood = chance.random()
        if mood < LOSES_THE_QUESTION:
            raise ProviderUnknown("the question was lost")
        answer = await call(self, *asked)
        if mood < LOSES_THE_QUESTION + ANSWERS_500:
            raise ProviderUnknown("500, and it was done")
        if mood < LOSES_THE_QUESTION + ANSWERS_500 + HANGS:
            await asyncio.sleep(chance.uniform(*HANG_SECONDS))
        return answer

    return ask
