"""Models and rules: each check and each model on a page, with its source attributes and its review."""

from __future__ import annotations

from flask import Blueprint, abort, render_template, request

from cds_service.models.cards import read_cards
from cds_service.web.pages.evidence_attributes import attributes_of
from smart_app.access.opened import opened_view
from smart_app.access.trail import audit_view
from smart_app.wiring import wired
from smart_app.wording import topic_words

blueprint = Blueprint("catalogue", __name__)


@blueprint.get("/catalogue/check/<name>")
def check(name: str) -> str:
    """One check: what it looks at and its limits, what it rests on, and its 13 source attributes."""
    view, found = opened_view(request.args.get("view"), of_a_chart=False), wired().catalogue.described.get(name)
    if found is None:
        abort(404)
    attributes = attributes_of(found.check, found.sources, wired().catalogue.knowledge)
    audit_view("smart-catalogue", "shown", view)
    return render_template(
        "catalogue/check.html", view=view, found=found, attributes=attributes, title=topic_words(name)
    )


@blueprint.get("/catalogue/model/<name>")
def model(name: str) -> str:
    """One model: its card with the 31 source attributes of a predictive intervention."""
    view, card = opened_view(request.args.get("view"), of_a_chart=False), read_cards().get(name)
    if card is None:
        abort(404)
    audit_view("smart-catalogue", "shown", view)
    return render_template("catalogue/model.html", view=view, card=card)


@blueprint.get("/catalogue")
def catalogue() -> str:
    """The page; it shows nothing of the patient but the line that says whose launch this is."""
    view = opened_view(request.args.get("view"), of_a_chart=False)
    audit_view("smart-catalogue", "shown", view)
    return render_template("catalogue/catalogue.html", view=view, catalogue=wired().catalogue)
