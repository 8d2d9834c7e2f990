"""What an integrator reads: the page at /, OpenAPI and its page, and each JSON Schema.

Pages are made here and carry no script; their one style sheet comes from this service. They say nothing that discovery
and the repository do not say too, so they need no token. See `recent` for the one part that does.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import orjson
from flask import Blueprint, Response, current_app, render_template, request
from werkzeug.exceptions import NotFound

from cds_service.errors import StoreUnavailable
from cds_service.fhir.prefetch import PREFETCH_TEMPLATES
from cds_service.hooks import HOOKS
from cds_service.web.hooks.recent import recent_of
from cds_service.web.openapi import document
from cds_service.web.pages.page import page_of
from cds_service.web.schemas import DIALECT, all_schemas

if TYPE_CHECKING:
    from cds_service.rooms import Rooms
    from cds_service.web.auth.client_auth import CallerCheck


def blueprint(rooms: Rooms, callers: CallerCheck) -> Blueprint:
    routes = Blueprint("integrators", __name__, template_folder="templates")

    @cache
    def described() -> dict[str, Any]:
        # Made at the first request: only then the app has all its routes.
        return document(current_app._get_current_object(), rooms)  # type: ignore[attr-defined]

    @routes.get("/openapi.json")
    def openapi() -> Response:
        return Response(orjson.dumps(described()), content_type="application/json")

    @routes.get("/schemas/<name>.json")
    def schema(name: str) -> Response:
        if name not in all_schemas():
            raise NotFound
        url = f"{rooms.settings.public_url}/schemas/{name}.json"
        body = {"$schema": DIALECT, "$id": url, **all_schemas()[name]}
        return Response(orjson.dumps(body), content_type="application/schema+json")

    @routes.get("/docs")
    def docs() -> Response:
        return page_of(render_template("docs.html", api=described(), schemas=all_schemas()))

    @routes.get("/")
    def start() -> Response:
        return page_of(render_template("start.html", **_about(rooms), **_own_calls(rooms, callers)))

    return routes


def _about(rooms: Rooms) -> dict[str, Any]:
    asked = {key for service in rooms.services.values() for key in service.prefetch_keys}
    return {
        "url": rooms.settings.public_url,
        "app_url": rooms.settings.app_url,
        "services": rooms.services.values(),
        "hooks": HOOKS,
        "templates": {key: query for key, query in PREFETCH_TEMPLATES.items() if key in asked},
        "knowledge": rooms.knowledge,
        "models": rooms.models,
        "schemas": all_schemas(),
    }


def _own_calls(rooms: Rooms, callers: CallerCheck) -> dict[str, Any]:
    """The calls of whoever proves to be a client; of `local` where no proof is asked for; otherwise none are shown."""
    proof = request.headers.get("Authorization")
    if rooms.settings.client_auth == "on" and proof is None:
        return {"caller": None, "calls": None}
    caller = callers.caller(proof, (f"{rooms.settings.public_url}/",))
    try:
        return {"caller": caller.issuer, "calls": recent_of(rooms, caller)}
    except StoreUnavailable:
        return {"caller": caller.issuer, "calls": None}  # the page says that they could not be read
