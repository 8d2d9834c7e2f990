"""A page for each check, made from its own words: what it looks for, what it needs, its limits, its rows."""

from __future__ import annotations

import sys
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import orjson
from flask import Blueprint, Response, render_template
from werkzeug.exceptions import NotFound

from cds_service.checks import CHECKS, Check
from cds_service.web.pages.evidence_attributes import Attribute, attributes_of
from cds_service.web.pages.grounds import Ground, grounds_of
from cds_service.web.pages.page import page_of

if TYPE_CHECKING:
    from cds_service.knowledge import Knowledge
    from cds_service.rooms import Rooms


@dataclass(frozen=True, slots=True)
class Described:
    """`limits` are the paragraphs of the module; `grounds` the tables whose rows the check reads."""

    check: Check
    limits: tuple[str, ...]
    grounds: tuple[Ground, ...]

    @property
    def sources(self) -> tuple[str, ...]:
        """The titles that the rows of the check cite."""
        return tuple(sorted({title for ground in self.grounds for title in ground.sources}))


def blueprint(rooms: Rooms) -> Blueprint:
    routes = Blueprint("checks", __name__, template_folder="templates")

    @routes.get("/checks")
    def checks() -> Response:
        ordered = sorted(CHECKS.values(), key=lambda one: (one.service, one.id))
        return page_of(render_template("checks.html", checks=ordered, base=""))

    @routes.get("/checks/<name>")
    def check(name: str) -> Response:
        if name not in CHECKS:
            raise NotFound
        found = described(CHECKS[name], rooms.knowledge)
        return page_of(render_template("check.html", one=found, attributes=attributes(found), base="../"))

    @routes.get("/checks/<name>.json")
    def check_attributes(name: str) -> Response:
        if name not in CHECKS:
            raise NotFound
        found = described(CHECKS[name], rooms.knowledge)
        answers = [asdict(one) for one in attributes(found)]
        body = {"check": name, "version": found.check.version, "attributes": answers}
        return Response(orjson.dumps(body), content_type="application/json")

    def attributes(found: Described) -> tuple[Attribute, ...]:
        return attributes_of(found.check, found.sources, rooms.knowledge.version)

    return routes


def described(check: Check, knowledge: Knowledge) -> Described:
    """Everything that can be said of a check from its code and its tables."""
    words = (sys.modules[check.run.__module__].__doc__ or "").strip().split("\n\n")
    return Described(check, tuple(" ".join(part.split()) for part in words), grounds_of(check, knowledge))
