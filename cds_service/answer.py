"""The whole way of one hook call, on one screen.

hooks -> prefetch -> chart -> reading -> merge -> engine(checks, tools, knowledge) -> claims -> cards -> store
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import structlog

from cds_service.cards import Card, Setting, cards_of
from cds_service.cards.dialects import DIALECTS
from cds_service.cards.offers import Client
from cds_service.chart import build_chart, merge
from cds_service.checks.registry import SAFETY
from cds_service.claims import Claims, claims_of
from cds_service.engine import Assessment, assess
from cds_service.evidence.figures import REFUSED
from cds_service.facts import OrderRef
from cds_service.fhir import figures
from cds_service.fhir.client import ReadReport
from cds_service.fhir.completion import Completion, require
from cds_service.fhir.note_bodies import KEY as NOTES
from cds_service.fhir.note_bodies import Caller, with_known_bodies
from cds_service.fhir.prefetch import FOREIGN, Prefetch, resolve_prefetch
from cds_service.fhir.tenant import Tenant
from cds_service.findings import NotAssessed
from cds_service.hooks import HookRequest, reference_of
from cds_service.reading import read
from cds_service.reading.notes import read_notes
from cds_service.record import Call, invocation_of
from cds_service.rooms import Rooms
from cds_service.store import AuditEvent, Occasion
from cds_service.store.records import Scalar
from cds_service.views import SHOWN

# Of the deadline: the rules' findings must have their time.
_FILL_IN_SHARE = 0.5
_READING_SHARE = 0.25
SILENT = "this service runs silent for this client: what it found is kept, and not shown"
log = structlog.get_logger("countersign.answer")


@dataclass(frozen=True, slots=True)
class Answer:
    """`body` is the CDS Hooks response."""

    body: dict[str, Any]


def answer(rooms: Rooms, service_id: str, request: HookRequest, tenant: Tenant, body_digest: str) -> Answer:
    """Answer one parsed and authenticated call, and store what was answered.

    Raises PrefetchFailed when data that the service requires is not to be had, StoreUnavailable when neither database
    nor journal took it.
    """
    started, now = time.monotonic(), rooms.clock()
    call = Call(service_id, request, tenant, body_digest)
    deadline = rooms.settings.deadline_ms / 1000
    prefetch = _complete_prefetch(rooms, call, started + deadline * _FILL_IN_SHARE)
    request = _with_named_orders(request, prefetch)
    vocabulary = rooms.knowledge.vocabulary
    chart = build_chart(request.context, prefetch.supplied, vocabulary, now, request.fhir_server)
    reading_ends = time.monotonic() + deadline * _READING_SHARE
    service = rooms.services[service_id]
    readings = read(chart.texts, rooms.models, rooms.readings, reading_ends)
    if "notes" in service.prefetch_keys:
        notes_read = read_notes(chart.notes.items, vocabulary.note_words, rooms.note_readings, reading_ends)
        readings = replace(readings, notes=notes_read)
    chart = merge(chart, readings, vocabulary)
    assessed = assess(service.base, request.hook, chart, rooms.knowledge, topics=service.topics)
    assessment = _with_unread_orders(assessed, request, "warning" if service.base == SAFETY else "")
    assessment, overridden = _without_overridden(rooms, call, assessment)
    claims = {one.id: claims_of(one.finding, rooms.passages, rooms.knowledge) for one in assessment.concerns}
    _report_refused(claims)
    setting = Setting(
        knowledge=rooms.knowledge,
        passages=rooms.passages,
        models=rooms.models.versions,
        drafts=_drafts(request),
        launch_url=f"{rooms.settings.app_url}/launch",
        now=now,
        name=call.name,
        handle=rooms.keyring.handle,
        client=Client(tenant.id, DIALECTS[tenant.dialect], rooms.orderables),
    )
    cards = _shown(cards_of(assessment, claims, setting), service.minimum)
    silent = tenant.mode(service_id) == "silent"
    notes = [*_notes(assessment, prefetch, rooms), *([_note(NotAssessed(SILENT))] if silent else [])]
    _report(rooms, call, assessment, prefetch)
    took_ms = (time.monotonic() - started) * 1000
    place = {"orders": len(chart.orders), "encounter": _encounter(prefetch), "silent": silent}
    rooms.store.record(invocation_of(rooms, call, cards, notes, setting, took_ms, **place))
    return Answer(_body(() if silent else cards, notes, overridden, rooms))


def _encounter(prefetch: Prefetch) -> Mapping[str, Any] | None:
    """The encounter as the call brought it; only where it stands is of interest here."""
    found = prefetch.supplied.get("encounter")
    return found.resources[0] if found is not None and found.resources else None


def _shown(cards: tuple[Card, ...], minimum: str) -> tuple[Card, ...]:
    """Without what is less severe than a view sends."""
    least = SHOWN.index(minimum)
    return tuple(card for card in cards if SHOWN.index(card.body["indicator"]) <= least)


def _complete_prefetch(rooms: Rooms, call: Call, ends: float) -> Prefetch:
    """What the call holds, and what its FHIR server adds until `ends`; each request to the server is on record."""

    def report(read: ReadReport) -> None:
        figures.count(read)
        about = {"resource_type": read.resource_type, "status": read.status, "count": read.count, "query": read.query}
        known = {name: value for name, value in about.items() if value is not None}
        _audit(rooms, call, "fhir-read", read.outcome, {**known, "duration_ms": round(read.seconds * 1000)})

    service, known_empty = rooms.services[call.service], DIALECTS[call.tenant.dialect].known_empty
    completion = Completion(rooms.fhir, call.request, call.tenant, rooms.settings.private_networks, known_empty)
    prefetch = completion.of(resolve_prefetch(call.request, known_empty), service.filled_keys, ends, report)
    if prefetch.refusal:
        figures.REFUSED.inc()
        _audit(rooms, call, "fhir-read", "refused", {"reason": prefetch.refusal})
    require(prefetch, service.required)
    if NOTES in service.prefetch_keys:
        context, fhir_server = call.request.context, call.request.fhir_server
        caller = Caller(call.tenant, context.patient_id, fhir_server, rooms.settings.private_networks)
        prefetch = with_known_bodies(prefetch, caller, rooms.store.notes, rooms.clock())
    return prefetch


def _audit(rooms: Rooms, call: Call, action: str, outcome: str, detail: Mapping[str, Scalar]) -> None:
    patient = call.request.context.patient_id
    event = AuditEvent(action, outcome, call.tenant.id, call.tenant.issuer, str(call.id), detail, patient)
    rooms.store.audit(event)


def _with_named_orders(request: HookRequest, prefetch: Prefetch) -> HookRequest:
    """order-dispatch names its orders by reference alone; what was supplied has them."""
    if not request.context.named:
        return request
    supplied = (resource for one in prefetch.supplied.values() for resource in one.resources if "id" in resource)
    return replace(request, context=request.context.with_orders({reference_of(one): one for one in supplied}))


def _drafts(request: HookRequest) -> dict[str, Mapping[str, Any]]:
    """What suggestions may change: the orders that came in the call. One that was named is signed already."""
    orders = {reference_of(order): order for order in request.context.orders}
    return {reference: order for reference, order in orders.items() if reference not in request.context.named}


def _with_unread_orders(assessment: Assessment, request: HookRequest, prominent: Literal["", "warning"]) -> Assessment:
    """The assessment, and what is said of orders that were never supplied, or are in another FHIR version's shape."""
    context = request.context
    said = {one: "the order was not supplied" for one in context.missing if one.startswith("MedicationRequest/")}
    for order in context.unread:
        said[reference_of(order)] = f"{order['resourceType']} is no order of FHIR R4 (MedicationRequest is)"
    missing = tuple(
        NotAssessed(f"{why}, so nothing was checked", OrderRef(one, one), "not-assessed", prominent)
        for one, why in said.items()
    )
    return replace(assessment, not_assessed=(*missing, *assessment.not_assessed)) if missing else assessment


