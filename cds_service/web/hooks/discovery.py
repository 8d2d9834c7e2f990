"""GET /cds-services: what is offered, one entry per service and hook.

A service keeps one id over its hooks, so that a later answer of the same id replaces an earlier one in the EHR.
A client that signs the request is told what it is offered; everybody else, and a token that does not stand, gets the
whole list, which says nothing that is not public.
Prefetch keys and their templates are a public contract: some EHRs do not read discovery, their analysts type these in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
from flask import Blueprint, Response, request

from cds_service.errors import NotAuthenticated, StoreUnavailable
from cds_service.fhir.prefetch import PREFETCH_TEMPLATES

if TYPE_CHECKING:
    from cds_service.rooms import Rooms, Service
    from cds_service.web.auth.client_auth import CallerCheck
    from cds_service.web.hooks.modes import TenantModes

SPECIFICATION = "3.0.0"


def blueprint(rooms: Rooms, callers: CallerCheck, modes: TenantModes) -> Blueprint:
    routes = Blueprint("discovery", __name__)
    entries = [_entry(service, hook) for service in rooms.services.values() for hook in service.hooks]
    whole = orjson.dumps({"services": entries})

    def offered() -> bytes:
        """What the caller uses; without a token no database is asked."""
        token = request.headers.get("Authorization")
        if token is None and rooms.settings.client_auth != "off":
            return whole
        try:
            caller = callers.caller(token, (f"{rooms.settings.public_url}/cds-services",))
        except (NotAuthenticated, StoreUnavailable):
            return whole
        tenants = [modes.given(one) for one in caller.tenants]
        mine = [entry for entry in entries if any(tenant.mode(entry["id"]) != "off" for tenant in tenants)]
        return orjson.dumps({"services": mine})

    @routes.get("/cds-services")
    def discovery() -> Response:
        return Response(offered(), content_type="application/json", headers={"Vary": "Authorization"})

    return routes


def _entry(service: Service, hook: str) -> dict[str, Any]:
    entry = {
        "hook": hook,
        "id": service.id,
        "title": service.title,
        "description": service.description,
        "version": SPECIFICATION,
        "usageRequirements": service.usage_requirements,
        "prefetch": {key: PREFETCH_TEMPLATES[key] for key in service.prefetch_keys},
    }
    # The standard wants an absent member, never a blank one.
    return {name: value for name, value in entry.items() if value}
