"""What a call brings, and what its FHIR server adds in time. Each request to the server is put on record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cds_service.cards.dialects import DIALECTS
from cds_service.fhir import figures
from cds_service.fhir.client import ReadReport
from cds_service.fhir.completion import Completion, require
from cds_service.fhir.note_bodies import KEY as NOTES
from cds_service.fhir.note_bodies import Caller, with_known_bodies
from cds_service.fhir.prefetch import FOREIGN, Prefetch, resolve_prefetch
from cds_service.hooks import HookRequest, reference_of
from cds_service.record import Call, put_on_record
from cds_service.rooms import Rooms


def supply(rooms: Rooms, call: Call, ends: float) -> Prefetch:
    """What the call holds, and what its FHIR server adds until `ends` (monotonic seconds).

    Raises PrefetchFailed when a key that the service requires is not to be had.
    """
    service, known_empty = rooms.services[call.service], DIALECTS[call.tenant.dialect].known_empty
    networks = rooms.settings.private_networks
    completion = Completion(rooms.fhir, call.request, call.tenant, networks, known_empty)
    sent = resolve_prefetch(call.request, known_empty)
    prefetch = completion.of(sent, service.filled_keys, ends, lambda read: _put_read_on_record(rooms, call, read))
    _put_refusals_on_record(rooms, call, prefetch)
    require(prefetch, service.required)
    if NOTES not in service.prefetch_keys:
        return prefetch
    caller = Caller(call.tenant, call.request.context.patient_id, call.request.fhir_server, networks)
    return with_known_bodies(prefetch, caller, rooms.store.notes, rooms.clock())


def with_named_orders(request: HookRequest, prefetch: Prefetch) -> HookRequest:
    """order-dispatch names its orders by reference alone; what was supplied has them."""
    if not request.context.named:
        return request
    supplied = (resource for one in prefetch.supplied.values() for resource in one.resources if "id" in resource)
    return replace(request, context=request.context.with_orders({reference_of(one): one for one in supplied}))


def encounter_of(prefetch: Prefetch) -> Mapping[str, Any] | None:
    """The encounter as the call brought it; only where it stands is of interest."""
    found = prefetch.supplied.get("encounter")
    return found.resources[0] if found is not None and found.resources else None


def _put_read_on_record(rooms: Rooms, call: Call, read: ReadReport) -> None:
    figures.count(read)
    about = {"resource_type": read.resource_type, "status": read.status, "count": read.count, "query": read.query}
    known = {name: value for name, value in about.items() if value is not None}
    put_on_record(rooms, call, "fhir-read", read.outcome, {**known, "duration_ms": round(read.seconds * 1000)})


def _put_refusals_on_record(rooms: Rooms, call: Call, prefetch: Prefetch) -> None:
    """A server that was not asked at all, and resources of another patient."""
    if prefetch.refusal:
        figures.REFUSED.inc()
        put_on_record(rooms, call, "fhir-read", "refused", {"reason": prefetch.refusal})
    for key in prefetch.foreign:
        put_on_record(rooms, call, "prefetch", "refused", {"where": f"prefetch.{key}"})
    for key in prefetch.dropped:
        put_on_record(rooms, call, "fhir-read", "refused", {"where": key, "reason": FOREIGN})
