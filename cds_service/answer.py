"""The whole way of one hook call, on one screen.

hooks -> prefetch -> chart -> reading -> merge -> engine(checks, tools, knowledge) -> claims -> cards -> store
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import structlog

from cds_service.cards import Card, Setting, cards_of, evidence_record
from cds_service.cards.dialects import DIALECTS
from cds_service.cards.offers import Client
from cds_service.chart import build_chart, merge
from cds_service.claims import claims_of
from cds_service.engine import Assessment, assess
from cds_service.facts import OrderRef
from cds_service.fhir.prefetch import Prefetch, resolve_prefetch
from cds_service.fhir.tenant import Tenant
from cds_service.findings import NotAssessed
from cds_service.hooks import HookRequest, reference_of
from cds_service.reading import read
from cds_service.rooms import Rooms
from cds_service.store import AuditEvent, CardRecord, Invocation, SuggestionRecord

_NAMESPACE = uuid.UUID("6f0a1f3e-2f0c-5d6b-9b5a-0f6c3c1d7e42")
_READING_SHARE = 0.25  # of the deadline: the rules' findings must have their time
log = structlog.get_logger("countersign.answer")


@dataclass(frozen=True, slots=True)
class Answer:
    """`body` is the CDS Hooks response."""

    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Call:
    """Who asked what; `name` gives ids that are the same whenever the same call is repeated."""

    service: str
    request: HookRequest
    tenant: Tenant
    body_digest: str

    @property
    def id(self) -> uuid.UUID:
        parts = (self.tenant.id, self.tenant.issuer, self.service, self.request.instance, self.body_digest)
        return uuid.uuid5(_NAMESPACE, "\n".join(parts))

    def name(self, *parts: str) -> str:
        return str(uuid.uuid5(self.id, "\n".join(parts)))


def answer(rooms: Rooms, service_id: str, request: HookRequest, tenant: Tenant, body_digest: str) -> Answer:
    """Answer one parsed and authenticated call, and store what was answered.

    Raises InvalidRequest for orders of another patient, StoreUnavailable when neither database nor journal took it.
    """
    started, now = time.monotonic(), rooms.clock()
    call = Call(service_id, request, tenant, body_digest)
    prefetch = resolve_prefetch(request)
    request = _with_named_orders(request, prefetch)
    vocabulary = rooms.knowledge.vocabulary
    chart = build_chart(request.context, prefetch.supplied, vocabulary, now)
    reading_ends = started + rooms.settings.deadline_ms / 1000 * _READING_SHARE
    chart = merge(chart, read(chart.texts, rooms.models, rooms.readings, reading_ends), vocabulary)
    assessment = _with_missing_orders(assess(service_id, request.hook, chart, rooms.knowledge), request)
    claims = {one.id: claims_of(one.finding, rooms.passages, rooms.knowledge) for one in assessment.concerns}
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
    cards = cards_of(assessment, claims, setting)
    notes = _notes(assessment, prefetch, rooms)
    _report(rooms, call, assessment, prefetch)
    rooms.store.record(_invocation(rooms, call, cards, notes, setting, (time.monotonic() - started) * 1000))
    return Answer(_body(cards, notes, rooms))


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


def _with_missing_orders(assessment: Assessment, request: HookRequest) -> Assessment:
    drugs = (one for one in request.context.missing if one.startswith("MedicationRequest/"))
    notes = (NotAssessed("the order was not supplied, so nothing was checked", OrderRef(one, one)) for one in drugs)
    missing = tuple(replace(note, topic="not-assessed", prominent="warning") for note in notes)
    return replace(assessment, not_assessed=(*missing, *assessment.not_assessed)) if missing else assessment


def _notes(assessment: Assessment, prefetch: Prefetch, rooms: Rooms) -> list[dict[str, str]]:
    """What was not looked at, for callers, the app and tests. Members without a value are left out."""
    refused = (NotAssessed(f"prefetch {key} was refused: {prefetch.supplied[key].note}") for key in prefetch.foreign)
    silent = (NotAssessed(f"{rooms.knowledge.silent} unreviewed rows are silent"),) if rooms.knowledge.silent else ()
    return [_note(note) for note in (*assessment.not_assessed, *refused, *silent)]


def _note(note: NotAssessed) -> dict[str, str]:
    said = {"topic": note.topic or "not-assessed", "reason": note.reason}
    return {**said, "subject": note.subject.reference} if note.subject else said


def _body(cards: tuple[Card, ...], notes: list[dict[str, str]], rooms: Rooms) -> dict[str, Any]:

    assessed: dict[str, Any] = {"knowledge": rooms.knowledge.version, "models": dict(rooms.models.named)}
    if notes:
        assessed["not_assessed"] = notes
    return {"cards": [card.body for card in cards], "extension": {"org.countersign.assessment": assessed}}


def _report(rooms: Rooms, call: Call, assessment: Assessment, prefetch: Prefetch) -> None:
    for check, error in assessment.broken:
        trace = error.__traceback__
        while trace and trace.tb_next:
            trace = trace.tb_next
        place = f"{trace.tb_frame.f_code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}" if trace else ""
        # The text of an exception may hold what was in the chart; its type and place do not.
        log.error("check failed", check=check, error=type(error).__name__, place=place, service=call.service)
    for key in prefetch.foreign:
        event = AuditEvent(
            "prefetch", "refused", call.tenant.id, call.tenant.issuer, str(call.id), {"where": f"prefetch.{key}"}
        )
        rooms.store.audit(event)


def _invocation(
    rooms: Rooms, call: Call, cards: tuple[Card, ...], notes: list[dict[str, str]], setting: Setting, took_ms: float
) -> Invocation:
    context = call.request.context
    return Invocation(
        id=str(call.id),
        tenant=call.tenant.id,
        issuer=call.tenant.issuer,
        service=call.service,
        hook=call.request.hook,
        hook_instance=call.request.instance,
        body_digest=call.body_digest,
        patient=context.patient_id,
        user=context.user_id,
        encounter=context.encounter_id,
        fhir_server=call.request.fhir_server,
        at=setting.now,
        duration_ms=took_ms,
        knowledge=rooms.knowledge.version,
        models=", ".join(f"{name} {version}" for name, version in rooms.models.versions.items()),
        not_assessed=tuple(notes),
        cards=tuple(_record(card, position, setting) for position, card in enumerate(cards)),
    )


def _record(card: Card, position: int, setting: Setting) -> CardRecord:
    ruled = card.concern is not None
    suggestions = enumerate(card.body.get("suggestions", []))
    return CardRecord(
        uuid=card.uuid,
        position=position,
        concern=card.identity["id"],
        check=card.identity["check"],
        rule=card.identity["rule"] if ruled else None,
        version=card.identity["version"] if ruled else None,
        topic=card.topic,
        indicator=card.body["indicator"],
        harm=card.identity["harm"] if ruled else None,
        body=card.body,
        evidence=evidence_record(card, setting),
        handle=card.handle,
        suggestions=tuple(
            SuggestionRecord(one["uuid"], place, one["label"], one.get("isRecommended", False))
            for place, one in suggestions
        ),
    )
