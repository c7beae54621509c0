"""What Stripe needs to be told: all of it or nothing. config.py reads it with the rest."""

from collections.abc import Callable
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

import msgspec

from holdfast.setting import Setting, SettingError, is_origin

STRIPE_SCRIPT: Final = "https://js.stripe.com/endive/stripe.js"
"""Stripe.js of the release that belongs to the SDK in constraints.txt. It is not shipped: Stripe's
terms want it loaded from there."""

STRIPE_SETTINGS: Final = (
    Setting(
        "HOLDFAST_STRIPE_KEY",
        "",
        "Stripe's secret or restricted key (sk_... or rk_...): Stripe takes new payments; empty: "
        "the test provider does, which moves no money.",
    ),
    Setting(
        "HOLDFAST_STRIPE_PUBLISHABLE_KEY",
        "",
        "Stripe's publishable key (pk_...) for the form on the checkout page.",
    ),
    Setting(
        "HOLDFAST_STRIPE_WEBHOOK_SECRET",
        "",
        "The signing secret (whsec_...) of the webhook that calls "
        "/api/v1/payments/webhooks/stripe; two with a comma between while it is rotated.",
    ),
    Setting(
        "HOLDFAST_STRIPE_URL",
        "",
        "Another server in Stripe's place, as http://127.0.0.1:8420, for tests; empty: Stripe.",
    ),
    Setting(
        "HOLDFAST_STRIPE_SCRIPT_URL",
        "",
        "The script that draws the form on the checkout page; empty: Stripe's own. Another release "
        "of it, or, for tests, http on this machine.",
    ),
)


class StripeSettings(msgspec.Struct, frozen=True):
    """What Stripe needs; `address` is another server in its place, for tests, else empty."""

    key: str
    publishable_key: str
    webhook_secrets: tuple[str, ...]
    address: str
    public_url: str
    script_url: str = STRIPE_SCRIPT


def read_stripe(text: Callable[[str], str], public_url: str) -> StripeSettings | None:
    """Stripe's settings, all or none of them. Raises SettingError."""
    key, publishable = text("HOLDFAST_STRIPE_KEY"), text("HOLDFAST_STRIPE_PUBLISHABLE_KEY")
    secrets = [s.strip() for s in text("HOLDFAST_STRIPE_WEBHOOK_SECRET").split(",") if s.strip()]
    address = text("HOLDFAST_STRIPE_URL").rstrip("/")
    script = text("HOLDFAST_STRIPE_SCRIPT_URL")
    if not key:
        if publishable or secrets or address or script:
            raise SettingError(
                "HOLDFAST_STRIPE_KEY is missing: the other settings of Stripe mean nothing without "
                "it. Set it, or leave all of them empty."
            )
        return None
    if not key.startswith(("sk_", "rk_")):
        raise SettingError("HOLDFAST_STRIPE_KEY must be a secret key of Stripe's: sk_... or rk_...")
    if not publishable.startswith("pk_"):
        raise SettingError(
            "HOLDFAST_STRIPE_PUBLISHABLE_KEY must be the key that belongs to "
            "HOLDFAST_STRIPE_KEY and may be public: pk_..."
        )
    if ("_live_" in key) != ("_live_" in publishable):
        raise SettingError(
            "HOLDFAST_STRIPE_KEY and HOLDFAST_STRIPE_PUBLISHABLE_KEY must both be for tests or "
            "both be live."
        )
    if not 1 <= len(secrets) <= 2 or not all(s.startswith("whsec_") for s in secrets):
        raise SettingError(
            "HOLDFAST_STRIPE_WEBHOOK_SECRET must be the webhook's signing secret, whsec_..., or "
            "two of them with a comma between."
        )
    if address and not is_origin(address):
        raise SettingError("HOLDFAST_STRIPE_URL must be an address like http://127.0.0.1:8420.")
    if script and not _may_be_a_script(script):
        raise SettingError(
            "HOLDFAST_STRIPE_SCRIPT_URL must be an https address like "
            f"{STRIPE_SCRIPT}; http only on this machine, for tests."
        )
    if not public_url:
        raise SettingError(
            "HOLDFAST_PUBLIC_URL is needed with Stripe: banks send buyers back to it."
        )
    script = script or STRIPE_SCRIPT
    return StripeSettings(key, publishable, tuple(secrets), address, public_url, script)


def _may_be_a_script(address: str) -> bool:
    """Whether buyers' cards may be entrusted to what this loads: nobody underway can change it."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
        known = "@" not in parts.netloc and parts.port != 0
    except ValueError:
        return False
    if not host or not known or any(c in address for c in " ;,'\"\\"):
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and _is_here(host))


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
