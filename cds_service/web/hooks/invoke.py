"""POST /cds-services/<id>: one hook call in, cards out. Nothing clinical is decided here."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import orjson
from flask import Blueprint, Response, request

from cds_service.cards.dialects import DIALECTS
from cds_service.errors import UnknownService
from cds_service.hooks import parse_request
from cds_service.web.edge.bodies import read_body
from cds_service.web.ops.call import Call, current_call
from cds_service.web.ops.metrics import CARDS

if TYPE_CHECKING:
    from cds_service.answer import Answer
    from cds_service.fhir.tenant import Tenant
    from cds_service.hooks import HookRequest
    from cds_service.rooms import Rooms, Service
    from cds_service.web.auth.client_auth import CallerCheck
    from cds_service.web.hooks.modes import TenantModes

    Answering = Callable[[Rooms, str, HookRequest, Tenant, str], Answer]

ASSESSMENT = "org.countersign.assessment"


def blueprint(rooms: Rooms, callers: CallerCheck, modes: TenantModes, answer: Answering) -> Blueprint:
    routes = Blueprint("invoke", __name__)

    @routes.post("/cds-services/<service_id>")
    def invoke(service_id: str) -> Response:
        call = current_call()
        call.action = "invoke"
        caller = callers.caller(request.headers.get("Authorization"), (service_url(rooms, service_id),))
        call.issuer = caller.issuer
        # Known before the body is read, so that a body that is refused stands among this client's own calls.
        call.tenant = caller.tenants[0].id if len(caller.tenants) == 1 else None
        call.service = known_service(rooms, service_id).id
        raw, body = read_body(rooms.settings.max_body_bytes)
        hook_request = parse_request(body, rooms.services[service_id].hooks)
        call.hook = hook_request.hook
        tenant = modes.given(caller.tenant(hook_request.fhir_server))
        call.tenant = tenant.id
        call.workflow = DIALECTS[tenant.dialect].workflow(hook_request.extension)
        if tenant.mode(service_id) == "off":
            raise UnknownService("this service is not offered to this client; a signed GET /cds-services lists what is")
        answered = answer(rooms, service_id, hook_request, tenant, hashlib.sha256(raw).hexdigest())
        _count(call, answered.body)
        return Response(orjson.dumps(answered.body), content_type="application/json")

    return routes


def known_service(rooms: Rooms, service_id: str) -> Service:
    service = rooms.services.get(service_id)
    if service is None:
        raise UnknownService("no service of this id; GET /cds-services lists them")
    return service


def service_url(rooms: Rooms, service_id: str) -> str:
    """The URL as configured: what a client names as audience, whatever the Host header says."""
    return f"{rooms.settings.public_url}/cds-services/{service_id}"


def _count(call: Call, body: Mapping[str, Any]) -> None:
    call.cards = len(body["cards"])
    call.not_assessed = len(body.get("extension", {}).get(ASSESSMENT, {}).get("not_assessed", ()))
    for card in body["cards"]:
        CARDS.labels(call.service, card["indicator"]).inc()
