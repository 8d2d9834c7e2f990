"""The ten hooks over HTTP: what each context must hold, in which forms, and whose it may be."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from cds_service.hooks import HOOKS
from tests.cds_service.hooks.contexts import (
    ALLERGY,
    APPOINTMENT,
    CLINICIANS_ONLY,
    CONTEXTS,
    DRAFT,
    PROBLEM,
    TASK,
    WHO,
    bundle,
)
from tests.cds_service.web.conftest import Edge, Reply

OTHER = {"reference": "Patient/someone-else"}
EVERY = sorted(CONTEXTS)


def called(edge: Edge, hook: str, context: Any, **members: Any) -> Reply:
    body = {"hook": hook, "hookInstance": str(uuid.uuid4()), "context": context, **members}
    return edge.post("/cds-services/every-hook", body)


def refused_at(reply: Reply) -> str:
    assert reply.status == 400, reply.content
    (issue,) = reply.json()["issue"]
    return str(issue["expression"][0])


@pytest.mark.covers("C7", "C11", "C15", "C17")
def test_there_is_a_contract_for_each_of_the_ten_hooks_and_for_no_other() -> None:
    assert HOOKS.keys() == CONTEXTS.keys()
    assert all(one.words and one.version for one in HOOKS.values())


@pytest.mark.covers("C1", "C2", "C7", "A7", "C18")
@pytest.mark.parametrize("hook", EVERY)
def test_the_smallest_context_and_one_with_unknown_members_are_answered(open_edge: Edge, hook: str) -> None:
    assert called(open_edge, hook, CONTEXTS[hook]).status == 200
    vendor = {"x-vendor": {"a": [1]}, "encounterId": "e1"}
    assert (
        called(open_edge, hook, {**CONTEXTS[hook], **vendor}, vendorMember=1, extension={"org.example": 1}).status
        == 200
    )


@pytest.mark.covers("C7", "C-55")
@pytest.mark.parametrize(("hook", "member"), [(hook, member) for hook in EVERY for member in CONTEXTS[hook]])
def test_a_required_member_that_is_missing_or_of_another_type_is_refused_by_name(
    open_edge: Edge, hook: str, member: str
) -> None:
    lacking = {name: value for name, value in CONTEXTS[hook].items() if name != member}
    assert refused_at(called(open_edge, hook, lacking)) == f"context.{member}"
    for odd in (None, 7, "", [7], {"a": 1}):
        assert refused_at(called(open_edge, hook, {**CONTEXTS[hook], member: odd})).startswith(f"context.{member}")


@pytest.mark.covers("C7", "C-55", "P6")
@pytest.mark.parametrize("hook", EVERY)
def test_ids_are_bare_and_users_are_typed(open_edge: Edge, hook: str) -> None:
    for member, odd in (("patientId", "Patient/p1"), ("encounterId", "Encounter/e1"), ("patientId", "a b")):
        assert refused_at(called(open_edge, hook, {**CONTEXTS[hook], member: odd})) == f"context.{member}"
    if hook != "order-dispatch":
        for odd in ("u1", "Practitioner/", "https://ehr.example/Practitioner/u1", "Device/d1"):
            assert refused_at(called(open_edge, hook, {**CONTEXTS[hook], "userId": odd})) == "context.userId"


@pytest.mark.covers("C16", "C7")
@pytest.mark.parametrize("user", ["Patient/p1", "RelatedPerson/r1"])
def test_patients_and_their_people_may_view_charts_and_book_and_nothing_else(open_edge: Edge, user: str) -> None:
    for hook in ("patient-view", "appointment-book"):
        assert called(open_edge, hook, {**CONTEXTS[hook], "userId": user}).status == 200
    for hook in CLINICIANS_ONLY:
        assert refused_at(called(open_edge, hook, {**CONTEXTS[hook], "userId": user})) == "context.userId"


@pytest.mark.covers("C15")
def test_only_admission_and_discharge_need_an_encounter(open_edge: Edge) -> None:
    for hook in EVERY:
        context = {name: value for name, value in CONTEXTS[hook].items() if name != "encounterId"}
        assert called(open_edge, hook, context).status == (400 if hook.startswith("encounter-") else 200)


@pytest.mark.covers("C11", "C12", "S1")
@pytest.mark.parametrize(
    "members",
    [
        {"dispatchedOrders": ["ServiceRequest/s1", "MedicationRequest/m1"], "fulfillmentTasks": [TASK]},
        {"dispatchedOrders": ["ServiceRequest/s1"], "fulfillment-tasks": [TASK]},
        {"order": "ServiceRequest/s1", "task": TASK},
        {"order": "ServiceRequest/s1"},
    ],
)
def test_order_dispatch_is_read_in_its_new_form_and_its_old_one_and_names_no_user(
    open_edge: Edge, members: dict[str, Any]
) -> None:
    context = {"patientId": "p1", "performer": "Organization/o1", **members}
    assert called(open_edge, "order-dispatch", context).status == 200
    read = HOOKS["order-dispatch"].parse(context)
    assert (read.named[0], read.user_id) == ("ServiceRequest/s1", None)
    assert read.focus == set(read.named) and read.missing == read.named


@pytest.mark.covers("C11", "C12")
@pytest.mark.parametrize(
    ("members", "where"),
    [
        ({"order": "s1"}, "context.order"),
        ({"dispatchedOrders": []}, "context.dispatchedOrders"),
        ({"dispatchedOrders": ["ServiceRequest/s1"], "fulfillmentTasks": TASK}, "context.fulfillmentTasks"),
        ({"dispatchedOrders": ["ServiceRequest/s1"], "fulfillmentTasks": [7]}, "context.fulfillmentTasks[0]"),
        ({"order": "ServiceRequest/s1", "task": {**TASK, "for": OTHER}}, "context.task.for"),
    ],
)
def test_order_dispatch_says_where_it_is_wrong(open_edge: Edge, members: dict[str, Any], where: str) -> None:
    context = {"patientId": "p1", "performer": "Organization/o1", **members}
    assert refused_at(called(open_edge, "order-dispatch", context)) == where


def test_the_orders_that_order_dispatch_names_become_its_orders_once_they_are_found() -> None:
    context = {**CONTEXTS["order-dispatch"], "dispatchedOrders": ["MedicationRequest/m1", "ServiceRequest/s1"]}
    read = HOOKS["order-dispatch"].parse(context).with_orders({"MedicationRequest/m1": DRAFT})
    assert (read.orders, read.missing) == ((DRAFT,), ("ServiceRequest/s1",))


@pytest.mark.covers("C14")
@pytest.mark.parametrize(
    "members",
    [
        {"allergyIntolerance": ALLERGY},
        {"allergyIntolerance": {"resource": ALLERGY}},
        {"allergyIntolerances": bundle(ALLERGY)},
        {"allergyIntolerance": bundle(ALLERGY)},
    ],
)
def test_an_allergy_is_read_bare_wrapped_and_in_a_bundle(open_edge: Edge, members: dict[str, Any]) -> None:
    context = {**WHO, **members}
    assert called(open_edge, "allergyintolerance-create", context).status == 200
    (brought,) = HOOKS["allergyintolerance-create"].parse(context).brought
    assert brought[1] == ALLERGY


@pytest.mark.covers("C14", "C7")
def test_what_is_no_allergy_is_refused(open_edge: Edge) -> None:
    reply = called(open_edge, "allergyintolerance-create", {**WHO, "allergyIntolerance": PROBLEM})
    assert refused_at(reply) == "context.allergyIntolerance"


@pytest.mark.covers("C13")
def test_a_refill_without_a_user_is_asked_for_by_the_orders_requester_or_recorder() -> None:
    parse = HOOKS["medication-refill"].parse
    asking, noting = {"reference": "Practitioner/asks"}, {"reference": "PractitionerRole/notes"}
    context = CONTEXTS["medication-refill"]
    assert parse(context).user_id is None
    assert parse({**context, "medications": bundle({**DRAFT, "recorder": noting})}).user_id == "PractitionerRole/notes"
    both = bundle({**DRAFT, "recorder": noting, "requester": asking})
    assert parse({**context, "medications": both}).user_id == "Practitioner/asks"
    assert parse({**context, "medications": both, "userId": "Practitioner/u1"}).user_id == "Practitioner/u1"
    assert parse(context).focus == {"MedicationRequest/m1"}


@pytest.mark.covers("D18", "C-61")
@pytest.mark.parametrize(
    ("hook", "members", "where"),
    [
        ("order-sign", {"draftOrders": bundle({**DRAFT, "subject": OTHER})}, "draftOrders.entry[0].resource.subject"),
        ("medication-refill", {"medications": bundle({**DRAFT, "subject": OTHER})}, "medications.entry[0].resource"),
        ("allergyintolerance-create", {"allergyIntolerance": {**ALLERGY, "patient": OTHER}}, "allergyIntolerance"),
        ("problem-list-item-create", {"conditions": bundle({**PROBLEM, "subject": OTHER})}, "conditions.entry[0]"),
        (
            "appointment-book",
            {"appointments": bundle({**APPOINTMENT, "participant": [{"actor": OTHER}]})},
            "appointments.entry[0].resource",
        ),
    ],
)
def test_another_patients_resource_in_a_context_is_refused_where_it_stands(
    open_edge: Edge, hook: str, members: dict[str, Any], where: str
) -> None:
    assert refused_at(called(open_edge, hook, {**CONTEXTS[hook], **members})).startswith(f"context.{where}")


@pytest.mark.covers("C-61")
def test_the_patient_with_the_servers_address_is_the_same_patient(open_edge: Edge) -> None:
    draft = {**DRAFT, "subject": {"reference": "https://ehr.example.org/fhir/Patient/p1"}}
    context = {**CONTEXTS["order-sign"], "draftOrders": bundle(draft)}
    assert called(open_edge, "order-sign", context, fhirServer="https://ehr.example.org/fhir/").status == 200
    assert called(open_edge, "order-sign", context, fhirServer="https://other.example.org/fhir").status == 400


@pytest.mark.covers("C10")
def test_a_revised_order_that_is_no_draft_any_more_may_be_signed_again(open_edge: Edge) -> None:
    context = {**CONTEXTS["order-sign"], "draftOrders": bundle({**DRAFT, "status": "active"})}
    assert called(open_edge, "order-sign", context).status == 200
