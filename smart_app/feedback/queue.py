"""What clinicians said about cards and passages, for the rule's owner: open, answered, changed in a version."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from cds_service.store import Reply, StoredCard, StoredFeedback
from smart_app.access.opened import opened_view
from smart_app.access.roles import require_role
from smart_app.access.security import require_own_form
from smart_app.access.trail import audit_view
from smart_app.record.answers import OUTCOMES
from smart_app.record.reasons import reason_displays
from smart_app.refusals import PostRefused, Refused
from smart_app.sessions.views import View
from smart_app.wiring import wired
from smart_app.wording import instant

blueprint = Blueprint("queue", __name__)
LOOK_BACK = timedelta(days=180)
MOST, LONGEST = 200, 1000
STATES = {"open": "Open", "answered": "Answered", "changed": "Changed"}


@dataclass(frozen=True, slots=True)
class QueueLine:
    """One thing that was said. No patient and no order: the owner answers for the rule, not for the patient."""

    key: str
    outcome: str
    rule: str
    version: str
    topic: str
    passage: str
    reason: str
    comment: str
    at: str
    state: str
    reply: Reply | None


@blueprint.get("/feedback/queue")
def queue() -> str:
    """Open ones first, newest first within each state; `state` narrows to one."""
    view = opened_view(request.args.get("view"), of_a_chart=False)
    require_role(view, "rule-owner")
    state = request.args.get("state", "open")
    lines = _lines(view)
    counts = {name: sum(line.state == name for line in lines) for name in STATES}
    audit_view("smart-queue", "shown", view)
    shown = [line for line in lines if line.state == state or state == "all"]
    return render_template(
        "feedback/queue.html", view=view, lines=shown, counts=counts, states=STATES, state=state, longest=LONGEST
    )


@blueprint.post("/feedback/reply")
def reply() -> Response:
    """Answer one; the clinician sees it beside what was said."""
    view = opened_view(request.form.get("view"), of_a_chart=False)
    require_own_form(view)
    require_role(view, "rule-owner")
    key, words = request.form.get("feedback", ""), request.form.get("comment", "").strip()
    version = request.form.get("version", "").strip()
    if key not in {line.key for line in _lines(view)}:
        raise PostRefused("unknown-feedback")
    if not words or len(words) > LONGEST or len(version) > 60:
        raise Refused("no-words", "Nothing was stored: an answer needs words.", "Go back and write what came of it.")
    status = "changed" if version else "answered"
    wired().store.replies.add(view.tenant, key, status, words, view.user or "", version or None)  # type: ignore[arg-type]
    return redirect(url_for("queue.queue", view=view.view), 303)


def _lines(view: View) -> list[QueueLine]:
    """What was said in the app in the last half year, of this tenant."""
    end = datetime.fromtimestamp(wired().now(), UTC) + timedelta(minutes=1)
    events = [
        (event, card)
        for event, card in wired().store.reports.feedback(end - LOOK_BACK, end)
        if event.channel == "smart-app" and card.tenant == view.tenant and not event.erased
    ]
    newest = sorted(events, key=lambda pair: pair[0].received_at, reverse=True)[:MOST]
    replies = wired().store.replies.of([event.key for event, _ in newest])
    return [_line(event, card, replies.get(event.key)) for event, card in newest]


def _line(event: StoredFeedback, card: StoredCard, answer: Reply | None) -> QueueLine:
    code = event.reason_code or ""
    return QueueLine(
        key=event.key,
        outcome=OUTCOMES.get(event.outcome, event.outcome),
        rule=card.rule or "no rule",
        version=card.version or "",
        topic=card.topic,
        passage=event.passage or "",
        reason=reason_displays().get(code, code),
        comment=event.comment or "",
        at=instant(event.received_at.isoformat()),
        state=answer.status if answer else "open",
        reply=answer,
    )
