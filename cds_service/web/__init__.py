"""The HTTP edge: requests become calls of the rooms behind it, what they return becomes answers. Nothing clinical."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cds_service.answer import answer
from cds_service.web import fhir, questions
from cds_service.web.auth import own_key_set
from cds_service.web.auth.client_auth import CallerCheck, ClientAuth, Everyone
from cds_service.web.auth.registrations import Registrations
from cds_service.web.edge import cors, outcomes, security
from cds_service.web.hooks import discovery, feedback, invoke, recent
from cds_service.web.hooks.modes import TenantModes
from cds_service.web.ops import health, logs, metrics
from cds_service.web.ops.call import begin_call
from cds_service.web.pages import checks, integrators, models, page, services

if TYPE_CHECKING:
    from flask import Flask

    from cds_service.rooms import Rooms
    from cds_service.web.hooks.invoke import Answering


def register(app: Flask, rooms: Rooms, answer: Answering = answer) -> None:
    """Put every endpoint and every rule of the edge on `app`. Opens nothing. `answer` is the way of one hook call."""
    logs.configure()
    app.before_request(begin_call)
    security.register(app, rooms.settings)
    cors.register(app, rooms.settings)
    logs.register(app)
    metrics.register(app)
    outcomes.register(app, rooms.store)
    callers, modes = _caller_check(rooms), TenantModes(rooms.store.modes.all)
    for routes in (
        discovery.blueprint(rooms, callers, modes),
        invoke.blueprint(rooms, callers, modes, answer),
        feedback.blueprint(rooms, callers),
        fhir.blueprint(rooms),
        health.blueprint(rooms),
        metrics.blueprint(),
        own_key_set.blueprint(rooms),
        questions.blueprint(rooms, callers),
        recent.blueprint(rooms, callers),
        page.blueprint(),
        integrators.blueprint(rooms, callers),
        models.blueprint(rooms),
        checks.blueprint(rooms),
        services.blueprint(rooms),
    ):
        app.register_blueprint(routes)


def _caller_check(rooms: Rooms) -> CallerCheck:
    if rooms.settings.client_auth == "off":
        return Everyone()
    registrations = Registrations(rooms.store.registrations.cds_clients, allow_loopback=rooms.settings.loopback)
    return ClientAuth(registrations, rooms.replay_guard, rooms.clock)
