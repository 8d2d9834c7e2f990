"""What was said about a card so far, over both channels, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from cds_service.store import Reply, StoredFeedback
from cds_service.store.records import Verdict
from smart_app.record.reasons import reason_displays
from smart_app.wording import instant, text

VERDICTS: Mapping[Verdict, str] = {"useful": "Useful", "not-useful": "Not useful", "wrong": "Wrong"}
LONGEST_COMMENT = 1000  # characters
OUTCOMES = {
    "accepted": "Accepted",
    "overridden": "Overridden",
    "useful": "Found useful",
    "not-useful": "Found not useful",
    "wrong": "Called wrong",
}
_CHANNELS = {"cds-hooks": "in the EHR, on the card", "smart-app": "on this page"}


@dataclass(frozen=True, slots=True)
class Answer:
    """`who` is "you", "another user" or "user not stated" (CDS Hooks feedback carries none)."""

    outcome: str
    channel: str
    suggestions: tuple[str, ...]
    reason: str
    comment: str
    who: str
    at: str
    passage: str = ""
    reply: Reply | None = None


def answers(
    events: Sequence[StoredFeedback],
    suggestions: Sequence[Mapping[str, Any]],
    reader: str | None,
    replies: Mapping[str, Reply] = MappingProxyType({}),
) -> tuple[Answer, ...]:
    """The newest answer first."""
    labels = {text(row, "uuid"): text(row, "label") for row in suggestions}
    made = (_answer(event, labels, reader) for event in reversed(events))
    keys = [event.key for event in reversed(events)]
    return tuple(replace(one, reply=replies.get(key)) for one, key in zip(made, keys, strict=True))


def _answer(event: StoredFeedback, labels: Mapping[str, str], reader: str | None) -> Answer:
    code = event.reason_code or ""
    return Answer(
        outcome=OUTCOMES.get(event.outcome, event.outcome),
        channel=_CHANNELS.get(event.channel, event.channel),
        suggestions=tuple(labels.get(uuid, "a suggestion no longer on record") for uuid in event.suggestions),
        reason=event.reason_display or reason_displays().get(code, code),
        comment=event.comment or "",
        who=_who(event.user, reader),
        passage=event.passage or "",
        at=instant(event.at.isoformat()),
    )


def _who(user: str | None, reader: str | None) -> str:
    if user is None:
        return "user not stated"
    return "you" if reader is not None and user == reader else "another user"
