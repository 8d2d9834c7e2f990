"""The whole way of one hook call, on one screen.

hooks -> prefetch -> chart -> reading -> merge -> engine(checks, tools, knowledge) -> claims -> cards -> store
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

import structlog

from cds_service.cards import Setting, cards_of
from cds_service.cards.dialects import DIALECTS
from cds_service.cards.offers import Client
from cds_service.chart import Chart, build_chart, merge
from cds_service.checks.registry import SAFETY
from cds_service.claims import Claims, claims_of
from cds_service.engine import Assessment, assess, without_items
from cds_service.evidence.figures import REFUSED
from cds_service.facts import OrderRef
from cds_service.fhir.note_bodies import KEY as NOTES
from cds_service.fhir.prefetch import Prefetch
from cds_service.fhir.tenant import Tenant
from cds_service.findings import NotAssessed
from cds_service.hooks import HookRequest, reference_of
from cds_service.reading import read
from cds_service.reading.notes import read_notes
from cds_service.record import Call, invocation_of
from cds_service.reply import notes_of, reply, shown
from cds_service.rooms import Rooms, Service
from cds_service.store import Occasion
from cds_service.supply import encounter_of, supply, with_named_orders

# Of the deadline: the rules' findings must have their time.
_FILL_IN_SHARE = 0.5
_READING_SHARE = 0.25
log = structlog.get_logger("countersign.answer")


@dataclass(frozen=True, slots=True)
class Answer:
    """`body` is the CDS Hooks response; `broken` are the checks that failed in it, by id."""

    body: dict[str, Any]
    broken: tuple[str, ...] = ()


def answer(rooms: Rooms, service_id: str, request: HookRequest, tenant: Tenant, body_digest: str) -> Answer:
    """Answer one parsed and authenticated call, and store what was answered.

    Raises PrefetchFailed when data that the service requires is not to be had, StoreUnavailable when neither database
    nor journal took it.
    """
    started, now, service = time.monotonic(), rooms.clock(), rooms.services[service_id]
    call = Call(service_id, request, tenant, body_digest)
    prefetch = supply(rooms, call, started + _seconds(rooms, _FILL_IN_SHARE))
    request = with_named_orders(request, prefetch)
    chart = _charted(rooms, service, request, prefetch, now)
    assessed = assess(service.base, request.hook, chart, rooms.knowledge, topics=service.topics)
    assessment = _with_unread_orders(assessed, request, "warning" if service.base == SAFETY else "")
    assessment, overridden = _without_overridden(rooms, call, assessment)
    claims = {one.id: claims_of(one.finding, rooms.passages, rooms.knowledge) for one in assessment.concerns}
    _log_failures(service_id, assessment, claims)
    setting = _setting(rooms, call, request, now)
    cards = shown(cards_of(assessment, claims, setting), service.minimum)
    silent = tenant.mode(service_id) == "silent"
    notes = notes_of(rooms, assessment, prefetch, silent)
    took_ms = (time.monotonic() - started) * 1000
    place = {
        "orders": len({order.ref.reference for order in chart.orders}),
        "encounter": encounter_of(prefetch),
        "silent": silent,
    }
    rooms.store.record(invocation_of(rooms, call, cards, notes, setting, took_ms, **place))
    broken = tuple(check for check, _ in assessment.broken)
    return Answer(reply(rooms, () if silent else cards, notes, overridden), broken)


def _seconds(rooms: Rooms, share: float) -> float:
    return rooms.settings.deadline_ms / 1000 * share


def _charted(rooms: Rooms, service: Service, request: HookRequest, prefetch: Prefetch, now: datetime) -> Chart:
    """The chart with what models and rules read in its texts, as far as the time for reading goes."""
    vocabulary = rooms.knowledge.vocabulary
    chart = build_chart(request.context, prefetch.supplied, vocabulary, now, request.fhir_server)
    ends = time.monotonic() + _seconds(rooms, _READING_SHARE)
    readings = read(chart.texts, rooms.models, rooms.readings, ends)
    if NOTES in service.prefetch_keys:
        notes = read_notes(chart.notes.items, vocabulary.note_words, rooms.note_readings, ends)
        readings = replace(readings, notes=notes)
    return merge(chart, readings, vocabulary)


def _setting(rooms: Rooms, call: Call, request: HookRequest, now: datetime) -> Setting:
    """What all cards of the call share."""
    return Setting(
        knowledge=rooms.knowledge,
        passages=rooms.passages,
        models=rooms.models.versions,
        drafts=_drafts(request),
        launch_url=f"{rooms.settings.app_url}/launch",
        now=now,
        name=call.name,
        handle=rooms.keyring.handle,
        client=Client(call.tenant.id, DIALECTS[call.tenant.dialect], rooms.orderables),
    )


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
    items = {item: one for one in assessment.concerns for item in one.item_ids.values()}
    known = rooms.store.overrides.among(occasion, [*(one.id for one in assessment.concerns), *items])
    left = (without_items(one, known) for one in assessment.concerns if one.id not in known)
    gone = {**{one.id: one for one in assessment.concerns}, **items}
    said = tuple(
        {"concern": name, "topic": one.finding.topic, "subject": one.finding.subject.reference}
        for name, one in gone.items()
        if name in known
    )
    return replace(assessment, concerns=tuple(filter(None, left))), said


def _log_failures(service: str, assessment: Assessment, claims: Mapping[str, Claims]) -> None:
    """Checks that broke; and what no card has, because it does not say what its source and facts say."""
    for check, error in assessment.broken:
        # The text of an exception may hold what was in the chart; its type and place do not.
        log.error("check failed", check=check, error=type(error).__name__, place=_place(error), service=service)
    for concern, found in claims.items():
        for claim in found.refused:
            log.warning("claim refused", concern=concern, kind=claim.kind, reason=", ".join(claim.refused))
            for why in claim.refused:
                REFUSED.labels(claim.kind, why).inc()


def _place(error: Exception) -> str:
    """`file.py:line` where it was raised."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}" if trace else ""
