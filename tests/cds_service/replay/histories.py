"""Tiny histories, built in code: one patient's resources as an export would hold them."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

Resource = dict[str, Any]


def who(patient: str = "p1") -> dict[str, str]:
    return {"reference": f"Patient/{patient}"}


def patient(known: str = "p1", **members: Any) -> Resource:
    return {"resourceType": "Patient", "id": known, "gender": "male", "birthDate": "1950-03-01", **members}


def order(known: str, text: str, on: str | None, owner: str = "p1", **members: Any) -> Resource:
    return {
        "resourceType": "MedicationRequest",
        "id": known,
        "status": "active",
        "intent": "order",
        "subject": who(owner),
        "medicationCodeableConcept": {"text": text},
        **({"authoredOn": on} if on else {}),
        **members,
    }


def problem(known: str, text: str, on: str | None, owner: str = "p1", **members: Any) -> Resource:
    recorded = {"recordedDate": on} if on else {}
    return {
        "resourceType": "Condition",
        "id": known,
        "subject": who(owner),
        "code": {"text": text},
        **recorded,
        **members,
    }


def allergy(known: str, text: str, on: str | None, owner: str = "p1", **members: Any) -> Resource:
    recorded = {"recordedDate": on} if on else {}
    return {
        "resourceType": "AllergyIntolerance",
        "id": known,
        "patient": who(owner),
        "code": {"text": text},
        **recorded,
        **members,
    }


def result(
    known: str, loinc: str, value: float, unit: str, on: str | None, owner: str = "p1", **members: Any
) -> Resource:
    return {
        "resourceType": "Observation",
        "id": known,
        "status": "final",
        "category": [{"coding": [{"code": "laboratory"}]}],
        "code": {"coding": [{"system": "http://loinc.org", "code": loinc}]},
        "subject": who(owner),
        **({"effectiveDateTime": on} if on else {}),
        "valueQuantity": {"value": value, "unit": unit, "code": unit, "system": "http://unitsofmeasure.org"},
        **members,
    }


def encounter(known: str, start: str, end: str | None = None, owner: str = "p1", **members: Any) -> Resource:
    period = {"start": start, **({"end": end} if end else {})}
    return {
        "resourceType": "Encounter",
        "id": known,
        "status": "finished",
        "class": {"code": "AMB"},
        "subject": who(owner),
        "period": period,
        **members,
    }


def note(known: str, text: str, on: str, owner: str = "p1", **members: Any) -> Resource:
    attachment = {"contentType": "text/plain", "data": base64.b64encode(text.encode()).decode()}
    return {
        "resourceType": "DocumentReference",
        "id": known,
        "status": "current",
        "subject": who(owner),
        "date": on,
        "content": [{"attachment": attachment}],
        **members,
    }


def written(folder: Path, resources: Iterable[Resource]) -> Path:
    """A bulk export: one file for each type."""
    folder.mkdir(parents=True, exist_ok=True)
    by_type: dict[str, list[Resource]] = {}
    for one in resources:
        by_type.setdefault(one["resourceType"], []).append(one)
    for kind, ones in by_type.items():
        (folder / f"{kind}.ndjson").write_text("".join(json.dumps(one) + "\n" for one in ones), "utf-8")
    return folder


def ward() -> list[Resource]:
    """Four patients with something to say: an interaction, an allergy, a low eGFR, and nothing."""
    return [
        *(patient(f"p{number}") for number in range(1, 5)),
        order("w1", "warfarin 5 mg daily", "2020-01-01T08:00:00Z"),
        order("b1", "bactrim ds bid x 10d", "2020-02-01T08:00:00Z", encounter={"reference": "Encounter/e1"}),
        encounter("e1", "2020-02-01T07:30:00Z", "2020-02-01T09:00:00Z"),
        allergy("a2", "penicillin", "2019-05-01", "p2", reaction=[{"manifestation": [{"text": "anaphylaxis"}]}]),
        order("x2", "amoxicillin 500 mg tid", "2020-03-01T10:00:00Z", "p2", requester={"reference": "Practitioner/d1"}),
        result("l3", "33914-3", 22, "mL/min/{1.73_m2}", "2020-03-30T08:00:00Z", "p3"),
        order("m3", "metformin 1000 mg bid", "2020-04-01T10:00:00Z", "p3"),
        order("n4", "acetaminophen 500 mg q6h prn", "2020-05-01T10:00:00Z", "p4"),
    ]
