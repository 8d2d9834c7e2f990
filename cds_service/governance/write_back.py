"""Writes cards to the FHIR server of a site that enabled it, from the outbox, never on the way of a hook call.

Only types that the server's CapabilityStatement lists for create. What is not listed waits like what failed, as a
server may learn, and is given up in the end.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import structlog

from cds_service.errors import CountersignError
from cds_service.fhir.base import FhirBase, bound_base
from cds_service.fhir.tenant import Tenant
from cds_service.fhir.writing import Creatable, FhirWriter, NotWritten
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
TokenFor = Callable[[str, str], str]


class WriteBack:
    """`token_for(tenant, fhir_base)` gives an access token by Backend Services; a CountersignError when there is none.

    One round does what is due now; several workers may do rounds at once.
    """

    def __init__(
        self,
        store: Store,
        token_for: TokenFor,
        place: Place,
        networks: Sequence[Network] = (),
        writer: FhirWriter | None = None,
    ) -> None:
        self._store = store
        self._token_for = token_for
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
        base = bound_base(Tenant(site.tenant, "", fhir_bases=(site.fhir_base,)), site.fhir_base, self._networks)
        if not due or base is None:
            return self._none_written(due, "the address is not one that may be called")
        try:
            token = self._token_for(site.tenant, site.fhir_base)
        except CountersignError as error:
            return self._none_written(due, f"no access token: {error}"[:200])
        can = self._writer.creatable(base, token)
        if isinstance(can, NotWritten):
            return self._none_written(due, can.reason)
        return sum(self._one(one, base, token, can) for one in due)

    def _one(self, one: Waiting, base: FhirBase, token: str, can: Creatable) -> bool:
        card = next(iter(self._store.served.cards(one.tenant, CardQuery(ids=[one.card]), 1)), None)
        if card is None:
            self._store.outbox.failed(one, "what the card said has been erased", None, None, final=True)
            return False
        if one.kind not in can.kinds:
            self._failed(one, NotWritten("the server does not list create for this type"), card)
            return False
        resource = KINDS[one.kind][0](card, self._place)
        got = self._writer.create(base, token, resource, one.kind in can.conditional)
        if isinstance(got, NotWritten):
            self._failed(one, got, card)
            return False
        self._store.outbox.written(one, got.status, card.patient)
        return True

    def _failed(self, one: Waiting, got: NotWritten, card: StoredCard) -> None:
        given_up = self._store.outbox.failed(one, got.reason, got.status, card.patient, got.final)
        if given_up:
            log.warning("a resource is not written back", tenant=one.tenant, reason=got.reason)

    def _none_written(self, due: Sequence[Waiting], reason: str) -> int:
        for one in due:
            self._store.outbox.failed(one, reason, None, None, final=False)
        return 0
