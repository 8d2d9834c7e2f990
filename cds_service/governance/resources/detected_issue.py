"""A safety finding as DetectedIssue: what it is about, what it rests on, and what became of it as mitigations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cds_service.governance.r4 import extension
from cds_service.governance.resources.place import Place, Resource, without_none
from cds_service.store import StoredCard, StoredFeedback

TOPICS = "urn:countersign:card-topic"
# What these say is an offer or a gap, not an issue that was detected in an order.
NOT_ISSUES = frozenset(
    {
        "chart-reconciliation",
        "checklist",
        "companion-order",
        "discharge-instructions",
        "indication",
        "monitoring",
        "not-assessed",
        "order-completion",
    }
)
SEVERITY = {"contraindicated": "high", "major": "high", "moderate": "moderate", "minor": "low"}


def is_safety_finding(card: StoredCard) -> bool:
    return card.rule is not None and card.topic not in NOT_ISSUES


def detected_issue(card: StoredCard, place: Place) -> Resource:
    """The card must be a safety finding."""
    return without_none(
        {
            **place.named(card, "DetectedIssue"),
            **place.labelled(card, max([card.at, *(event.received_at for event in card.feedback)])),
            "extension": _intervention(card, place),
            "status": "final",
            "code": {"coding": [{"system": TOPICS, "code": card.topic}], "text": card.topic.replace("-", " ")},
            "severity": SEVERITY.get(card.harm or ""),
            "patient": place.theirs(card, "Patient", card.patient),
            "identifiedDateTime": card.at.isoformat(),
            "implicated": _implicated(card, place),
            "detail": card.body.get("summary"),
            "reference": card.body.get("source", {}).get("url"),
            "mitigation": [mitigation(event, card, place) for event in card.feedback],
        }
    )


def mitigation(event: StoredFeedback, card: StoredCard, place: Place) -> Resource:
    """What somebody chose, and why. `author` is who said it in the app, or whose call it was."""
    said = [event.outcome, *labels_of(event, card), event.reason_display, event.comment]
    codes = [without_none({"system": event.reason_system, "code": event.reason_code})] if event.reason_code else None
    action = without_none({"coding": codes, "text": "; ".join(part for part in said if part)})
    author = place.theirs(card, "Practitioner", event.user or card.user)
    return without_none({"action": action, "date": event.at.isoformat(), "author": author})


def labels_of(event: StoredFeedback, card: StoredCard) -> list[str]:
    """What the accepted suggestions said, or their ids when the card no longer tells."""
    labels = {one.get("uuid"): one.get("label") for one in card.body.get("suggestions", ())}
    return [str(labels.get(uuid) or uuid) for uuid in event.suggestions]


def _implicated(card: StoredCard, place: Place) -> list[dict[str, str]]:
    """The order, then every resource of the EHR that a fact came from."""
    order: Mapping[str, Any] = card.evidence.get("order") or {}
    facts: list[Mapping[str, Any]] = card.evidence.get("facts", [])
    named = dict.fromkeys([order.get("reference"), *(fact.get("reference") for fact in facts)])
    whole = (one for one in named if isinstance(one, str) and one.count("/") == 1)
    return [found for one in whole if (found := place.theirs(card, "", one))]


def _intervention(card: StoredCard, place: Place) -> list[Resource]:
    named = {"tenant": card.tenant, "service": card.service, "check": card.check, "rule": card.rule}
    named |= {"version": card.version, "concern": card.concern}
    said = [extension(name, valueString=value) for name, value in named.items() if value]
    where = place.theirs(card, "Encounter", card.encounter)
    return [*said, extension("location", valueReference=where)] if where else said
