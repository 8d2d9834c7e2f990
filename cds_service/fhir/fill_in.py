"""What the prefetch left open, read from the client's FHIR server within a share of the deadline, all at once.

Asked for are only keys that the service uses and that are absent, failed or have further pages, and only what the
token's scopes allow. What comes goes the same way as prefetch. What does not come stays open, and the reason is said.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import wait
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, TypeVar

from cds_service.chart.supplied import ABSENT, Supplied
from cds_service.fhir.answers import LATE, NotRead
from cds_service.fhir.authorization import FhirAuthorization
from cds_service.fhir.medications import open_medications, open_orders
from cds_service.fhir.pages import Pages, read_pages
from cds_service.fhir.prefetch import FOREIGN, KeyReader, Prefetch
from cds_service.fhir.queries import Query, query_for
from cds_service.fhir.servers import Line
from cds_service.hooks import HookRequest

Resource = Mapping[str, Any]
Result = TypeVar("Result")
NOT_ALLOWED = "the token's scopes do not allow it"


@dataclass(frozen=True, slots=True)
class FillIn:
    """One call's access: who reads, what is granted, and how what comes is read."""

    line: Line
    granted: FhirAuthorization
    reader: KeyReader
    request: HookRequest

    def complete(self, prefetch: Prefetch, wanted: Collection[str]) -> Prefetch:
        """`prefetch` with what could be read of the `wanted` keys, then of the medications that they point to."""
        queries = open_queries(prefetch, wanted, self.request)
        allowed = {key: query for key, query in queries.items() if self._may(query)}
        refused = tuple(_said(key, NOT_ALLOWED) for key in queries if key not in allowed)
        given, client = self.request.prefetch, self.line.client
        read = self._at_once(
            {key: partial(read_pages, client, query, given.get(key)) for key, query in allowed.items()}
        )
        for key, got in read.items():
            prefetch = _with_key(prefetch, key, got, self.reader)
        prefetch = replace(prefetch, unread=(*prefetch.unread, *refused))
        prefetch = self._beside(prefetch, "MedicationRequest", "an order", open_orders(self.request, prefetch.supplied))
        medications = open_medications(self.request, prefetch.supplied)
        return self._beside(prefetch, "Medication", "the medication of an order", medications)

    def _may(self, query: Query) -> bool:
        return self.granted.may(query.resource_type, "read" if query.id else "search", query.asked)

    def _beside(self, prefetch: Prefetch, resource_type: str, what: str, ids: tuple[str, ...]) -> Prefetch:
        """`prefetch` with resources that orders point to, read one by one."""
        if not ids:
            return prefetch
        if not self.granted.may(resource_type, "read"):
            return replace(prefetch, unread=(*prefetch.unread, _said(what, NOT_ALLOWED)))
        read = self._at_once({one: partial(self.line.client.read, resource_type, one) for one in ids})
        found = [got for one, got in read.items() if not isinstance(got, NotRead) and got.get("id") == one]
        own = tuple(filter(self.reader.owns, found))
        reasons = [got.reason for got in read.values() if isinstance(got, NotRead)]
        foreign = [FOREIGN] if len(own) < len(found) else []
        return replace(
            prefetch,
            supplied={**prefetch.supplied, "medications": prefetch.supplied.get("medications", ABSENT).beside(own)},
            unread=(*prefetch.unread, *(_said(what, reason) for reason in dict.fromkeys([*reasons, *foreign]))),
            dropped=(*prefetch.dropped, *(["medications"] if foreign else [])),
        )

    def _at_once(self, jobs: Mapping[str, Callable[[], Result]]) -> dict[str, Result | NotRead]:
        """Every job on a thread of its own; what has no result when the time is over was not read."""
        futures = {name: self.line.threads.submit(job) for name, job in jobs.items()}
        done, late = wait(futures.values(), timeout=max(self.line.remaining(), 0))
        for future in late:
            future.cancel()
        return {name: future.result() if future in done else NotRead(LATE) for name, future in futures.items()}


def open_queries(prefetch: Prefetch, wanted: Iterable[str], request: HookRequest) -> dict[str, Query]:
    """What there is to ask for. A key that was refused for another patient's data stays refused."""
    queries = {key: query_for(key, request.context) for key in wanted if _is_open(prefetch.supplied.get(key, ABSENT))}
    return {key: query for key, query in queries.items() if query is not None}


def needs_server(prefetch: Prefetch, wanted: Sequence[str], request: HookRequest) -> bool:
    """Whether a call leaves anything open that the server may have."""
    pointed = open_orders(request, prefetch.supplied) or open_medications(request, prefetch.supplied)
    return bool(pointed or open_queries(prefetch, wanted, request))


def _is_open(supplied: Supplied) -> bool:
    if supplied.known:
        return not supplied.complete
    return supplied.note != FOREIGN


def _with_key(prefetch: Prefetch, key: str, got: Pages | NotRead, reader: KeyReader) -> Prefetch:
    before = prefetch.supplied.get(key, ABSENT)
    if isinstance(got, NotRead):
        after = before if before.known else Supplied("failed", note=got.reason)
        said = _said(key, got.reason)
        return replace(prefetch, supplied={**prefetch.supplied, key: after}, unread=(*prefetch.unread, said))
    own, others = _own_of(got.value, reader)
    after = reader.supplied(own)
    if others and after.state != "failed":
        # What belongs to somebody else may stand where something of this patient should: the rest may not be all.
        after = replace(after, complete=False) if after.resources else Supplied("failed", note=FOREIGN)
    reasons = [*([got.stopped] if got.stopped else []), *([FOREIGN] if others else [])]
    return replace(
        prefetch,
        supplied={**prefetch.supplied, key: after},
        unread=(*prefetch.unread, *(_said(key, reason) for reason in reasons)),
        dropped=(*prefetch.dropped, *([key] if others else [])),
    )


def _own_of(value: Resource, reader: KeyReader) -> tuple[Resource | None, bool]:
    """The answer without another patient's resources, and whether there were any."""
    if value.get("resourceType") != "Bundle":
        return (value, False) if reader.owns(value) else ({"resourceType": "OperationOutcome"}, True)
    entries = value.get("entry")
    if not isinstance(entries, list):
        return value, False
    own = [entry for entry in entries if not (isinstance(entry, dict) and _is_foreign(entry.get("resource"), reader))]
    return {**value, "entry": own}, len(own) < len(entries)


def _is_foreign(resource: object, reader: KeyReader) -> bool:
    return isinstance(resource, dict) and not reader.owns(resource)


def _said(what: str, reason: str) -> str:
    return f"{what} could not be read from the FHIR server: {reason}"
