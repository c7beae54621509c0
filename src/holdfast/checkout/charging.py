"""From a provider that may not answer to what is known of a charge.

A charge whose answer was lost is looked up; one that never arrived is sent again under the same
key, which is one charge however often it is sent. Nothing here writes anything down, and nobody who
calls this has a transaction open or a connection on loan.
"""

import asyncio

import structlog

from holdfast.checkout.provider import Provider, ProviderRefused, ProviderUnknown, ask
from holdfast.config import (
    LOOKUP_PAUSE_SECONDS,
    LOOKUP_SECONDS_MAX,
    PAY_SECONDS_MAX,
    PROVIDER_LOOKUPS_MAX,
)
from holdfast.desk.commands import Charge
from holdfast.desk.order import Buyer, Payment

log = structlog.get_logger(__name__)


async def charge_surely(
    provider: Provider, payment: Payment, token: str, buyer: Buyer
) -> Charge | None:
    """Charge once and find out what became of it, within PAY_SECONDS_MAX.

    None: still unknown. Then the money may have moved, and the reconciler finds out.
    """
    try:
        async with asyncio.timeout(PAY_SECONDS_MAX):
            return await _until_known(provider, payment, token, buyer)
    except TimeoutError:
        log.warning("checkout.charge_unknown", payment_id=payment.payment_id)
        return None


async def _until_known(
    provider: Provider, payment: Payment, token: str, buyer: Buyer
) -> Charge | None:
    try:
        return await ask(provider.charge(payment, token, buyer))
    except (ProviderUnknown, ProviderRefused) as trouble:
        _note(payment, trouble)
    for number in range(PROVIDER_LOOKUPS_MAX):
        await asyncio.sleep(LOOKUP_PAUSE_SECONDS * number)
        try:
            charge = await ask(provider.lookup(payment), LOOKUP_SECONDS_MAX)
            if charge is None:
                charge = await ask(provider.charge(payment, token, buyer))
            return charge
        except (ProviderUnknown, ProviderRefused) as trouble:
            _note(payment, trouble)
    return None


async def close_surely(provider: Provider, payment: Payment) -> Charge | None:
    """Make sure that a charge nobody waits for takes no money from now on; what it has come to.

    None: the provider didn't say. Nothing is lost by asking again later.
    """
    try:
        return await ask(provider.abandon(payment))
    except (ProviderUnknown, ProviderRefused) as trouble:
        _note(payment, trouble)
        return None


def _note(payment: Payment, trouble: Exception) -> None:
    log.warning(
        "checkout.provider_unknown",
        payment_id=payment.payment_id,
        provider=payment.provider,
        trouble=str(trouble),
    )
