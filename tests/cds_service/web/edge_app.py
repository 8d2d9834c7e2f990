"""The HTTP edge with everything real behind it but the clinical answer: one card, recorded in the real store.

gunicorn starts `edge_app:create()`; tests that need no process of their own use the same app in theirs.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from flask import Flask

from cds_service import web
from cds_service.fhir.tenant import Tenant
from cds_service.hooks import HOOKS, HookRequest
from cds_service.settings import Settings
from cds_service.store import (
    CardRecord,
    Invocation,
    Keyring,
    ReplayGuard,
    Store,
    SuggestionRecord,
    open_replay_guard,
    open_store,
)

OFFERED = {"system": "http://example.org/reasons", "code": "known", "display": "Already known"}
FAILS_FOR = "patient-that-breaks-us"


@dataclass(frozen=True)
class Service:
    id: str
    title: str
    description: str
    hooks: tuple[str, ...]
    prefetch_keys: tuple[str, ...]
    usage_requirements: str


@dataclass(frozen=True)
class Models:
    problems: tuple[str, ...] = ()
    versions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Knowledge:
    version: str = "test"
    silent: int = 0

    def overdue(self, _today: date) -> tuple[str, ...]:
        return ()


@dataclass(frozen=True)
class Rooms:
    settings: Settings
    store: Store
    replay_guard: ReplayGuard
    models: Models = field(default_factory=Models)
    knowledge: Knowledge = Knowledge()
    services: Mapping[str, Service] = field(
        default_factory=lambda: {
            "medication-safety": Service(
                "medication-safety",
                "Medication safety",
                "Looks at drafts.",
                ("order-select", "order-sign"),
                ("patient", "medications", "allergies"),
                "Says what it could not look at.",
            ),
            "every-hook": Service("every-hook", "Every hook", "Answers each hook.", tuple(HOOKS), (), ""),
        }
    )

    def clock(self) -> datetime:
        """EDGE_CLOCK_SECONDS sets it wrong. libfaketime cannot: Python's sleep fails under that of Debian 12."""
        return datetime.now(UTC) + timedelta(seconds=int(os.environ.get("EDGE_CLOCK_SECONDS", "0")))


@dataclass(frozen=True)
class Answer:
    body: dict[str, Any]


def create(settings: Settings | None = None) -> Flask:
    settings = settings or Settings.from_env()
    app = Flask(__name__)
    rooms = Rooms(settings, open_store(settings, Keyring.load(settings)), open_replay_guard(settings))
    web.register(app, rooms, answer)
    app.extensions["countersign"] = rooms
    return app


def answer(rooms: Rooms, service: str, request: HookRequest, tenant: Tenant, digest: str) -> Answer:
    """One card per call, the same for the same call, recorded as the real answer records."""
    if request.context.patient_id == FAILS_FOR:
        raise RuntimeError(f"cannot go on with {request.context.patient_id}")
    invocation = str(uuid5(NAMESPACE_URL, "|".join((tenant.id, service, request.instance, digest))))
    card, suggestion = (str(uuid5(NAMESPACE_URL, f"{invocation}|{part}")) for part in ("card", "suggestion"))
    body = {
        "uuid": card,
        "summary": "Something to know",
        "indicator": "warning",
        "source": {"label": "Test"},
        "selectionBehavior": "at-most-one",
        "suggestions": [{"uuid": suggestion, "label": "Do the other thing"}],
        "overrideReasons": [OFFERED],
    }
    rooms.store.record(_invocation(invocation, rooms, service, request, tenant, digest, body))
    assessment = {"knowledge": "test", "models": {}, "not_assessed": []}
    return Answer({"cards": [body], "extension": {"org.countersign.assessment": assessment}})


def _invocation(
    invocation: str,
    rooms: Rooms,
    service: str,
    request: HookRequest,
    tenant: Tenant,
    digest: str,
    card: dict[str, Any],
) -> Invocation:
    offered = tuple(SuggestionRecord(one["uuid"], n, one["label"]) for n, one in enumerate(card["suggestions"]))
    handle = f"handle-{card['uuid']}"
    record = CardRecord(
        card["uuid"], 0, "0" * 16, "test", "r1", "1", "drug-interaction", "warning", "major", card, {}, handle, offered
    )
    return Invocation(
        id=invocation,
        tenant=tenant.id,
        issuer=tenant.issuer,
        service=service,
        hook=request.hook,
        hook_instance=request.instance,
        body_digest=digest,
        patient=request.context.patient_id,
        user=request.context.user_id,
        encounter=request.context.encounter_id,
        fhir_server=request.fhir_server,
        at=rooms.clock(),
        duration_ms=1.0,
        knowledge="test",
        models="test",
        cards=(record,),
    )
