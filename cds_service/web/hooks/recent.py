"""GET /recent-calls: a client's own last calls, for whoever connects an EHR and wonders what became of them.

Who asks must be who called, so this takes the same proof as a call: a token that the client signs for this very URL,
checked and used up like any other. No password and no link opens it: either could be handed on, and would stand in a
browser's history. The page at / shows the same under the same proof. Only on loopback with client authentication off,
where everybody is tenant `local`, nobody is asked; operators have `clients calls`.

What is shown comes from our own audit trail: times, counts and words of ours, nothing of a patient; and of refused
tokens nothing, as their issuer was never proved.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
from flask import Blueprint, Response, request

from cds_service.store import RecentCall

if TYPE_CHECKING:
    from cds_service.rooms import Rooms
    from cds_service.web.auth.client_auth import Caller, CallerCheck

MOST = 50
_SHOWN = ("service", "hook", "status", "cards", "silent", "not_assessed", "duration_ms", "reason")


def blueprint(rooms: Rooms, callers: CallerCheck) -> Blueprint:
    routes = Blueprint("recent", __name__)

    @routes.get("/recent-calls")
    def recent_calls() -> Response:
        audience = f"{rooms.settings.public_url}/recent-calls"
        caller = callers.caller(request.headers.get("Authorization"), (audience,))
        body = {"tenant": caller.tenant().id, "issuer": caller.issuer, "calls": recent_of(rooms, caller)}
        return Response(orjson.dumps(body), content_type="application/json")

    return routes


def recent_of(rooms: Rooms, caller: Caller) -> list[dict[str, Any]]:
    """The newest calls of a verified caller. NotAuthenticated when it did not say for which of its tenants."""
    calls = rooms.store.reports.recent_calls(caller.tenant().id, caller.issuer, MOST)
    return [_as_json(call) for call in calls]


def _as_json(call: RecentCall) -> dict[str, Any]:
    """Times in UTC; a member without a value is left out."""
    known = {name: call.detail[name] for name in _SHOWN if call.detail.get(name) is not None}
    return {"at": call.at.isoformat(timespec="seconds"), "action": call.action, "outcome": call.outcome, **known}
