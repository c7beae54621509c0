"""Stripe's settings: all that it needs or nothing, and a sentence for what is wrong."""

import pytest

from holdfast.api.storefront import SECURITY, checkout_security
from holdfast.config import SettingError, read_settings
from holdfast.stripe_settings import STRIPE_SCRIPT

WHOLE = {
    "HOLDFAST_STRIPE_KEY": "sk_test_1",
    "HOLDFAST_STRIPE_PUBLISHABLE_KEY": "pk_test_1",
    "HOLDFAST_STRIPE_WEBHOOK_SECRET": "whsec_1",
    "HOLDFAST_PUBLIC_URL": "https://box.example",
}


def test_without_a_key_the_test_provider_takes_payments() -> None:
    assert read_settings({}).stripe is None


def test_two_webhook_secrets_stand_beside_each_other_during_a_rotation() -> None:
    both = {**WHOLE, "HOLDFAST_STRIPE_WEBHOOK_SECRET": "whsec_new, whsec_old"}
    stripe = read_settings(both).stripe
    assert stripe is not None
    assert stripe.webhook_secrets == ("whsec_new", "whsec_old")
    assert (stripe.address, stripe.public_url) == ("", "https://box.example")


def test_the_form_is_drawn_by_stripes_own_script_or_another_that_nobody_can_change() -> None:
    def script(value: str) -> str:
        stripe = read_settings({**WHOLE, "HOLDFAST_STRIPE_SCRIPT_URL": value}).stripe
        assert stripe is not None
        return stripe.script_url

    assert script("").startswith("https://js.stripe.com/")
    for other in ("https://js.stripe.com/v3/", "http://127.0.0.1:8420/a.js", "http://[::1]/a.js"):
        assert script(other) == other


def test_an_orders_page_may_load_what_stripe_asks_for_and_nothing_else() -> None:
    def directives(headers: dict[str, str]) -> dict[str, str]:
        parts = headers["Content-Security-Policy"].split("; ")
        return {name: rest for name, _, rest in (part.partition(" ") for part in parts)}

    before, after = directives(SECURITY), directives(checkout_security(STRIPE_SCRIPT))
    frames = "https://js.stripe.com https://*.js.stripe.com"
    assert {name: text for name, text in after.items() if before.get(name) != text} == {
        "script-src": f"'self' {frames}",
        "connect-src": "'self' https://api.stripe.com",
        "frame-src": f"{frames} https://hooks.stripe.com",
    }
    assert "unsafe" not in str(after)
    elsewhere = directives(checkout_security("http://127.0.0.1:8420/stand-in/stripe.js"))
    assert elsewhere["script-src"] == "'self' http://127.0.0.1:8420"
    assert "stripe.com" not in str(elsewhere)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HOLDFAST_STRIPE_KEY", ""),
        ("HOLDFAST_STRIPE_KEY", "pk_test_1"),
        ("HOLDFAST_STRIPE_PUBLISHABLE_KEY", ""),
        ("HOLDFAST_STRIPE_PUBLISHABLE_KEY", "pk_live_1"),
        ("HOLDFAST_STRIPE_WEBHOOK_SECRET", ""),
        ("HOLDFAST_STRIPE_WEBHOOK_SECRET", "secret"),
        ("HOLDFAST_STRIPE_WEBHOOK_SECRET", "whsec_1,whsec_2,whsec_3"),
        ("HOLDFAST_STRIPE_URL", "localhost"),
        ("HOLDFAST_STRIPE_SCRIPT_URL", "js.stripe.com/v3/"),
        ("HOLDFAST_STRIPE_SCRIPT_URL", "http://js.stripe.com/v3/"),
        ("HOLDFAST_STRIPE_SCRIPT_URL", "http://127.0.0.1.example/stripe.js"),
        ("HOLDFAST_STRIPE_SCRIPT_URL", "https://a.example@b.example/stripe.js"),
        ("HOLDFAST_STRIPE_SCRIPT_URL", "https://js.stripe.com/x; script-src *"),
        ("HOLDFAST_STRIPE_SCRIPT_URL", "https://[::1/stripe.js"),
        ("HOLDFAST_PUBLIC_URL", ""),
    ],
)
def test_a_wrong_setting_stops_the_start_with_its_name(name: str, value: str) -> None:
    with pytest.raises(SettingError) as error:
        read_settings({**WHOLE, name: value})
    assert name in str(error.value)
    assert "sk_test_1" not in str(error.value), "a secret is not quoted"
