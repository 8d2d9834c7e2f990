"""Ask the evidence: a question in the clinician's words, passages with their sources, and an honest "not found".

The question may name a patient's trouble, so it travels in the body of a post and stands in no URL and no log.
Calculators that the question is about stand beside the passages, filled in from the chart.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Response, render_template, request

from cds_service.chart.patient.calculators import Calculated, any_about, calculators_for, lists_about
from smart_app.access.opened import opened_view
from smart_app.access.security import require_own_form
from smart_app.access.streaming import streamed
from smart_app.access.trail import audit_view
from smart_app.chart.values import chart_of
from smart_app.library.related import Answering
from smart_app.sessions.views import View
from smart_app.wiring import wired

blueprint = Blueprint("ask", __name__)
LONGEST_QUESTION = 300


@dataclass(frozen=True, slots=True)
class Answered:
    """`why_not`: in sentences, what of the chart could not be read for the calculators."""

    found: Answering
    calculated: tuple[Calculated, ...] = ()
    why_not: str = ""


@blueprint.get("/ask")
def form() -> str:
    """The page with an empty question."""
    view = opened_view(request.args.get("view"))
    return render_template("ask/ask.html", view=view, question="", answering=None, longest=LONGEST_QUESTION, so_far="")


@blueprint.post("/ask")
def ask() -> Response | str:
    """The same page with what was found. Programs ask at `/evidence/questions` of the service."""
    view = opened_view(request.form.get("view"))
    require_own_form(view)
    question = " ".join(request.form.get("question", "").split())[:LONGEST_QUESTION]
    shown = {"view": view, "question": question, "longest": LONGEST_QUESTION}
    if not question:
        return render_template("ask/ask.html", **shown, answering=None, so_far="")
    return streamed("ask/ask.html", **shown, answering=lambda: _answered(view, question))


def _answered(view: View, question: str) -> Answered:
    found = wired().related.answering(question)
    audit_view("smart-ask", "shown" if found.found else "not-found", view)
    if not any_about(question):
        return Answered(found)
    charted = chart_of(view, lists=lists_about(question))
    calculated = tuple(calculators_for(question, charted.chart, wired().drug_keys))
    return Answered(found, calculated, charted.why_not)
