"""Ask the evidence: a question in the clinician's words, passages with their sources, and an honest "not found".

The question may name a patient's trouble, so it travels in the body of a post and stands in no URL and no log.
"""

from __future__ import annotations

from flask import Blueprint, render_template, request

from smart_app.access.opened import opened_view
from smart_app.access.security import require_own_form
from smart_app.access.trail import audit_view
from smart_app.wiring import wired

blueprint = Blueprint("ask", __name__)
LONGEST_QUESTION = 300


@blueprint.get("/ask")
def form() -> str:
    """The page with an empty question."""
    return render_template(
        "ask/ask.html", view=opened_view(request.args.get("view")), question="", answer=None, longest=300
    )


@blueprint.post("/ask")
def ask() -> str:
    """The same page with what was found. Programs ask at `/evidence/questions` of the service."""
    view = opened_view(request.form.get("view"))
    require_own_form(view)
    question = " ".join(request.form.get("question", "").split())[:LONGEST_QUESTION]
    answer = wired().related.answering(question) if question else None
    audit_view("smart-ask", "shown" if answer and answer.found else "not-found", view)
    return render_template("ask/ask.html", view=view, question=question, answer=answer, longest=LONGEST_QUESTION)
