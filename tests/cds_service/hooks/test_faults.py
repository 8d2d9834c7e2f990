"""Every fault of a captured request is named with its place, and faults are found exactly where the service refuses."""

from __future__ import annotations

import copy
import uuid
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema_rs import Draft202012Validator

from cds_service.errors import InvalidRequest
from cds_service.hooks import HOOKS, parse_request
from cds_service.hooks.faults import faults_of
from cds_service.hooks.schema import request_schema
from tests.cds_service.hooks.contexts import CONTEXTS

Body = dict[str, Any]
ODD = (None, "", "a b", "Patient/p1", 7, True, [], {}, [None], {"resourceType": "Bundle", "entry": {}})


def body_of(hook: str) -> Body:
    return {"hook": hook, "hookInstance": str(uuid.uuid4()), "context": copy.deepcopy(CONTEXTS[hook]), "prefetch": {}}


def is_answered(body: object) -> bool:
    try:
        parse_request(body, HOOKS)
    except InvalidRequest:
        return False
    return True


def places(value: object, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [place for name, inner in members for place in ((*path, name), *places(inner, (*path, name)))]


def bent(body: Body, place: tuple[Any, ...], value: object) -> Body:
    """The body with something else at a place; `...` takes it away."""
    holder: Any = body
    for name in place[:-1]:
        holder = holder[name]
    if value is ...:
        del holder[place[-1]]
    else:
        holder[place[-1]] = copy.deepcopy(value)
    return body


@pytest.mark.parametrize("hook", HOOKS)
def test_a_sound_request_has_no_fault(hook: str) -> None:
    assert faults_of(body_of(hook), HOOKS) == []
    Draft202012Validator(request_schema(HOOKS[hook])).validate(body_of(hook))


@settings(max_examples=300, deadline=None)
@given(data=st.data())
@pytest.mark.covers("C-74", "C7")
def test_a_request_has_faults_exactly_when_the_service_refuses_it(data: st.DataObject) -> None:
    body = body_of(data.draw(st.sampled_from(sorted(HOOKS))))
    for _ in range(data.draw(st.integers(1, 3))):
        body = bent(body, data.draw(st.sampled_from(places(body))), data.draw(st.sampled_from((..., *ODD))))
    assert (faults_of(body, HOOKS) == []) == is_answered(body)


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_what_the_published_schema_refuses_the_service_refuses(data: st.DataObject) -> None:
    hook = data.draw(st.sampled_from(sorted(HOOKS)))
    body = body_of(hook)
    body = bent(body, data.draw(st.sampled_from(places(body))), data.draw(st.sampled_from((..., *ODD))))
    if not Draft202012Validator(request_schema(HOOKS[hook])).is_valid(body):
        assert not is_answered(body)


def test_every_fault_is_named_not_only_the_first() -> None:
    entries = [{"resource": {"resourceType": "MedicationRequest"}}, {}, {"resource": {"resourceType": "X", "id": "?"}}]
    context = {"userId": "Patient/1", "draftOrders": {"resourceType": "Bundle", "entry": entries}}
    body = {"hook": "order-sign", "hookInstance": "7", "context": context, "prefetch": []}
    assert {fault.where for fault in faults_of(body, ["order-sign"])} == {
        "hookInstance",
        "prefetch",
        "context.userId",
        "context.patientId",
        "context.draftOrders.entry[0].resource.id",
        "context.draftOrders.entry[1].resource",
        "context.draftOrders.entry[2].resource.id",
    }


def test_each_resource_of_another_patient_is_named() -> None:
    body = body_of("order-sign")
    drafts = [
        {"resource": {"resourceType": "MedicationRequest", "id": f"d{n}", "subject": {"reference": f"Patient/{whose}"}}}
        for n, whose in enumerate((body["context"]["patientId"], "somebody", "else"))
    ]
    body["context"]["draftOrders"] = {"resourceType": "Bundle", "entry": drafts}
    assert [fault.where for fault in faults_of(body, HOOKS)] == [
        "context.draftOrders.entry[1].resource.subject",
        "context.draftOrders.entry[2].resource.subject",
    ]


@pytest.mark.parametrize("body", [None, [], "order-sign", {}, {"hook": None}, {"hook": "order-sing"}])
def test_what_is_no_hook_request_at_all_has_one_fault(body: object) -> None:
    (fault,) = faults_of(body, HOOKS)
    assert fault.where in {"", "hook"}


def test_a_hook_that_the_service_does_not_answer_stands_beside_the_other_faults() -> None:
    body = bent(body_of("patient-view"), ("hookInstance",), "7")
    assert {fault.where for fault in faults_of(body, ["order-sign"])} == {"hook", "hookInstance"}
