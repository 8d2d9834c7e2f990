"""Forty requests over the four further hooks of medication-safety, ten each and hostile ones among them.

What they are met with was written before they were sent: the topics of the cards, or the status of a refusal.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

import pytest

from tests.hook_calls import PATIENT, active, allergy, bundle, chart, egfr, fresh, person, problem
from tests.running_service import RunningService

WHO = {"userId": "Practitioner/dr-ortiz", "patientId": PATIENT}
SUBJECT = {"reference": f"Patient/{PATIENT}"}
STRANGER = {"reference": "Patient/somebody-else"}


def order(text: str, number: int = 1, **members: Any) -> dict[str, Any]:
    return {**active(text, number), "id": f"order-{number}", **members}


def drafts(*orders: dict[str, Any]) -> dict[str, Any]:
    return bundle(*({**one, "status": "draft"} for one in orders), kind="collection")


def condition(text: str, **members: Any) -> dict[str, Any]:
    return {**problem(text), "id": "new-problem", **members}


def dispatched(*names: str, **context: Any) -> dict[str, Any]:
    return {"patientId": PATIENT, "dispatchedOrders": [*names], "performer": "Organization/pharmacy", **context}


WARFARIN = bundle(active("warfarin 5 mg daily", 1))
ON_RECORD = bundle(order("clarithromycin 500 mg bid", 7), active("simvastatin 40 mg daily", 8))
NEW = "AllergyIntolerance"

DISPATCH: dict[str, tuple[Any, Mapping[str, Any], Any]] = {
    "two that must not meet": (
        dispatched("MedicationRequest/order-7"),
        {"medications": ON_RECORD},
        ["drug-interaction"],
    ),
    "in the older form": (
        {"patientId": PATIENT, "order": "MedicationRequest/order-7", "performer": "Organization/pharmacy"},
        {"medications": ON_RECORD},
        ["drug-interaction"],
    ),
    "named twice": (
        dispatched("MedicationRequest/order-7", "MedicationRequest/order-7"),
        {"medications": ON_RECORD},
        ["drug-interaction"],
    ),
    "an allergy": (
        dispatched("MedicationRequest/order-7"),
        {"medications": bundle(order("cephalexin 500 mg qid", 7)), "allergies": bundle(allergy("cephalexin"))},
        ["drug-allergy"],
    ),
    "a test and no drug": (dispatched("ServiceRequest/s1"), {}, []),
    "an order that was not supplied": (dispatched("MedicationRequest/lost"), {}, ["not-assessed"]),
    "no order": (dispatched(), {}, 400),
    "a name that is no reference": (dispatched("order 7"), {}, 400),
    "a task of another patient": (
        dispatched("ServiceRequest/s1", fulfillmentTasks=[{"resourceType": "Task", "id": "t", "for": STRANGER}]),
        {},
        400,
    ),
    "tasks that are no list": (dispatched("ServiceRequest/s1", fulfillmentTasks={"resourceType": "Task"}), {}, 400),
}

REFILL: dict[str, tuple[Any, Mapping[str, Any], Any]] = {
    "a drug that is taken": (
        {**WHO, "medications": drafts(order("warfarin 5 mg daily"))},
        {"medications": WARFARIN},
        [],
    ),
    "too much of it": (
        {**WHO, "medications": drafts(order("apixaban 25 mg bid"))},
        {"medications": bundle(active("apixaban 5 mg bid"))},
        ["dose-limit"],
    ),
    "kidneys that have failed since": (
        {**WHO, "medications": drafts(order("metformin 1000 mg bid"))},
        {"medications": bundle(active("metformin 1000 mg bid")), "labs": bundle(egfr(22))},
        ["renal-dosing"],
    ),
    "beside a drug that came since": (
        {**WHO, "medications": drafts(order("simvastatin 40 mg daily"))},
        {"medications": bundle(active("simvastatin 40 mg daily", 1), active("clarithromycin 500 mg bid", 2))},
        ["drug-interaction"],
    ),
    "nobody at the screen": (
        {"patientId": PATIENT, "medications": drafts(order("lisinopril 10 mg daily"))},
        {"medications": bundle(active("lisinopril 10 mg daily"))},
        [],
    ),
    "an empty Bundle": ({**WHO, "medications": bundle(kind="collection")}, {}, []),
    "no Bundle": ({**WHO, "medications": [order("lisinopril 10 mg daily")]}, {}, 400),
    "another patient's order": ({**WHO, "medications": drafts(order("lisinopril", subject=STRANGER))}, {}, 400),
    "a user that is a device": ({**WHO, "userId": "Device/1", "medications": drafts(order("lisinopril"))}, {}, 400),
    "markup for a name": (
        {**WHO, "medications": drafts(order("<script>alert(1)</script> [x](javascript:alert(1))"))},
        {},
        ["not-assessed"],
    ),
}

ALLERGY: dict[str, tuple[Any, Mapping[str, Any], Any]] = {
    "to what is taken": (
        {**WHO, "allergyIntolerance": allergy("warfarin: rash")},
        {"medications": WARFARIN},
        ["drug-allergy"],
    ),
    "to a class": (
        {**WHO, "allergyIntolerance": allergy("penicillin: anaphylaxis")},
        {"medications": bundle(active("amoxicillin 500 mg tid"))},
        ["drug-allergy"],
    ),
    "to another drug": ({**WHO, "allergyIntolerance": allergy("codeine: nausea")}, {"medications": WARFARIN}, []),
    "in a Bundle": (
        {**WHO, "allergyIntolerances": bundle(allergy("warfarin"), kind="collection")},
        {"medications": WARFARIN},
        ["drug-allergy"],
    ),
    "to a word that is no drug": (
        {**WHO, "allergyIntolerance": allergy("blorptazine")},
        {"medications": WARFARIN},
        ["not-assessed"],
    ),
    "entered in error": (
        {
            **WHO,
            "allergyIntolerance": allergy("warfarin", verificationStatus={"coding": [{"code": "entered-in-error"}]}),
        },
        {"medications": WARFARIN},
        [],
    ),
    "of another patient": ({**WHO, "allergyIntolerance": allergy("warfarin", patient=STRANGER)}, {}, 400),
    "of another kind": ({**WHO, "allergyIntolerance": condition("asthma")}, {}, 400),
    "missing": (WHO, {}, 400),
    "nested without end": ({**WHO, "allergyIntolerance": {"resource": {"resource": {"resource": {}}}}}, {}, 400),
}

PROBLEM: dict[str, tuple[Any, Mapping[str, Any], Any]] = {
    "asthma with a beta blocker": (
        {**WHO, "conditions": bundle(condition("Asthma"), kind="collection")},
        {"medications": bundle(active("propranolol 40 mg bid"))},
        ["drug-disease"],
    ),
    "pregnancy with an ACE inhibitor": (
        {**WHO, "conditions": bundle(condition("Pregnancy"), kind="collection")},
        {"patient": person(birthDate="@today-30y"), "medications": bundle(active("lisinopril 10 mg daily"))},
        ["pregnancy"],
    ),
    "nothing to do with what is taken": (
        {**WHO, "conditions": bundle(condition("Hay fever"), kind="collection")},
        {"medications": WARFARIN},
        [],
    ),
    "a Bundle without a type": (
        {**WHO, "conditions": {"resourceType": "Bundle", "entry": [{"resource": condition("Asthma")}]}},
        {"medications": bundle(active("propranolol 40 mg bid"))},
        ["drug-disease"],
    ),
    "a category that is a word": (
        {**WHO, "conditions": bundle(condition("Asthma", category="problem-list-item"), kind="collection")},
        {"medications": bundle(active("propranolol 40 mg bid"))},
        ["drug-disease"],
    ),
    "refuted": (
        {
            **WHO,
            "conditions": bundle(
                condition("Asthma", verificationStatus={"coding": [{"code": "refuted"}]}), kind="collection"
            ),
        },
        {"medications": bundle(active("propranolol 40 mg bid"))},
        [],
    ),
    "no medication list": (
        {**WHO, "conditions": bundle(condition("Asthma"), kind="collection")},
        {"medications": {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "exception"}]}},
        ["not-assessed"],
    ),
    "of another patient": (
        {**WHO, "conditions": bundle(condition("Asthma", subject=STRANGER), kind="collection")},
        {},
        400,
    ),
    "a number": ({**WHO, "conditions": 7}, {}, 400),
    "entries that are no resources": ({**WHO, "conditions": {"resourceType": "Bundle", "entry": ["Asthma"]}}, {}, 400),
}

CALLS = {
    f"{hook}, {name}": (hook, *call)
    for hook, calls in (
        ("order-dispatch", DISPATCH),
        ("medication-refill", REFILL),
        ("allergyintolerance-create", ALLERGY),
        ("problem-list-item-create", PROBLEM),
    )
    for name, call in calls.items()
}


def test_there_are_ten_of_each() -> None:
    assert [len(calls) for calls in (DISPATCH, REFILL, ALLERGY, PROBLEM)] == [10, 10, 10, 10]


@pytest.mark.parametrize("name", CALLS)
def test_a_request_is_met_as_was_written_before(service: RunningService, name: str) -> None:
    hook, context, known, meets = CALLS[name]
    call = fresh({"hook": hook, "hookInstance": str(uuid.uuid4()), "context": context, "prefetch": chart(**known)})
    reply = service.call(call)
    if isinstance(meets, int):
        assert reply.status == meets, reply.text[:300]
        assert reply.body["resourceType"] == "OperationOutcome"
    else:
        assert reply.status == 200, reply.text[:300]
        assert sorted({one["topic"] for one in reply.findings}) == meets, reply.findings
        assert "<script>" not in "".join(card["detail"] for card in reply.cards), (
            "a summary is plain text, a detail is not"
        )
