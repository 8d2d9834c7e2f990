"""POST /cds-services/<id>/feedback: what the clinician chose. 200 without a body, after commit.

A batch is all or nothing: one malformed item, or a suggestion that was never on its card, and nothing of it is stored,
the same on every repeat. A card that we never sent to this client is counted and passed over. Silence is no item.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, request

from cds_service.web.edge.bodies import read_body
from cds_service.web.hooks.feedback_items import parse_items
from cds_service.web.hooks.invoke import known_service, service_url
from cds_service.web.ops.call import current_call
from cds_service.web.ops.metrics import FEEDBACK

if TYPE_CHECKING:
    from cds_service.rooms import Rooms
    from cds_service.web.auth.client_auth import CallerCheck


def blueprint(rooms: Rooms, callers: CallerCheck) -> Blueprint:
    routes = Blueprint("feedback", __name__)

    @routes.post("/cds-services/<service_id>/feedback")
    def feedback(service_id: str) -> Response:
        call = current_call()
        call.action = "feedback"
        # The standard leaves the audience of feedback open; clients name either URL.
        service = service_url(rooms, service_id)
        caller = callers.caller(request.headers.get("Authorization"), (f"{service}/feedback", service))
        call.issuer = caller.issuer
        call.service = known_service(rooms, service_id).id
        # Feedback names no FHIR server: where the token leaves the tenant open, each card says whose it is.
        tenants = [tenant.id for tenant in caller.tenants]
        call.tenant = tenants[0] if len(tenants) == 1 else None
        _, body = read_body(rooms.settings.max_body_bytes)
        result = rooms.store.add_feedback(tenants, caller.issuer, service_id, parse_items(body))
        for name in ("stored", "repeated", "unknown"):
            FEEDBACK.labels(service_id, name).inc(getattr(result, name))
        response = Response(status=200)
        del response.headers["Content-Type"]
        return response

    return routes
