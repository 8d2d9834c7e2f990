"""This patient: what stands open over all services, and what became of it."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from smart_app.opened import opened_view
from smart_app.trail import audit_view

blueprint = Blueprint("patient", __name__)


@blueprint.get("/patient")
def patient() -> str:
    """The patient of the launch and nobody else: the address names only the view."""
    view = opened_view(request.args.get("view"))
    audit_view("smart-patient", "shown", view)
    return render_template("patient.html", view=view)


@blueprint.get("/patient/style.css")
def style() -> tuple[str, int, dict[str, str]]:
    """The EHR's colours for this view, as far as they were taken."""
    return opened_view(request.args.get("view")).style, 200, {"Content-Type": "text/css"}
