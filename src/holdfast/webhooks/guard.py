"""Where webhooks may lead: to the internet by https://, and into networks that a setting names.

An organiser's address must not make this server call what only this server can reach: itself, its
neighbours, a cloud's metadata. What counts is the address that is connected to, looked at in the
moment in which its socket is made: whatever a name led to before, and whatever way it is written.
"""

import errno
import socket
from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any
from urllib.parse import SplitResult, urlsplit

from holdfast.config import WEBHOOK_URL_CHARACTERS_MAX
from holdfast.refusals import Refusal
from holdfast.webhook_settings import WEBHOOK_SETTING, Network

_NAT64 = ip_network("64:ff9b::/96")  # RFC 6052: the last 32 bits are an address of version 4
_TEREDO = ip_network("2001::/32")  # RFC 4380: leads to whatever it wraps


class Inside(OSError):  # noqa: N818 - a place, not an error of ours
    """An address that webhooks may not lead to."""


class Guard:
    """Knows the networks that are allowed beside the internet."""

    def __init__(self, networks: Sequence[Network]) -> None:
        self._networks = tuple(networks)

    def check(self, url: str) -> None:
        """Refuse an address that could never be called: invalid_request, at `url`.

        A name is not looked up here, since it may lead elsewhere by the time of a call.
        """
        fault = self._fault(url)
        if fault is not None:
            raise Refusal("invalid_request", f"At url: {fault}", at="url")

    def _fault(self, url: str) -> str | None:
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError:
            return "this is no address of the web."
        strange = any(c.isspace() or not c.isprintable() for c in url)
        if strange or not host or port == 0 or len(url) > WEBHOOK_URL_CHARACTERS_MAX:
            return "write it like https://arena.example/holdfast."
        if parts.username or parts.password or parts.fragment:
            return "leave out user, password and fragment: calls are signed instead."
        return self._wrong_place(parts, host)

    def _wrong_place(self, parts: SplitResult, host: str) -> str | None:
        if parts.scheme not in ("https", "http"):
            return "it must begin with https://."
        if parts.scheme == "http" and not self._networks:
            return f"it must begin with https://; http:// needs {WEBHOOK_SETTING.name}."
        literal = _literal(host)
        if literal is not None and not self.allows(literal, plain=parts.scheme == "http"):
            return f"{literal} is not on the internet; {WEBHOOK_SETTING.name} may allow it."
        return None

    def allows(self, address: str, *, plain: bool) -> bool:
        """Whether this numeric address may be connected to; `plain`: without TLS."""
        found = _unwrapped(ip_address(address.partition("%")[0]))
        if any(found.version == net.version and found in net for net in self._networks):
            return True
        return not plain and _on_the_internet(found)

    def socket_factory(self, *, plain: bool) -> Callable[[Any], socket.socket]:
        """Makes the sockets of a connector, for addresses that are allowed. Raises Inside."""

        def make(address_info: Any) -> socket.socket:
            family, kind, protocol, _, address = address_info
            if not self.allows(address[0], plain=plain):
                raise Inside(
                    errno.EACCES,
                    f"it leads to {address[0]}, which is not on the internet and not allowed by "
                    f"{WEBHOOK_SETTING.name}",
                )
            return socket.socket(family, kind, protocol)

        return make


def _literal(host: str) -> str | None:
    """The address that a host is, however it is written (2130706433, 0x7f.1, ::1); None: a name."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    except (OSError, UnicodeError):
        return None
    return str(found[0][4][0])


def _unwrapped(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The address of version 4 that one of version 6 leads to, where it wraps one."""
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    return IPv4Address(int(address) & 0xFFFFFFFF) if address in _NAT64 else address


def _on_the_internet(address: IPv4Address | IPv6Address) -> bool:
    inside = (
        address.is_private
        or address.is_loopback
        or address.is_link_local
        or address.is_multicast
        or address.is_reserved
        or address.is_unspecified
        or (isinstance(address, IPv6Address) and (address.is_site_local or address in _TEREDO))
    )
    return address.is_global and not inside
