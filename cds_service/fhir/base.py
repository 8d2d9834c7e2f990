"""The one FHIR base that a call may reach: registered for the tenant, and nothing outside it.

The token goes to URLs under this base only: same scheme, host and port, same path prefix, no way up and out of it.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from cds_service.fhir.tenant import Tenant
from cds_service.outbound import Network, Origin, Reach, origin_of
from cds_service.settings import is_loopback

_CLIMBS = re.compile(r"(?:^|/)(?:\.|%2e){1,2}(?:/|$)|//|%2f|%5c|%00", re.IGNORECASE)
MAX_URL = 4000  # characters


@dataclass(frozen=True, slots=True)
class FhirBase:
    """`url` has no slash at its end; `reach` says which addresses its host may have."""

    url: str
    origin: Origin
    reach: Reach

    @property
    def path(self) -> str:
        return urlsplit(self.url).path

    def link(self, target: object, seen_at: str) -> str | None:
        """The absolute URL of a paging link found in the answer from `seen_at`; None when it leads out of this base."""
        if not isinstance(target, str) or len(target) > MAX_URL:
            return None
        try:
            url = urljoin(seen_at, target)
            parts = urlsplit(url)
        except ValueError:
            return None
        inside = parts.path == self.path or parts.path.startswith(f"{self.path}/")
        if origin_of(url) != self.origin or not inside or parts.fragment or _CLIMBS.search(parts.path):
            return None
        return url


def bound_base(tenant: Tenant, fhir_server: str | None, networks: Sequence[Network] = ()) -> FhirBase | None:
    """The base that `fhirServer` names, when it is one of this tenant's; None otherwise."""
    named = _split(fhir_server or "")
    if named is None:
        return None
    registered = {_split(one) for one in tenant.fhir_bases}
    if named not in registered and not (tenant.any_loopback_base and is_loopback(named[0].host)):
        return None
    return registered_base(fhir_server or "", networks)


def registered_base(url: str, networks: Sequence[Network] = ()) -> FhirBase | None:
    """The base at a URL that was registered here; None when it is none, or may not be called.

    Addresses that are not public are refused, except those in `networks` and the very one that was registered.
    """
    named = _split(url)
    if named is None:
        return None
    origin = named[0]
    reach = Reach(loopback=is_loopback(origin.host), networks=(*networks, *_itself(origin.host)))
    return FhirBase(url.rstrip("/"), origin, reach) if reach.allows_scheme(origin.scheme, origin.host) else None


def _split(url: str) -> tuple[Origin, str] | None:
    """Origin and path of a base; two spellings of one base are equal."""
    origin = origin_of(url)
    if origin is None:
        return None
    parts = urlsplit(url)
    if parts.query or parts.fragment or "?" in url or "#" in url:
        return None
    path = parts.path.rstrip("/")
    return None if _CLIMBS.search(path) else (origin, path)


def _itself(host: str) -> tuple[Network, ...]:
    try:
        return (ipaddress.ip_network(host.strip("[]")),)
    except ValueError:
        return ()
