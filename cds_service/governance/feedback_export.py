"""Feedback on decision support, as certification asks for it: intervention, action, feedback, user, date, location.

The EHR's own feedback carries neither user nor place nor rule; they come from the call that the card answered.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from cds_service.governance.r4 import extension, reference
from cds_service.store import StoredCard, StoredFeedback

COLUMNS = (
    "tenant",
    "service",
    "hook",
    "check",
    "rule",
    "version",
    "knowledge",
    "concern",
    "topic",
    "indicator",
    "card",
    "advice",
    "action",
    "accepted",
    "reason_system",
    "reason_code",
    "reason",
    "reason_offered",
    "comment",
    "user",
    "user_from",
    "date",
    "received",
    "sent",
    "location",
    "channel",
    "erased",
)
_SEVERITY = {"contraindicated": "high", "major": "high", "moderate": "moderate", "minor": "low"}
Event = tuple[StoredFeedback, StoredCard]


def rows(events: Iterable[Event]) -> Iterator[dict[str, Any]]:
    """One flat row for each event; None is not known. `location` is the encounter of the call."""
    for event, card in events:
        yield {
            **{name: getattr(card, name) for name in ("tenant", "service", "hook", "check", "rule", "version")},
            **{name: getattr(card, name) for name in ("knowledge", "concern", "topic", "indicator")},
            "card": card.uuid,
            "advice": card.body.get("summary"),
            "action": event.outcome,
            "accepted": " | ".join(_labels(event, card)),
            "reason_system": event.reason_system,
            "reason_code": event.reason_code,
            "reason": event.reason_display,
            "reason_offered": None if event.reason_code is None else not event.client_added,
            "comment": event.comment,
            "user": event.user or card.user,
            "user_from": "the app's session" if event.user else "the hook's context" if card.user else None,
            "date": event.at.isoformat(),
            "received": event.received_at.isoformat(),
            "sent": card.at.isoformat(),
            "location": card.encounter,
            "channel": event.channel,
            "erased": " and ".join(_erased(event, card)) or None,
        }


def detected_issues(events: Iterable[Event]) -> Iterator[dict[str, Any]]:
    """One R4 DetectedIssue for each run of events about one card, each event a mitigation with its author and date."""
    for _, group in groupby(events, key=lambda event: event[1].uuid):
        about = list(group)
        card = about[0][1]
        yield _without_none(
            {
                "resourceType": "DetectedIssue",
                "identifier": [{"system": "urn:ietf:rfc:3986", "value": f"urn:uuid:{card.uuid}"}],
                "extension": _place_and_intervention(card),
                "status": "final",
                "code": {"text": card.topic},
                "severity": _SEVERITY.get(card.harm or ""),
                "patient": reference("Patient", card.patient),
                "identifiedDateTime": card.at.isoformat(),
                "detail": card.body.get("summary"),
                "mitigation": [_mitigation(event, card) for event, _ in about],
            }
        )


def _place_and_intervention(card: StoredCard) -> list[dict[str, Any]]:
    named = {"tenant": card.tenant, "service": card.service, "check": card.check, "rule": card.rule}
    named |= {"version": card.version, "concern": card.concern}
    said = [extension(name, valueString=value) for name, value in named.items() if value]
    place = reference("Encounter", card.encounter)
    return [*said, extension("location", valueReference=place)] if place else said


def _mitigation(event: StoredFeedback, card: StoredCard) -> dict[str, Any]:
    said = [event.outcome, *_labels(event, card), event.reason_display, event.comment]
    codes = [_without_none({"system": event.reason_system, "code": event.reason_code})] if event.reason_code else None
    action = {"coding": codes, "text": "; ".join(part for part in said if part)}
    author = reference("Practitioner", event.user or card.user)
    return _without_none({"action": _without_none(action), "date": event.at.isoformat(), "author": author})


def _erased(event: StoredFeedback, card: StoredCard) -> list[str]:
    """What retention has taken: an empty cell of it is not "nobody said anything"."""
    return [name for name, gone in (("the call", card.erased), ("the comment", event.erased)) if gone]


def _labels(event: StoredFeedback, card: StoredCard) -> list[str]:
    """What the accepted suggestions said, or their ids when the card no longer tells."""
    labels = {one.get("uuid"): one.get("label") for one in card.body.get("suggestions", ())}
    return [str(labels.get(uuid) or uuid) for uuid in event.suggestions]


def _without_none(members: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}
