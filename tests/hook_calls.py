"""Hook calls as an EHR makes them, piece by piece. Dates may be written as tokens such as `@now-12d`."""

from __future__ import annotations

import base64
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from fixtures.ehr.stories import resolve_dates

RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
LOINC = "http://loinc.org"
PATIENT = "ruth-alder"

Resource = dict[str, Any]


def fresh(body: Mapping[str, Any]) -> Resource:
    """The call with real dates and a hookInstance of its own."""
    resolved: Resource = resolve_dates(dict(body), datetime.now(UTC))
    return {**resolved, "hookInstance": str(uuid.uuid4())}


def order_sign(*drafts: Resource, prefetch: Mapping[str, Any] | None = None, **context: Any) -> Resource:
    """An order-sign call about `drafts`; without `prefetch` the chart is known and empty."""
    return fresh(
        {
            "hook": "order-sign",
            "context": {
                "userId": "Practitioner/dr-ortiz",
                "patientId": PATIENT,
                "draftOrders": bundle(*drafts, kind="collection"),
                **context,
            },
            "prefetch": chart() if prefetch is None else prefetch,
        }
    )


def order_select(*drafts: Resource, selections: list[str], prefetch: Mapping[str, Any] | None = None) -> Resource:
    call = order_sign(*drafts, prefetch=prefetch, selections=selections)
    return {**call, "hook": "order-select"}


def patient_view(*notes: Resource, prefetch: Mapping[str, Any] | None = None) -> Resource:
    """A patient-view call with these notes; without `prefetch` the lists are known and empty."""
    listed = chart() if prefetch is None else prefetch
    context = {"userId": "Practitioner/dr-ortiz", "patientId": PATIENT}
    return fresh({"hook": "patient-view", "context": context, "prefetch": {**listed, "notes": bundle(*notes)}})


def discharge(prefetch: Mapping[str, Any] | None = None, **keys: Any) -> Resource:
    """An encounter-discharge call about a stay of five days; without `prefetch` every list is known and empty."""
    stay = {"resourceType": "Encounter", "id": "stay-1", "status": "in-progress", "period": {"start": "@now-5d"}}
    histories = {"order_history": bundle(), "statement_history": bundle()}
    listed = chart(encounter=stay, **histories, **keys) if prefetch is None else prefetch
    context = {"userId": "Practitioner/dr-ortiz", "patientId": PATIENT, "encounterId": "stay-1"}
    return fresh({"hook": "encounter-discharge", "context": context, "prefetch": listed})


def note(text: str, number: int = 1, kind: str = "text/plain", on: str = "@now-30d", **members: Any) -> Resource:
    """A note whose text is in the attachment."""
    attachment = {"contentType": kind, "data": base64.b64encode(text.encode()).decode()}
    return {
        "resourceType": "DocumentReference",
        "id": f"note-{number}",
        "status": "current",
        "type": {"text": "Progress note"},
        "subject": {"reference": f"Patient/{PATIENT}"},
        "date": on,
        "author": [{"display": "Dr. Ada Quill"}],
        "content": [{"attachment": attachment}],
        **members,
    }


def draft(text: str, number: int = 1, **members: Any) -> Resource:
    """An order as typed: all of it stands in the text."""
    return {
        "resourceType": "MedicationRequest",
        "id": f"draft-{number}",
        "status": "draft",
        "intent": "order",
        "subject": {"reference": f"Patient/{PATIENT}"},
        "medicationCodeableConcept": {"text": text},
        **members,
    }


def coded_draft(rxcui: str, display: str, number: int = 1, **members: Any) -> Resource:
    concept = {"coding": [{"system": RXNORM, "code": rxcui, "display": display}], "text": display}
    return {**draft(display, number), "medicationCodeableConcept": concept, **members}


def active(text: str, number: int = 1, **members: Any) -> Resource:
    """A current medication."""
    return {**draft(text), "id": f"active-{number}", "status": "active", "authoredOn": "@today-90d", **members}


def allergy(text: str, number: int = 1, **members: Any) -> Resource:
    return {
        "resourceType": "AllergyIntolerance",
        "id": f"allergy-{number}",
        "clinicalStatus": {"coding": [{"code": "active"}]},
        "type": "allergy",
        "code": {"text": text},
        "patient": {"reference": f"Patient/{PATIENT}"},
        **members,
    }


def problem(text: str, number: int = 1, **members: Any) -> Resource:
    """An entry of the problem list."""
    return {
        "resourceType": "Condition",
        "id": f"problem-{number}",
        "clinicalStatus": {"coding": [{"code": "active"}]},
        "category": [{"coding": [{"code": "problem-list-item"}]}],
        "code": {"text": text},
        "subject": {"reference": f"Patient/{PATIENT}"},
        **members,
    }


def egfr(value: float, on: str = "@now-12d") -> Resource:
    return _observation("egfr", "98979-8", value, "mL/min/1.73 m2", "mL/min/{1.73_m2}", on)


def creatinine(value: float, on: str = "@now-12d") -> Resource:
    return _observation("creatinine", "2160-0", value, "mg/dL", "mg/dL", on)


def weight(value: float, on: str = "@now-12d") -> Resource:
    return _observation("weight", "29463-7", value, "kg", "kg", on)


def _observation(name: str, code: str, value: float, unit: str, ucum: str, on: str) -> Resource:
    return {
        "resourceType": "Observation",
        "id": f"{name}-1",
        "status": "final",
        "code": {"coding": [{"system": LOINC, "code": code}], "text": name},
        "subject": {"reference": f"Patient/{PATIENT}"},
        "effectiveDateTime": on,
        "valueQuantity": {"value": value, "unit": unit, "system": "http://unitsofmeasure.org", "code": ucum},
    }


def person(**members: Any) -> Resource:
    return {"resourceType": "Patient", "id": PATIENT, "gender": "female", "birthDate": "@today-74y", **members}


def bundle(*resources: Resource, kind: str = "searchset", **members: Any) -> Resource:
    found: Resource = {"resourceType": "Bundle", "type": kind, **members}
    return {**found, "entry": [{"resource": one} for one in resources]} if resources else {**found, "total": 0}


def chart(**keys: Any) -> Resource:
    """Every prefetch key known and empty, and the patient; `keys` replace some of them."""
    empty = {name: bundle() for name in ("medications", "statements", "allergies", "problems", "labs", "vitals")}
    return {"patient": person(), "encounter": None, **empty, **keys}
