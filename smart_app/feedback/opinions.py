"""What the clinician says about the evidence: a verdict, a reason, a comment; kept beside the card's own feedback."""

from __future__ import annotations

from dataclasses import astuple, dataclass
from datetime import UTC, datetime, timedelta
from typing import cast

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from cds_service.store import StoredCard
from cds_service.store.records import Verdict
from smart_app.access.card import chosen_card
from smart_app.access.opened import opened_view
from smart_app.access.security import require_own_form
from smart_app.record.answers import LONGEST_COMMENT, VERDICTS
from smart_app.record.reasons import reason_displays
from smart_app.refusals import PostRefused, Refused
from smart_app.sessions.views import View
from smart_app.wiring import wired
from smart_app.wording import items, text

blueprint = Blueprint("feedback", __name__)
DOUBLE_CLICK = timedelta(seconds=30)


@blueprint.post("/feedback")
def feedback() -> Response:
    """Store one opinion and go back to the page, which lists it."""
    view = opened_view(request.form.get("view"))
    require_own_form(view)
    if view.user is None:
        raise PostRefused("no-user")
    card = chosen_card(view, request.form.get("card") or None)
    _store(view, view.user, card)
    return redirect(url_for("evidence.evidence", view=view.view, card=card.uuid, said="yes", _anchor="answers"), 303)


@dataclass(frozen=True, slots=True)
class _Opinion:
    user: str
    verdict: Verdict
    reason: str | None
    comment: str | None
    passage: str | None

    def was_just_said(self, card: StoredCard, at: datetime) -> bool:
        """A button pressed twice sends the same words twice: they are one answer."""
        return any(
            (said.user, said.outcome, said.reason_code, said.comment, said.passage) == astuple(self)
            and at - said.at < DOUBLE_CLICK
            for said in card.feedback
        )


def _store(view: View, user: str, card: StoredCard) -> None:
    verdict, reason = request.form.get("verdict", ""), request.form.get("reason", "")
    comment = request.form.get("comment", "").strip()
    if verdict not in VERDICTS:
        raise _incomplete("no-verdict", "No answer was chosen among useful, not useful and wrong.")
    if reason and reason not in reason_displays():
        raise _incomplete("unknown-reason", "The reason is not one that the form offers.")
    if len(comment) > LONGEST_COMMENT:
        raise _incomplete("comment-too-long", f"The comment is longer than {LONGEST_COMMENT} characters.")
    passage = request.form.get("passage", "")
    if passage and passage not in {text(row, "id") for row in items(card.evidence, "passages")}:
        raise _incomplete("unknown-passage", "The passage is not one that the card cites.")
    opinion = _Opinion(user, cast(Verdict, verdict), reason or None, comment or None, passage or None)
    at = datetime.fromtimestamp(wired().now(), UTC)
    if opinion.was_just_said(card, at):
        return
    wired().store.add_opinion(
        card.uuid, view.tenant, user, opinion.verdict, opinion.reason, opinion.comment, at, opinion.passage
    )


def _incomplete(reason: str, happened: str) -> Refused:
    return Refused(reason, f"Nothing was stored. {happened}", "Go back to the page and send the form again.")