def _notes(assessment: Assessment, prefetch: Prefetch, rooms: Rooms) -> list[dict[str, str]]:
    """What was not looked at, for callers, the app and tests. Members without a value are left out."""
    refused = (NotAssessed(f"prefetch {key} was refused: {prefetch.supplied[key].note}") for key in prefetch.foreign)
    unread = map(NotAssessed, prefetch.unread)
    silent = (NotAssessed(f"{rooms.knowledge.silent} unreviewed rows are silent"),) if rooms.knowledge.silent else ()
    return [_note(note) for note in (*assessment.not_assessed, *refused, *unread, *silent)]


def _note(note: NotAssessed) -> dict[str, str]:
    said = {"topic": note.topic or "not-assessed", "reason": note.reason}
    return {**said, "subject": note.subject.reference} if note.subject else said


def _without_overridden(
    rooms: Rooms, call: Call, assessment: Assessment
) -> tuple[Assessment, tuple[dict[str, str], ...]]:
    """The assessment without what this clinician overrode in this encounter, and what that was: it is said, not hidden.

    A memory that does not answer in time is none: the warning is sent again.
    """
    context = call.request.context
    occasion = Occasion.of(call.tenant.id, context.patient_id, context.encounter_id, context.user_id)
    if occasion is None or not assessment.concerns:
        return assessment, ()
    known = rooms.store.overrides.among(occasion, [one.id for one in assessment.concerns])
    left = tuple(one for one in assessment.concerns if one.id not in known)
    gone = (one for one in assessment.concerns if one.id in known)
    said = tuple(
        {"concern": one.id, "topic": one.finding.topic, "subject": one.finding.subject.reference} for one in gone
    )
    return replace(assessment, concerns=left), said


def _body(
    cards: tuple[Card, ...], notes: list[dict[str, str]], overridden: Sequence[Mapping[str, str]], rooms: Rooms
) -> dict[str, Any]:
    assessed: dict[str, Any] = {"knowledge": rooms.knowledge.version, "models": dict(rooms.models.named)}
    if notes:
        assessed["not_assessed"] = notes
    if overridden:
        assessed["overridden"] = list(overridden)
    return {"cards": [card.body for card in cards], "extension": {"org.countersign.assessment": assessed}}


def _report_refused(claims: Mapping[str, Claims]) -> None:
    """What no card has, because it does not say what its source and facts say: counted, and named by its kind."""
    for concern, found in claims.items():
        for claim in found.refused:
            log.warning("claim refused", concern=concern, kind=claim.kind, reason=", ".join(claim.refused))
            for why in claim.refused:
                REFUSED.labels(claim.kind, why).inc()


def _report(rooms: Rooms, call: Call, assessment: Assessment, prefetch: Prefetch) -> None:
    for check, error in assessment.broken:
        trace = error.__traceback__
        while trace and trace.tb_next:
            trace = trace.tb_next
        place = f"{trace.tb_frame.f_code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}" if trace else ""
        # The text of an exception may hold what was in the chart; its type and place do not.
        log.error("check failed", check=check, error=type(error).__name__, place=place, service=call.service)
    for key in prefetch.foreign:
        _audit(rooms, call, "prefetch", "refused", {"where": f"prefetch.{key}"})
    for key in prefetch.dropped:
        _audit(rooms, call, "fhir-read", "refused", {"where": key, "reason": FOREIGN})
