"""The seam between hook calls and the background worker that reads notes.

A DocumentReference often only points to its text. Hooks read inline text alone, so what the worker has read meanwhile
is put in its place here, before the chart is built: the attachment gets `data` (UTF-8 text), and says in an extension
when that was read (READ_AT). Whoever reads notes needs to know nothing of the worker: an attachment with `data` can be
read, one without could not be (NOT_READ says why, when it is known), and the age of the text stands beside it. What is
not known yet is put on the worker's list, for later calls.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from cds_service.chart.notes.reading import NOT_READ, READ_AT
from cds_service.chart.supplied import Supplied
from cds_service.errors import StoreUnavailable
from cds_service.fhir.base import FhirBase, bound_base
from cds_service.fhir.prefetch import Prefetch
from cds_service.fhir.tenant import Tenant
from cds_service.outbound import Network
from cds_service.store import NoteAddress, NoteBody

KEY = "notes"
NO_ACCESS = "no access of our own to that server is registered (clients add-backend)"
NAMELESS = "its document does not name this patient"
KEPT = timedelta(days=30)
MOST = 20
Resource = Mapping[str, Any]


class Shelf(Protocol):
    """What of the store is asked; see `cds_service.store.waiting.notes`."""

    def bodies(self, tenant: str, urls: Sequence[str], newer_than: datetime | None = None) -> dict[str, NoteBody]: ...

    def want(self, notes: Sequence[NoteAddress]) -> int: ...

    def read_for(self, tenant: str) -> frozenset[str]: ...


@dataclass(frozen=True, slots=True)
class Caller:
    """Whose notes they are, and the FHIR server that the call names, if any."""

    tenant: Tenant
    patient: str
    fhir_server: str | None
    networks: Sequence[Network] = ()

    def owns(self, document: Resource) -> bool:
        """Whether it says so. Our own access reaches every patient: a text is fetched only for the one it names."""
        subject = document.get("subject")
        named = subject.get("reference") if isinstance(subject, dict) else None
        usual = f"Patient/{self.patient}"
        return isinstance(named, str) and named.split("/_history/")[0] in {
            usual,
            *(f"{base.url}/{usual}" for base in self.bases),
        }

    @property
    def bases(self) -> list[FhirBase]:
        named = [self.fhir_server] if self.fhir_server else list(self.tenant.fhir_bases)
        return [base for one in named if (base := bound_base(self.tenant, one, self.networks))]


def with_known_bodies(prefetch: Prefetch, caller: Caller, shelf: Shelf, now: datetime) -> Prefetch:
    """`prefetch` with the texts that are known of its notes; the others are wanted. A store that is down adds none."""
    supplied = prefetch.supplied.get(KEY)
    if supplied is None or not supplied.resources:
        return prefetch
    pointed = _addresses(supplied, caller)
    if not pointed:
        return prefetch
    own = {pointed[url] for url in pointed if any(caller.owns(one) and url in _urls(one) for one in supplied.resources)}
    try:
        known = shelf.bodies(caller.tenant.id, list(own), now - KEPT)
        unknown = {url for url in own if url not in known}
        base_of = {url: base.url for base in caller.bases for url in unknown if url.startswith(f"{base.url}/")}
        served = shelf.read_for(caller.tenant.id) if base_of else frozenset()
        wanted = [url for url in sorted(base_of) if base_of[url] in served]
        shelf.want([NoteAddress(caller.tenant.id, caller.patient, base_of[url], url) for url in wanted])
    except StoreUnavailable:
        return prefetch
    # What nobody will ever read is not waited for: it is said.
    known |= {url: NoteBody(None, NO_ACCESS, now) for url in base_of if url not in wanted}
    foreign = dict.fromkeys(pointed.values(), NoteBody(None, NAMELESS, now))
    filled = tuple(_filled(one, pointed, known if caller.owns(one) else foreign) for one in supplied.resources)
    return replace(prefetch, supplied={**prefetch.supplied, KEY: replace(supplied, resources=filled)})


def _addresses(supplied: Supplied, caller: Caller) -> dict[str, str]:
    """The absolute address of each attachment that only points, by the URL as it stands there."""
    found: dict[str, str] = {}
    bases = caller.bases
    for attachment in _attachments(supplied.resources):
        url = attachment.get("url")
        if attachment.get("data") or not url or not isinstance(url, str) or url in found or len(found) >= MOST:
            continue
        absolute = next((link for base in bases if (link := base.link(url, f"{base.url}/"))), None)
        if absolute is not None:
            found[url] = absolute
    return found


def _urls(resource: Resource) -> set[object]:
    return {url for one in _attachments([resource]) if isinstance(url := one.get("url"), str)}


def _attachments(resources: Sequence[Resource]) -> Iterator[Resource]:
    for resource in resources:
        content = resource.get("content") if resource.get("resourceType") == "DocumentReference" else None
        for one in content if isinstance(content, list) else ():
            attachment = one.get("attachment") if isinstance(one, dict) else None
            if isinstance(attachment, dict):
                yield attachment


def _filled(resource: Resource, pointed: Mapping[str, str], known: Mapping[str, NoteBody]) -> Resource:
    content = resource.get("content")
    if resource.get("resourceType") != "DocumentReference" or not isinstance(content, list):
        return resource
    return {**resource, "content": [_with_body(one, pointed, known) for one in content]}


def _with_body(content: Any, pointed: Mapping[str, str], known: Mapping[str, NoteBody]) -> Any:
    attachment = content.get("attachment") if isinstance(content, dict) else None
    url = attachment.get("url") if isinstance(attachment, dict) else None
    body = known.get(pointed.get(url, "")) if isinstance(url, str) else None
    if body is None or attachment is None or attachment.get("data"):
        return content
    if body.text is None:
        said = {"url": NOT_READ, "valueString": body.reason or "it could not be read"}
        return {**content, "attachment": {**attachment, "extension": [said]}}
    read_at = {"url": READ_AT, "valueDateTime": body.fetched_at.isoformat()}
    text = {"contentType": "text/plain; charset=utf-8", "data": base64.b64encode(body.text.encode()).decode()}
    return {**content, "attachment": {**attachment, **text, "extension": [read_at]}}
