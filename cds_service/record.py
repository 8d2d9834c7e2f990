"""What goes into the store: an answered call, its cards as sent and the evidence behind each; and a worker's start."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import structlog

from cds_service.cards import Card, Setting, evidence_record
from cds_service.errors import StoreUnavailable
from cds_service.fhir.tenant import Tenant
from cds_service.hooks import HookRequest
from cds_service.rooms import Rooms
from cds_service.store import AuditEvent, CardRecord, Invocation, SuggestionRecord
from cds_service.store.records import Scalar

_USERS = frozenset({"Practitioner", "PractitionerRole", "Patient", "RelatedPerson"})
_LONGEST_UNIT = 120
_NAMESPACE = uuid.UUID("6f0a1f3e-2f0c-5d6b-9b5a-0f6c3c1d7e42")


@dataclass(frozen=True)
class Call:
    """Who asked what; `name` gives ids that are the same whenever the same call is repeated."""

    service: str
    request: HookRequest
    tenant: Tenant
    body_digest: str

    @cached_property
    def id(self) -> uuid.UUID:
        parts = (self.tenant.id, self.tenant.issuer, self.service, self.request.instance, self.body_digest)
        return uuid.uuid5(_NAMESPACE, "\n".join(parts))

    def name(self, *parts: str) -> str:
        return str(uuid.uuid5(self.id, "\n".join(parts)))


def put_on_record(rooms: Rooms, call: Call, action: str, outcome: str, detail: Mapping[str, Scalar]) -> None:
    """A row of the audit trail about what was done for a call. StoreUnavailable: not even the journal took it."""
    patient = call.request.context.patient_id
    event = AuditEvent(action, outcome, call.tenant.id, call.tenant.issuer, str(call.id), detail, patient)
    rooms.store.audit(event)


def put_start_on_record(rooms: Rooms) -> None:
    """With which knowledge and models this worker answers: a change of tables or weights takes effect by a start."""
    about = {"knowledge": rooms.knowledge.version, "models": _models(rooms)}
    try:
        rooms.store.audit(AuditEvent("serve", "started", detail=about))
    except StoreUnavailable:
        # Neither database nor journal takes anything now. Each call will say so with a 503; this log line must do here.
        structlog.get_logger("countersign").error("the start of a worker could not be put on record")


def _models(rooms: Rooms) -> str:
    return ", ".join(f"{name} {version}" for name, version in rooms.models.versions.items())


def invocation_of(
    rooms: Rooms,
    call: Call,
    cards: tuple[Card, ...],
    notes: list[dict[str, str]],
    setting: Setting,
    took_ms: float,
    *,
    orders: int | None = None,
    encounter: Mapping[str, Any] | None = None,
    silent: bool = False,
) -> Invocation:
    """`notes` are what was not assessed, `took_ms` the time until the cards stood; `encounter` the call's, if read.

    `silent`: the cards are kept and were not sent.
    """
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
        models=_models(rooms),
        not_assessed=tuple(notes),
        cards=tuple(_record(card, position, setting) for position, card in enumerate(cards)),
        orders=orders,
        unit=_unit(encounter),
        user_kind=_kind(context.user_id),
        silent=silent,
    )


def _unit(encounter: Mapping[str, Any] | None) -> str | None:
    """The place of the encounter's newest location, by its name, else by its reference."""
    listed = encounter.get("location") if encounter else None
    newest = listed[-1] if isinstance(listed, list) and listed else None
    location = newest.get("location") if isinstance(newest, dict) else None
    named = (location.get("display") or location.get("reference")) if isinstance(location, dict) else None
    return named[:_LONGEST_UNIT] if isinstance(named, str) and named else None


def _kind(user: str | None) -> str | None:
    kind = (user or "").rpartition("/")[0].rpartition("/")[2]
    return kind if kind in _USERS else None


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
