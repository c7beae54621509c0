"""Stripe's settings: all that it needs or nothing, and a sentence for what is wrong."""

import pytest

from holdfast.config import SettingError, read_settings

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
        ("HOLDFAST_PUBLIC_URL", ""),
    ],
)
def test_a_wrong_setting_stops_the_start_with_its_name(name: str, value: str) -> None:
    with pytest.raises(SettingError) as error:
        read_settings({**WHOLE, name: value})
    assert name in str(error.value)
    assert "sk_test_1" not in str(error.value), "a secret is not quoted"
