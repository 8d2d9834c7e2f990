"""Proposals -> FHIR R4 actions. Which of them the client's EHR can take is decided in `offers`.

A revised order keeps every element and extension of the draft that the proposal does not speak of. A new drug or dose
never inherits the old dose: `dosageInstruction` and `dispenseRequest` go, and the text says all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from cds_service.cards.completion import completed
from cds_service.cards.recording import recorded
from cds_service.cards.requesting import requested
from cds_service.cards.text import plain
from cds_service.findings import Proposal
from cds_service.terminology.systems import LOINC, ingredient_coding

Resource = dict[str, Any]
_BLANKS: tuple[object, ...] = (None, "", [], {})
_OF_THE_OLD_DRUG = frozenset(
    {
        "medicationReference",
        "medicationCodeableConcept",
        "dosageInstruction",
        "dispenseRequest",
        "substitution",
        "contained",
        "text",
    }
)


def actions_of(
    proposal: Proposal, draft: Mapping[str, Any], now: datetime, new_id: Callable[..., str]
) -> list[dict[str, Any]]:
    """What accepting the proposal does, as actions to be done together. `new_id` makes the id of a created resource."""
    target, label = proposal.target.reference, plain(proposal.label, 120)
    match proposal.intent:
        case "stop":
            return [{"type": "delete", "description": label, "resourceId": target}]
        case "replace":
            created = {**_revised(draft, proposal), "id": new_id("MedicationRequest")}
            return [
                {"type": "delete", "description": f"Remove {plain(proposal.target.text, 80)}", "resourceId": target},
                {"type": "create", "description": label, "resource": created},
            ]
        case "adjust":
            return [{"type": "update", "description": label, "resource": _revised(draft, proposal)}]
        case "document":
            return [{"type": "update", "description": label, "resource": _renamed(draft, proposal)}]
        case "complete":
            read = proposal.content["directions"]
            resource = completed(_without_blanks(draft), proposal.content["drug"], read)
            return [{"type": "update", "description": label, "resource": resource}]
        case "justify":
            return [{"type": "update", "description": label, "resource": _justified(draft, proposal)}]
        case "monitor":
            orders = (_laboratory_order(draft, proposal, test, now, new_id) for test in proposal.content["tests"])
            return [{"type": "create", "description": f"Order {o['code']['text']}", "resource": o} for o in orders]
        case "record":
            return [{"type": "create", "description": label, "resource": recorded(proposal.content, now, new_id)}]
        case "request":
            return [{"type": "create", "description": label, "resource": requested(proposal.content, now, new_id)}]
        case "add":
            return [{"type": "create", "description": label, "resource": _added(draft, proposal, new_id)}]
    raise ValueError(f"no suggestion is made of the intent {proposal.intent}")


def _revised(draft: Mapping[str, Any], proposal: Proposal) -> Resource:
    kept = {name: value for name, value in _without_blanks(draft).items() if name.lstrip("_") not in _OF_THE_OLD_DRUG}
    return {**kept, "medicationCodeableConcept": _concept(proposal)}


def _added(draft: Mapping[str, Any], proposal: Proposal, new_id: Callable[..., str]) -> Resource:
    """A draft order beside the one that calls for it, for the same patient, encounter and prescriber."""
    order: Resource = {
        "resourceType": "MedicationRequest",
        "id": new_id("MedicationRequest", proposal.content["rxcui"]),
        "status": "draft",
        "intent": "order",
        "medicationCodeableConcept": _concept(proposal),
    }
    return {**order, **{name: draft[name] for name in ("subject", "encounter", "requester") if name in draft}}


def _concept(proposal: Proposal) -> Resource:
    """What is ordered, in words and by its RxNorm code where it has one."""
    coding = ingredient_coding(proposal.content["rxcui"], proposal.content["name"])
    return {**({"coding": coding} if coding else {}), "text": proposal.content["order_text"]}


def _renamed(draft: Mapping[str, Any], proposal: Proposal) -> Resource:
    kept = _without_blanks(draft)
    concept = {**kept.get("medicationCodeableConcept", {}), "text": proposal.content["order_text"]}
    return {**kept, "medicationCodeableConcept": concept}


def _justified(draft: Mapping[str, Any], proposal: Proposal) -> Resource:
    reason = {"reference": proposal.content["reference"], "display": plain(proposal.content["display"], 120)}
    return {**_without_blanks(draft), "reasonReference": [reason]}


def _without_blanks(value: Any) -> Any:
    """FHIR JSON has no null, empty text, array or object, and neither may our answer, whatever the draft came with.

    The one null that FHIR knows keeps the place of an item that has only extensions (`given` beside `_given`).
    """
    if isinstance(value, dict):
        cleaned = {
            name: item if f"_{name}" in value or name.startswith("_") else _without_blanks(item)
            for name, item in value.items()
        }
        return {name: item for name, item in cleaned.items() if item not in _BLANKS}
    if isinstance(value, list):
        return [item for item in map(_without_blanks, value) if item not in _BLANKS]
    return value


def _laboratory_order(
    draft: Mapping[str, Any], proposal: Proposal, test: Mapping[str, Any], now: datetime, new_id: Callable[..., str]
) -> Resource:
    due = (now + timedelta(days=test["within_days"])).date().isoformat()
    order: Resource = {
        "resourceType": "ServiceRequest",
        "id": new_id("ServiceRequest", test["code"]),
        "status": "draft",
        "intent": "order",
        "code": {
            "coding": [{"system": LOINC, "code": test["code"], "display": test["display"]}],
            "text": test["text"],
        },
        "occurrenceDateTime": due,
        "reasonCode": [{"text": f"Monitoring of {plain(proposal.target.text, 80)}"}],
    }
    return {**order, **{name: draft[name] for name in ("subject", "encounter", "requester") if name in draft}}
