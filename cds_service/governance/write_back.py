"""Writes cards to the FHIR server of a site that enabled it, from the outbox, never on the way of a hook call.

Only types that the server's CapabilityStatement lists for create. What is not listed waits like what failed, as a
server may learn, and is given up in the end.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import structlog

from cds_service.errors import CountersignError
from cds_service.fhir.base import FhirBase, registered_base
from cds_service.fhir.writing import Creatable, FhirWriter, NotWritten, Written
from cds_service.governance.resources import Place, detected_issue, guidance_response, request_group
from cds_service.governance.resources.detected_issue import NOT_ISSUES
from cds_service.outbound import Network
from cds_service.store import CardQuery, Site, Store, StoredCard, Waiting

log = structlog.get_logger("countersign.write-back")
Made = Callable[[StoredCard, Place], dict[str, Any]]
# Types that carry our identifier, by which a server can tell that it has one already.
KINDS: Mapping[str, tuple[Made, CardQuery]] = {
    "DetectedIssue": (detected_issue, CardQuery(ruled=True, without_topics=NOT_ISSUES)),
    "GuidanceResponse": (guidance_response, CardQuery()),
    "RequestGroup": (request_group, CardQuery(offering=True)),
}


class Access(Protocol):
    """Our access to the FHIR server of a tenant; see `cds_service.fhir.backend_services`."""

    def token(self, tenant: str, fhir_base: str) -> str: ...

    def forget(self, tenant: str, fhir_base: str) -> None: ...


@dataclass(frozen=True, slots=True)
class _Server:
    """Where one site's resources go in one round."""

    base: FhirBase
    token: str
    can: Creatable


class WriteBack:
    """`access.token` raises a CountersignError when there is none.

    One round does what is due now; several workers may do rounds at once.
    """

    def __init__(
        self,
        store: Store,
        access: Access,
        place: Place,
        networks: Sequence[Network] = (),
        writer: FhirWriter | None = None,
    ) -> None:
        self._store = store
        self._access = access
        self._place = place
        self._networks = networks
        self._writer = writer or FhirWriter()

    def round(self) -> int:
        """Gather and write once, for every site; how many resources were written. StoreUnavailable: an outage."""
        return sum(self._site(site) for site in self._store.outbox.sites())

    def _site(self, site: Site) -> int:
        for kind in site.kinds:
            self._store.outbox.gather(site, kind, KINDS[kind][1])
        due = self._store.outbox.take(site.tenant)
        if not due:
            return 0
        server = self._server(site)
        return sum(self._one(site, one, server) for one in due)

    def _one(self, site: Site, one: Waiting, server: _Server | NotWritten) -> bool:
        card = next(iter(self._store.served.cards(one.tenant, CardQuery(ids=[one.card]), 1)), None)
        patient = card.patient if card else None
        got = server if isinstance(server, NotWritten) else self._tried(one, card, server)
        if isinstance(got, Written):
            self._store.outbox.written(one, got.status, patient)
            return True
        if got.status == 401:
            self._access.forget(site.tenant, site.fhir_base)
        if self._store.outbox.failed(one, got.reason, got.status, patient, got.final):
            log.warning("a resource is not written back", tenant=one.tenant, reason=got.reason)
        return False

    def _server(self, site: Site) -> _Server | NotWritten:
        """NotWritten is never final here: a registration, an address or a network may be put right."""
        base = registered_base(site.fhir_base, self._networks)
        if base is None:
            return NotWritten("the address is not one that may be called")
        try:
            token = self._access.token(site.tenant, site.fhir_base)
        except CountersignError as error:
            return NotWritten(f"no access token: {error}"[:200])
        can = self._writer.creatable(base, token)
        if isinstance(can, NotWritten):
            return NotWritten(can.reason, can.status)
        return _Server(base, token, can)

    def _tried(self, one: Waiting, card: StoredCard | None, server: _Server) -> Written | NotWritten:
        if card is None:
            return NotWritten("what the card said has been erased", final=True)
        if one.kind not in server.can.kinds:
            return NotWritten("the server does not list create for this type")
        resource = KINDS[one.kind][0](card, self._place)
        return self._writer.create(server.base, server.token, resource, one.kind in server.can.conditional)
