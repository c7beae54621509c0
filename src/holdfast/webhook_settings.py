"""Where organisers' webhooks may lead besides the internet. config.py reads it with the rest."""

from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Final

from holdfast.setting import Setting, SettingError

Network = IPv4Network | IPv6Network

WEBHOOK_SETTING: Final = Setting(
    "HOLDFAST_WEBHOOK_NETWORKS",
    "",
    "Comma-separated private networks, as 10.1.0.0/16 or 127.0.0.1, that organisers' webhooks may "
    "lead into, there by http:// too; empty: only the internet, by https://.",
)


def read_networks(text: str) -> tuple[Network, ...]:
    """The networks of the setting. Raises SettingError."""
    try:
        return tuple([ip_network(part.strip()) for part in text.split(",") if part.strip()])
    except ValueError as error:
        raise SettingError(
            f"{WEBHOOK_SETTING.name} must be networks like 10.1.0.0/16 or addresses like "
            f"127.0.0.1, with commas between: {error}."
        ) from error
