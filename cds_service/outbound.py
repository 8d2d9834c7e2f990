"""Where this service may connect to: the rule that every outbound call keeps, whoever makes it.

A name is resolved once, every address it has is judged, and the connection goes to an address that was judged: a name
that answers differently a moment later (DNS rebinding) changes nothing.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from cds_service.errors import CountersignError
from cds_service.settings import is_loopback

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_PORTS = {"https": 443, "http": 80}


class AddressRefused(CountersignError):
    """The host is not one that may be called; the text carries no address."""


@dataclass(frozen=True, slots=True)
class Reach:
    """`loopback`: hosts named as loopback may be called, also by http, as we run on loopback ourselves.

    `networks` are private networks that this site allows, such as the one its own FHIR server stands in.
    """

    loopback: bool = False
    networks: Sequence[Network] = ()

    def allows_scheme(self, scheme: str, host: str) -> bool:
        """https everywhere, http only to this machine."""
        return scheme == "https" or (scheme == "http" and self.loopback and is_loopback(host))

    def addresses(self, host: str, port: int) -> tuple[str, ...]:
        """The addresses of `host`, in the resolver's order; AddressRefused when one of them is out of reach.

        Blocks for as long as the resolver takes: a caller with a deadline waits elsewhere. OSError: no such name.
        """
        found = dict.fromkeys(str(one[4][0]) for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        here = self.loopback and is_loopback(host)
        if not all(self._allows(address, here) for address in found):
            raise AddressRefused("the host resolves to an address that is not public")
        return tuple(found)

    def _allows(self, text: str, here: bool) -> bool:
        address = ipaddress.ip_address(text.partition("%")[0])
        address = getattr(address, "ipv4_mapped", None) or address
        if here and address.is_loopback:
            return True
        if any(address in network for network in self.networks if network.version == address.version):
            return True
        return address.is_global and not address.is_multicast


@dataclass(frozen=True, slots=True)
class Origin:
    """Scheme, host and port: what a token must not leave."""

    scheme: str
    host: str
    port: int


def origin_of(url: str) -> Origin | None:
    """The origin of an absolute http(s) URL; None when it has none, or carries a user name."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    host = (parts.hostname or "").lower()
    if parts.scheme not in _PORTS or not host or "@" in parts.netloc or not url.isascii() or not url.isprintable():
        return None
    if " " in url or "\\" in url:
        return None
    return Origin(parts.scheme, host, port or _PORTS[parts.scheme])
