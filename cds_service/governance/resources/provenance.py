"""Where a card came from: one Provenance for each model that took part, and one for each choice of a clinician.

In the shape of HL7's AI Transparency guide (AIProvenance, AIDevice): reason AIAST, an agent that is the model. The
guide is in ballot, so the label is a setting and no profile is claimed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cds_service.governance.r4 import coding
from cds_service.governance.resources.detected_issue import is_safety_finding, labels_of
from cds_service.governance.resources.place import OBSERVATION_VALUES, Place, Resource, models_of, without_none
from cds_service.governance.resources.request_group import has_suggestions
from cds_service.store import StoredCard, StoredFeedback

AI_KINDS = "http://hl7.org/fhir/uv/aitransparency/CodeSystem/AIdeviceTypeCS"
PARTICIPANTS = "http://terminology.hl7.org/CodeSystem/provenance-participant-type"
_AI = {"coding": [coding(AI_KINDS, "Artificial-Intelligence", "All kinds of Artificial Intelligence")]}


def provenances(card: StoredCard, place: Place) -> Iterator[Resource]:
    """Ids are the card's uuid and a number behind it: always the same for the same card."""
    for number, (name, version) in enumerate(models_of(card) if place.label else ()):
        yield _of_model(card, name, version, f"{card.uuid}.m{number}", place)
    accepted = [event for event in card.feedback if event.outcome == "accepted"]
    for number, event in enumerate(accepted):
        yield _of_choice(card, event, f"{card.uuid}.c{number}", place)


def _of_model(card: StoredCard, name: str, version: str, id: str, place: Place) -> Resource:
    label = coding(OBSERVATION_VALUES, place.label or "", "Artificial Intelligence asserted")
    device: dict[str, Any] = {
        "resourceType": "Device",
        "id": "model",
        "deviceName": [{"name": name, "type": "model-name"}],
        "type": _AI,
        **({"version": [{"value": version}]} if version else {}),
    }
    assembler = {"coding": [coding(PARTICIPANTS, "assembler", "Assembler")]}
    return {
        "resourceType": "Provenance",
        "id": id,
        "contained": [device],
        "target": _targets(card, place),
        "occurredDateTime": card.at.isoformat(),
        "recorded": card.at.isoformat(),
        "reason": [{"coding": [label]}],
        "agent": [{"type": assembler, "role": [_AI], "who": {"reference": "#model"}}],
    }


def _of_choice(card: StoredCard, event: StoredFeedback, id: str, place: Place) -> Resource:
    who = place.theirs(card, "Practitioner", event.user or card.user) or {"display": "a user of the EHR"}
    verifier = {"coding": [coding(PARTICIPANTS, "verifier", "Verifier")]}
    said = "; ".join(["accepted", *labels_of(event, card)])
    return without_none(
        {
            "resourceType": "Provenance",
            "id": id,
            "target": _targets(card, place),
            "occurredDateTime": event.at.isoformat(),
            "recorded": event.received_at.isoformat(),
            "activity": {"text": said},
            "agent": [{"type": verifier, "who": who}],
        }
    )


def _targets(card: StoredCard, place: Place) -> list[dict[str, str]]:
    """The most telling first: what was suggested, what was found, the card itself."""
    kinds = [
        *(["RequestGroup"] if has_suggestions(card) else []),
        *(["DetectedIssue"] if is_safety_finding(card) else []),
        "GuidanceResponse",
    ]
    return [{"reference": place.own(kind, card.uuid)} for kind in kinds]
