"""The CDS Hooks response: the cards, and beside them what was not looked at or is not shown again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cds_service.cards import Card
from cds_service.engine import Assessment
from cds_service.fhir.prefetch import Prefetch
from cds_service.findings import NotAssessed
from cds_service.rooms import Rooms
from cds_service.views import SHOWN

SILENT = "this service runs silent for this client: what it found is kept, and not shown"


def shown(cards: Sequence[Card], minimum: str) -> tuple[Card, ...]:
    """Without what is less severe than a view sends."""
    least = SHOWN.index(minimum)
    return tuple(card for card in cards if SHOWN.index(card.body["indicator"]) <= least)


def notes_of(rooms: Rooms, assessment: Assessment, prefetch: Prefetch, silent: bool) -> list[dict[str, str]]:
    """What was not looked at, for callers, the app and tests. Members without a value are left out."""
    return [_as_json(note) for note in (*assessment.not_assessed, *_about_the_call(rooms, prefetch, silent))]


def _about_the_call(rooms: Rooms, prefetch: Prefetch, silent: bool) -> Iterator[NotAssessed]:
    for key in prefetch.foreign:
        yield NotAssessed(f"prefetch {key} was refused: {prefetch.supplied[key].note}")
    yield from map(NotAssessed, prefetch.unread)
    if rooms.knowledge.silent:
        yield NotAssessed(f"{rooms.knowledge.silent} unreviewed rows are silent")
    if silent:
        yield NotAssessed(SILENT)


def _as_json(note: NotAssessed) -> dict[str, str]:
    said = {"topic": note.topic or "not-assessed", "reason": note.reason}
    return {**said, "subject": note.subject.reference} if note.subject else said


def reply(
    rooms: Rooms, cards: Sequence[Card], notes: list[dict[str, str]], overridden: Sequence[Mapping[str, str]]
) -> dict[str, Any]:
    """The body of the response."""
    assessed: dict[str, Any] = {"knowledge": rooms.knowledge.version, "models": dict(rooms.models.named)}
    if notes:
        assessed["not_assessed"] = notes
    if overridden:
        assessed["overridden"] = list(overridden)
    return {"cards": [card.body for card in cards], "extension": {"org.countersign.assessment": assessed}}
