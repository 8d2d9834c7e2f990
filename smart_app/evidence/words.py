"""The claims of one card in other words, where a writer is set and has passed its test: streamed, after the card.

Each sentence names the claims that it rests on. A page of its own, so that no card and no evidence ever waits for it.
"""

from __future__ import annotations

from flask import Blueprint, Response, request, stream_template

from smart_app.access.card import card_of
from smart_app.access.opened import opened_view
from smart_app.access.trail import audit_view
from smart_app.wiring import wired
from smart_app.wording import items, text

blueprint = Blueprint("words", __name__)


@blueprint.get("/words")
def words() -> Response:
    """`view` names the opened launch. What the writer gets are the claims' words and nothing else of the record."""
    view = opened_view(request.args.get("view"))
    card, writer = card_of(view), wired().writer
    claims = [said for row in items(card.evidence, "claims") if (said := text(row, "text"))]
    audit_view("smart-evidence", "shown-in-words", view, subject=card.uuid)
    page = stream_template(
        "evidence/words.html", view=view, claims=claims, sentences=writer.sentences(claims), writer=writer
    )
    return Response(page, content_type="text/html; charset=utf-8")
