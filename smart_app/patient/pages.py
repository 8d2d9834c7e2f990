"""This patient: what stands open over all services, the medicines and measurements, and what was decided by whom."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from flask import Blueprint, Response, render_template, request

from cds_service.store import StoredCard, StoredFeedback
from smart_app.access.opened import opened_view
from smart_app.access.streaming import streamed
from smart_app.access.trail import audit_view
from smart_app.chart.reads import read_measurements, read_medications
from smart_app.chart.series import Series, series_of
from smart_app.chart.timeline import Timeline, medicines_of, timeline_of
from smart_app.record.answers import OUTCOMES
from smart_app.record.page import HARMS, INDICATORS
from smart_app.record.reasons import reason_displays
from smart_app.sessions.views import View
from smart_app.wiring import wired
from smart_app.wording import instant, items, text, topic_words

blueprint = Blueprint("patient", __name__)
_ORDER = {"critical": 0, "warning": 1, "info": 2}


@dataclass(frozen=True, slots=True)
class ConcernLine:
    """The newest card of one concern about one order. `state`: open, accepted or overridden, by its last feedback."""

    card: str
    summary: str
    indicator: str
    indicator_words: str
    harm_words: str
    topic: str
    service: str
    raised: str
    times: int
    state: str
    harmful: bool  # of moderate harm or worse; the others are offers and remarks


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer to a card. `who` as far as the EHR or the app named a person."""

    outcome: str
    card: str
    about: str
    reason: str
    comment: str
    who: str
    at: str


@blueprint.get("/patient")
def patient() -> str:
    """The patient of the launch and nobody else: the address names only the view."""
    view = opened_view(request.args.get("view"))
    cards = wired().store.patient_cards.of(view.tenant, view.patient)
    lines = concerns_of(cards)
    concerns, remarks = [one for one in lines if one.harmful], [one for one in lines if not one.harmful]
    audit_view("smart-patient", "shown", view)
    return render_template(
        "patient/patient.html",
        view=view,
        open_concerns=[one for one in concerns if one.state == "open"],
        settled=[one for one in concerns if one.state != "open"],
        remarks=remarks,
        choices=choices_of(cards, view.user),
        asked=bool(cards) or wired().store.patient_cards.asked(view.tenant, view.patient),
    )


@blueprint.get("/patient/timeline")
def timeline() -> Response:
    """Medicines and measurements, read from the EHR now. A page of its own, so that no other one waits for the EHR."""
    view = opened_view(request.args.get("view"))
    audit_view("smart-timeline", "shown", view)
    return streamed("patient/timeline.html", view=view, read=lambda: _drawn(view))


@blueprint.get("/patient/style.css")
def style() -> tuple[str, int, dict[str, str]]:
    """The EHR's colours for this view, as far as they were taken."""
    return opened_view(request.args.get("view")).style, 200, {"Content-Type": "text/css"}


def concerns_of(cards: Sequence[StoredCard]) -> list[ConcernLine]:
    """One line for each concern about each order, the most severe first. `cards` come newest first."""
    newest: dict[tuple[str, str, str], StoredCard] = {}
    times: dict[tuple[str, str, str], int] = {}
    for card in cards:
        key = (card.service, card.topic, _summary(card))
        newest.setdefault(key, card)
        times[key] = times.get(key, 0) + 1
    lines = [_concern(card, times[key]) for key, card in newest.items()]
    return sorted(lines, key=lambda line: _ORDER.get(line.indicator, 3))


def choices_of(cards: Iterable[StoredCard], reader: str | None) -> list[Choice]:
    """What was answered, over both channels, newest first."""
    events = [(event, card) for card in cards for event in card.feedback]
    return [_choice(event, card, reader) for event, card in sorted(events, key=lambda pair: pair[0].at, reverse=True)]


def _concern(card: StoredCard, times: int) -> ConcernLine:
    chosen = [event.outcome for event in card.feedback if event.channel == "cds-hooks"]
    return ConcernLine(
        card=card.uuid,
        summary=_summary(card) or "The concern was not recorded",
        indicator=card.indicator if card.indicator in INDICATORS else "info",
        indicator_words=INDICATORS.get(card.indicator, "Indicator not recorded"),
        harm_words=HARMS.get(card.harm or "", ""),
        topic=topic_words(card.topic),
        service=card.service,
        raised=instant(card.at.isoformat()),
        times=times,
        state=chosen[-1] if chosen else "open",
        harmful=card.harm in ("contraindicated", "major", "moderate"),
    )


def _choice(event: StoredFeedback, card: StoredCard, reader: str | None) -> Choice:
    return Choice(
        outcome=OUTCOMES.get(event.outcome, event.outcome),
        card=card.uuid,
        about=_summary(card),
        reason=event.reason_display or reason_displays().get(event.reason_code or "", event.reason_code or ""),
        comment=event.comment or "",
        who=_who(event, card, reader),
        at=instant(event.at.isoformat()),
    )


def _summary(card: StoredCard) -> str:
    """The order and the concern in one line."""
    return text(card.evidence, "summary") or text(card.body, "summary")


def _who(event: StoredFeedback, card: StoredCard, reader: str | None) -> str:
    """The EHR's feedback names nobody; the call that it answers names who wrote the order."""
    if event.user is not None:
        return "you" if event.user == reader else "/".join(event.user.split("/")[-2:])
    return f"in the EHR; the order was written by {card.user}" if card.user else "in the EHR; nobody is named"


def _drawn(view: View) -> tuple[object, ...]:
    """What the template draws; the reads say themselves why they failed."""
    medications, laboratory = read_medications(view), read_measurements(view, "laboratory")
    cards = wired().store.patient_cards.of(view.tenant, view.patient)
    pointed_at = {text(fact, "reference") for card in cards for fact in items(card.evidence, "facts")}
    medicines = medicines_of(medications.resources or (), pointed_at)
    series: tuple[Series, ...] = series_of(laboratory.resources or ())
    today = datetime.fromtimestamp(wired().now(), UTC).date()
    picture: Timeline | None = timeline_of(medicines, series, today) if medicines or series else None
    return medications, laboratory, medicines, series, picture, 760, 170
