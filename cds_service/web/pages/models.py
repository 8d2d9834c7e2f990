"""The models' cards, with their source attributes and figures: a page for all, and JSON for each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson
from flask import Blueprint, Response, render_template
from werkzeug.exceptions import NotFound

from cds_service.models.cards import TITLES, columns_of, measures, named, read_cards, tables_of
from cds_service.web.pages.page import page_of

if TYPE_CHECKING:
    from cds_service.rooms import Rooms


def blueprint(rooms: Rooms) -> Blueprint:
    routes = Blueprint("models", __name__, template_folder="templates")

    @routes.get("/models")
    def models() -> Response:
        order = {"columns_of": columns_of, "measures": measures, "named": named, "tables_of": tables_of}
        return page_of(
            render_template("models.html", cards=read_cards(), versions=rooms.models.versions, titles=TITLES, **order)
        )

    @routes.get("/models/<name>.json")
    def model(name: str) -> Response:
        if name not in read_cards():
            raise NotFound
        return Response(orjson.dumps(read_cards()[name]), content_type="application/json")

    return routes
