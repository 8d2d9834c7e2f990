"""The evidence page: everything that one card rested on, for the patient of this launch and nobody else."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from smart_app.card import card_of
from smart_app.feedback import LONGEST_COMMENT, VERDICTS
from smart_app.feedback_reasons import reasons
from smart_app.opened import opened_view
from smart_app.refusals import SessionEnded
from smart_app.sections import evidence_page
from smart_app.sessions import View
from smart_app.trail import audit_view
from smart_app.wiring import wired

blueprint = Blueprint("evidence", __name__)


@blueprint.get("/evidence")
def evidence() -> str | Response:
    """`view` names the opened launch; without it, the browser's only open view is meant."""
    name = request.args.get("view")
    if name is None:
        return _only_view()
    view = opened_view(name)
    return redirect(url_for("patient.patient", view=view.view), 303) if view.card_handle is None else _card(view)


@blueprint.get("/")
def door() -> str:
    """Said to whoever opens the app's address by hand."""
    return render_template("door.html")


def _only_view() -> Response:
    names = wired().views.open_names(request.cookies, wired().now())
    if len(names) != 1:
        raise SessionEnded("no-session" if not names else "several-views")
    return redirect(url_for("evidence.evidence", view=names[0]), 303)


def _card(view: View) -> str:
    card = card_of(view)
    page = evidence_page(card, view.user)
    related = wired().related.beside(page.question, exclude=page.cited) if page.question else None
    audit_view("smart-evidence", "shown", view, subject=card.uuid)
    return render_template(
        "evidence.html",
        view=view,
        page=page,
        related=related,
        reasons=reasons(),
        verdicts=VERDICTS,
        longest_comment=LONGEST_COMMENT,
        said="said" in request.args,
    )
