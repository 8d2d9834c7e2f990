"""Feedback on decision support, as certification asks for it: intervention, action, feedback, user, date, location.

The EHR's own feedback carries neither user nor place nor rule; they come from the call that the card answered.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import groupby
from typing import Any

from cds_service.governance.resources import Place, detected_issue
from cds_service.governance.resources.detected_issue import labels_of
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
            "accepted": " | ".join(labels_of(event, card)),
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
    place = Place("", away=True, label=None)
    for _, group in groupby(events, key=lambda event: event[1].uuid):
        about = list(group)
        yield detected_issue(replace(about[0][1], feedback=[event for event, _ in about]), place)


def _erased(event: StoredFeedback, card: StoredCard) -> list[str]:
    """What retention has taken: an empty cell of it is not "nobody said anything"."""
    return [name for name, gone in (("the call", card.erased), ("the comment", event.erased)) if gone]
