"""The evidence page: everything that one card rested on, for the patient of this launch and nobody else."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from smart_app.access.card import chosen_card
from smart_app.access.opened import opened_view
from smart_app.access.streaming import streamed
from smart_app.access.trail import audit_view
from smart_app.chart.reads import read_measurements
from smart_app.chart.series import containing, series_of, sparkline
from smart_app.record.answers import LONGEST_COMMENT, VERDICTS
from smart_app.record.page import evidence_page
from smart_app.record.reasons import reasons
from smart_app.refusals import SessionEnded
from smart_app.sessions.views import View
from smart_app.smart.scopes import may_search
from smart_app.wiring import wired
from smart_app.wording import items, text

blueprint = Blueprint("evidence", __name__)


@blueprint.get("/evidence")
def evidence() -> str | Response:
    """`view` names the opened launch; without it, the browser's only open view is meant.

    With `words`, a writer puts the claims in other words, at the end of the page and as they come.
    """
    name = request.args.get("view")
    if name is None:
        return _only_view()
    view = opened_view(name)
    chosen = request.args.get("card")
    if chosen is None and view.card_handle is None:
        return redirect(url_for("patient.patient", view=view.view), 303)
    return _page(view, chosen)


@blueprint.get("/evidence/handout")
def handout() -> str:
    """The page for the patient that a discharge card makes, to be printed; 404 for any other card."""
    view = opened_view(request.args.get("view"))
    card = chosen_card(view, request.args.get("card"))
    page = evidence_page(card, view.user)
    if page.handout is None:
        abort(404)
    audit_view("smart-handout", "shown", view, subject=card.uuid)
    return render_template("evidence/handout.html", view=view, page=page, sheet=page.handout, card=card.uuid)


@blueprint.get("/evidence/trend.svg")
def trend() -> Response:
    """The course of the measurement behind one fact of a card, as a picture; an empty one when there is no course."""
    view = opened_view(request.args.get("view"))
    card = chosen_card(view, request.args.get("card"))
    references = [text(fact, "reference") for fact in items(card.evidence, "facts")]
    number = request.args.get("fact", 0, type=int)
    reference = references[number - 1] if 0 < number <= len(references) else ""
    found = None
    for category in ("laboratory", "vital-signs") if reference.startswith("Observation/") else ():
        found = found or containing(series_of(read_measurements(view, category).resources or ()), reference)
    return Response(sparkline(found), mimetype="image/svg+xml")


@blueprint.get("/")
def door() -> str:
    """Said to whoever opens the app's address by hand."""
    return render_template("door.html", staff=bool(wired().settings.oidc_issuer))


def _only_view() -> Response:
    names = wired().views.open_names(request.cookies, wired().now())
    if len(names) != 1:
        raise SessionEnded("no-session" if not names else "several-views")
    return redirect(url_for("evidence.evidence", view=names[0]), 303)


def _page(view: View, chosen: str | None) -> str | Response:
    card = chosen_card(view, chosen)
    page = evidence_page(card, view.user, wired().store.replies.of([event.key for event in card.feedback]))
    related = wired().related.beside(page.question, exclude=page.cited) if page.question else None
    writer = wired().writer
    written = "words" in request.args and writer.model is not None
    audit_view("smart-evidence", "shown-in-words" if written else "shown", view, subject=card.uuid)
    values: dict[str, object] = {
        "view": view,
        "page": page,
        "card": card.uuid,
        "trends": may_search(view.scopes, "Observation"),
        "related": related,
        "reasons": reasons(),
        "verdicts": VERDICTS,
        "longest_comment": LONGEST_COMMENT,
        "said": "said" in request.args,
        "writer": writer,
    }
    if not written:
        return render_template("evidence/evidence.html", **values, claims=[], sentences=None, so_far="")
    claims = [said for row in items(card.evidence, "claims") if (said := text(row, "text"))]
    return streamed("evidence/evidence.html", **values, claims=claims, sentences=writer.sentences(claims))
