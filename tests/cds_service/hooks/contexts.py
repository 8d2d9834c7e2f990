"""The smallest context of every hook, as the hook library draws it."""

from __future__ import annotations

from typing import Any

Resource = dict[str, Any]

DRAFT: Resource = {
    "resourceType": "MedicationRequest",
    "id": "m1",
    "status": "draft",
    "intent": "order",
    "medicationCodeableConcept": {"text": "test drug"},
    "subject": {"reference": "Patient/p1"},
}
SECOND: Resource = {**DRAFT, "id": "m2"}
ALLERGY: Resource = {
    "resourceType": "AllergyIntolerance",
    "code": {"text": "test allergen"},
    "patient": {"reference": "Patient/p1"},
}
PROBLEM: Resource = {
    "resourceType": "Condition",
    "category": "problem-list-item",  # the library's example has it as plain text
    "code": {"text": "test problem"},
    "subject": {"reference": "Patient/p1"},
}
APPOINTMENT: Resource = {
    "resourceType": "Appointment",
    "id": "a1",
    "status": "proposed",
    "participant": [{"actor": {"reference": "Patient/p1"}}, {"actor": {"reference": "Practitioner/u2"}}],
}
TASK: Resource = {
    "resourceType": "Task",
    "id": "t1",
    "focus": {"reference": "ServiceRequest/s1"},
    "for": {"reference": "Patient/p1"},
}
WHO = {"userId": "Practitioner/u1", "patientId": "p1"}
IN = {**WHO, "encounterId": "e1"}


def bundle(*resources: Any, **members: Any) -> Resource:
    return {"resourceType": "Bundle", **members, "entry": [{"resource": one} for one in resources]}


CONTEXTS: dict[str, Resource] = {
    "patient-view": WHO,
    "order-select": {**WHO, "selections": ["MedicationRequest/m2"], "draftOrders": bundle(DRAFT, SECOND)},
    "order-sign": {**WHO, "draftOrders": bundle(DRAFT)},
    "order-dispatch": {"patientId": "p1", "dispatchedOrders": ["ServiceRequest/s1"], "performer": "Organization/o1"},
    "appointment-book": {**WHO, "appointments": bundle(APPOINTMENT)},
    "encounter-start": IN,
    "encounter-discharge": IN,
    "allergyintolerance-create": {**WHO, "allergyIntolerance": ALLERGY},
    "problem-list-item-create": {**WHO, "conditions": bundle(PROBLEM)},
    "medication-refill": {"patientId": "p1", "medications": bundle(DRAFT)},
}
CLINICIANS_ONLY = (
    "order-select",
    "order-sign",
    "encounter-start",
    "encounter-discharge",
    "allergyintolerance-create",
    "problem-list-item-create",
)
