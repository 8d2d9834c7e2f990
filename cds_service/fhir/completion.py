"""From prefetch as sent to prefetch as complete as it gets: may the server be read, and what is then missing.

The order is fixed: nothing is missing -> nothing is asked; then the token is judged, then the server it would go to.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

from cds_service.chart.supplied import ABSENT
from cds_service.errors import PrefetchFailed
from cds_service.fhir.authorization import Unusable, read_authorization
from cds_service.fhir.base import FhirBase, bound_base
from cds_service.fhir.client import ReadReport
from cds_service.fhir.fill_in import FillIn, needs_server
from cds_service.fhir.prefetch import KeyReader, Prefetch
from cds_service.fhir.servers import FhirServers
from cds_service.fhir.tenant import Tenant
from cds_service.hooks import HookRequest
from cds_service.outbound import Network

BUSY = "too many calls of this client wait for it"


@dataclass(frozen=True, slots=True)
class Completion:
    """`known_empty` as in `resolve_prefetch`; `networks` are private ones in which registered servers may stand."""

    servers: FhirServers
    request: HookRequest
    tenant: Tenant
    networks: Sequence[Network] = ()
    known_empty: Collection[str] = ()

    def of(
        self, prefetch: Prefetch, wanted: Sequence[str], ends: float, report: Callable[[ReadReport], None]
    ) -> Prefetch:
        """`prefetch` with what the server gave of the `wanted` keys until `ends` (monotonic seconds). Never raises.

        `report` is told of every request, on the thread that made it.
        """
        request = self.request
        if request.fhir_authorization is None or not needs_server(prefetch, wanted, request):
            return prefetch
        patient = request.context.patient_id
        granted = read_authorization(request.fhir_authorization, patient, self.tenant.service_client_id)
        if isinstance(granted, Unusable):
            return _refused(prefetch, granted.reason)
        base = self._base()
        if base is None:
            return _refused(prefetch, "it is not a FHIR server that is registered for this client")
        reader = KeyReader(patient, request.fhir_server, self.known_empty)
        with self.servers.line(self.tenant.id, base, granted.access_token, ends, report) as line:
            if line is None:
                return replace(prefetch, unread=(*prefetch.unread, _not_read(BUSY)))
            return FillIn(line, granted, reader, request).complete(prefetch, wanted)

    def _base(self) -> FhirBase | None:
        return bound_base(self.tenant, self.request.fhir_server, self.networks)


def require(prefetch: Prefetch, keys: Sequence[str]) -> None:
    """PrefetchFailed names the `keys` that are neither in the prefetch nor to be had; known to be empty is had."""
    lacking = [key for key in keys if not prefetch.supplied.get(key, ABSENT).known]
    if lacking:
        reasons = "; ".join(prefetch.unread)
        said = f"required and neither in prefetch nor to be had: {', '.join(lacking)}"
        raise PrefetchFailed(f"{said} ({reasons})" if reasons else said)


def _refused(prefetch: Prefetch, reason: str) -> Prefetch:
    return replace(prefetch, unread=(*prefetch.unread, _not_read(reason)), refusal=reason)


def _not_read(reason: str) -> str:
    return f"the FHIR server was not read: {reason}"
