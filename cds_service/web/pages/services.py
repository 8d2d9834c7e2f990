"""A page for each service, made from what discovery says of it and from its checks' own words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Blueprint, Response, render_template
from werkzeug.exceptions import NotFound

from cds_service.chart.notes.note import FIRST_LOOKS, PROBABILITY
from cds_service.checks import CHECKS, Check
from cds_service.fhir.prefetch import PREFETCH_TEMPLATES
from cds_service.web.pages.page import page_of

if TYPE_CHECKING:
    from cds_service.rooms import Rooms, Service


@dataclass(frozen=True, slots=True)
class ServicePage:
    """`prefetch` is (key, query, required or not); `checks` are those that may speak in the service; `readings` (kind,
    place, right, looked at, probability) of a service that exists to read notes."""

    service: Service
    prefetch: tuple[tuple[str, str, bool], ...]
    checks: tuple[Check, ...]
    readings: tuple[tuple[str, str, int, int, float], ...] = ()

    @property
    def is_view(self) -> bool:
        return self.service.base != self.service.id


def blueprint(rooms: Rooms) -> Blueprint:
    routes = Blueprint("services", __name__, template_folder="templates")

    @routes.get("/services")
    def services() -> Response:
        every = [service_page(one) for one in rooms.services.values()]
        return page_of(render_template("services.html", services=every, base=""))

    @routes.get("/services/<name>")
    def service(name: str) -> Response:
        if name not in rooms.services:
            raise NotFound
        return page_of(render_template("service.html", one=service_page(rooms.services[name]), base="../"))

    return routes


def service_page(service: Service) -> ServicePage:
    """Everything that can be said of a service from its code."""
    mine = (one for one in CHECKS.values() if one.service == service.base)
    speaking = (one for one in mine if not service.topics or one.topic in service.topics)
    keys = ((key, PREFETCH_TEMPLATES[key], key in service.required) for key in service.prefetch_keys)
    readings = tuple(_readings()) if "notes" in service.required else ()
    return ServicePage(service, tuple(keys), tuple(sorted(speaking, key=lambda one: one.id)), readings)


def _readings() -> Iterator[tuple[str, str, int, int, float]]:
    for (kind, listed), (right, looked) in FIRST_LOOKS.items():
        place = "in a section for its kind" if listed else "in prose"
        yield kind.capitalize(), place, right, looked, PROBABILITY[kind, listed]
