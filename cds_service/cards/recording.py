"""What stands only in a note, as a resource for the list it belongs on, with where it was read.

Nothing is confirmed by us: allergies and conditions are `unconfirmed` until somebody says more. The sentence goes along
as an annotation, so that the next reader of the list sees what it rests on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from cds_service.cards.text import plain
from cds_service.terminology.systems import ingredient_coding

Resource = dict[str, Any]
_HL7 = "http://terminology.hl7.org/CodeSystem"
_LONGEST_QUOTE = 400


def recorded(content: Mapping[str, Any], now: datetime, new_id: Callable[..., str]) -> Resource:
    """AllergyIntolerance, Condition or MedicationStatement, by the content's kind."""
    make = {"allergy": _allergy, "condition": _condition, "medication": _medication}[content["kind"]]
    return make(content, now, new_id)


def _allergy(content: Mapping[str, Any], now: datetime, new_id: Callable[..., str]) -> Resource:
    made: Resource = {
        "resourceType": "AllergyIntolerance",
        "id": new_id("AllergyIntolerance"),
        "clinicalStatus": _status("allergyintolerance-clinical", "active"),
        "verificationStatus": _status("allergyintolerance-verification", "unconfirmed"),
        "type": content["type"],
        "category": [content["category"]],
        "code": _drug(content),
        "patient": {"reference": content["patient"]},
        "recordedDate": _instant(now),
        "note": [_annotation(content)],
    }
    if content["criticality"]:
        made["criticality"] = content["criticality"]
    if content["reactions"]:
        made["reaction"] = [{"manifestation": [{"text": plain(words, 80)} for words in content["reactions"]]}]
    return made


def _condition(content: Mapping[str, Any], now: datetime, new_id: Callable[..., str]) -> Resource:
    coded = [{"system": content["coding"][0], "code": content["coding"][1]}] if content["coding"] else []
    concept: Resource = {"text": content["text"], **({"coding": coded} if coded else {})}
    return {
        "resourceType": "Condition",
        "id": new_id("Condition"),
        "clinicalStatus": _status("condition-clinical", "active"),
        "verificationStatus": _status("condition-ver-status", "unconfirmed"),
        "category": [{"coding": [{"system": f"{_HL7}/condition-category", "code": "problem-list-item"}]}],
        "code": concept,
        "subject": {"reference": content["patient"]},
        "recordedDate": _instant(now),
        "evidence": [{"detail": [{"reference": content["note"]}]}],
        "note": [_annotation(content, "From past history. " if content["past"] else "")],
    }


def _medication(content: Mapping[str, Any], now: datetime, new_id: Callable[..., str]) -> Resource:
    made: Resource = {
        "resourceType": "MedicationStatement",
        "id": new_id("MedicationStatement"),
        "status": "active",
        "medicationCodeableConcept": _drug(content),
        "subject": {"reference": content["patient"]},
        "dateAsserted": _instant(now),
        "derivedFrom": [{"reference": content["note"]}],
        "note": [_annotation(content)],
    }
    if content["directions"]:
        made["dosage"] = [{"text": plain(content["directions"], 120)}]
    return made


def _drug(content: Mapping[str, Any]) -> Resource:
    """The code where the name is one ingredient's; the words as they stand in the note always."""
    coding = ingredient_coding(content["rxcui"], content["display"]) if content["rxcui"] else []
    return {"text": plain(content["text"], 120), **({"coding": coding} if coding else {})}


def _annotation(content: Mapping[str, Any], marked: str = "") -> Resource:
    by = f" by {plain(content['author'], 60)}" if content["author"] else ""
    when = f" of {content['on']}" if content["on"] else " without a date"
    read = f"read as stated with probability {content['probability']:.2f}, confirmed by nobody yet"
    quote = plain(content["sentence"], _LONGEST_QUOTE)
    note = f"{marked}From a note ({plain(content['title'], 60)}, {content['note']}){when}{by}"
    return {"text": f"{note}: \u201c{quote}\u201d ({read})."}


def _status(system: str, code: str) -> Resource:
    return {"coding": [{"system": f"{_HL7}/{system}", "code": code}]}


def _instant(now: datetime) -> str:
    return now.strftime("%Y-%m-%dT%H:%M:%SZ")
