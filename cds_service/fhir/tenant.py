"""A tenant: the organisation whose EHR calls us, as the verified client claim names it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Tenant:
    """`issuer` is the verified `iss` of the caller; `fhir_bases` are the only FHIR servers it may point us at.

    `service_client_id` is our OAuth client id at its EHR: the `subject` of the tokens that it hands us. None: not told.
    `any_loopback_base`: a FHIR server on this machine may be named without registration. `modes`: how it uses the
    services, by id or `*`; see `mode`.
    """

    id: str
    issuer: str
    dialect: str = "standard"
    fhir_bases: tuple[str, ...] = ()
    service_client_id: str | None = None
    any_loopback_base: bool = False
    modes: Mapping[str, str] = field(default_factory=dict, hash=False)

    def mode(self, service: str) -> str:
        """live; silent: answered without cards, which are kept; or off: not offered to it."""
        return self.modes.get(service) or self.modes.get("*") or "live"


# Without client authentication, which settings allow on loopback only, nobody can register a FHIR server.
LOCAL = Tenant(id="local", issuer="local", any_loopback_base=True)
