"""The hook contracts: what a context must hold, and where a refusal points."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds_service.errors import InvalidRequest
from cds_service.hooks import HOOKS, HookRequest, parse_request
from cds_service.hooks.contract import hook

SERVED = ["order-select", "order-sign"]


def order(id: str = "o1", kind: str = "MedicationRequest", **members: Any) -> dict[str, Any]:
    return {"resourceType": kind, "id": id, **members}


def bundle(*orders: Any) -> dict[str, Any]:
    return {"resourceType": "Bundle", "entry": [{"resource": one} for one in orders]}


def body(name: str = "order-sign", *, without: str = "", **changed: Any) -> dict[str, Any]:
    context = {
        "userId": "Practitioner/u1",
        "patientId": "p1",
        "draftOrders": bundle(order(), order("l1", "ServiceRequest")),
    }
    if name == "order-select":
        context["selections"] = ["MedicationRequest/o1"]
    context = {key: value for key, value in {**context, **changed}.items() if key != without}
    return {"hook": name, "hookInstance": str(uuid.uuid4()), "context": context}


def parsed(call: Any) -> HookRequest:
    return parse_request(call, SERVED)


def test_every_draft_is_in_focus_at_signing_and_the_selections_at_selecting() -> None:
    assert parsed(body()).context.focus == {"MedicationRequest/o1", "ServiceRequest/l1"}
    assert parsed(body("order-select")).context.focus == {"MedicationRequest/o1"}


@pytest.mark.parametrize("user", ["Practitioner/u1", "PractitionerRole/r.1-x"])
def test_the_users_that_the_hooks_expect_are_taken(user: str) -> None:
    assert parsed(body(userId=user)).context.user_id == user


@pytest.mark.parametrize(
    ("changed", "where"),
    [
        *(({"userId": value}, "context.userId") for value in (None, 7, "u1", "Patient/p1", "Practitioner/", "x/y/z")),
        ({"userId": "https://ehr.example/Practitioner/u1"}, "context.userId"),
        *(
            ({"patientId": value}, "context.patientId")
            for value in (None, "", 7, "Patient/p1", "a b", "x" * 65, "p1\n")
        ),
        ({"encounterId": "Encounter/e1"}, "context.encounterId"),
        ({"draftOrders": None}, "context.draftOrders"),
        ({"draftOrders": {"resourceType": "List"}}, "context.draftOrders"),
        ({"draftOrders": {"resourceType": "Bundle", "entry": {}}}, "context.draftOrders.entry"),
        ({"draftOrders": bundle(None)}, "context.draftOrders.entry[0].resource"),
        ({"draftOrders": bundle(order(), {"id": "x"})}, "context.draftOrders.entry[1].resource"),
        ({"draftOrders": bundle({"resourceType": "MedicationRequest"})}, "context.draftOrders.entry[0].resource.id"),
        ({"draftOrders": bundle(order("a/b"))}, "context.draftOrders.entry[0].resource.id"),
        ({"draftOrders": bundle(order(), order())}, "context.draftOrders.entry"),
    ],
)
def test_a_context_that_breaks_the_contract_is_refused_where_it_does(changed: dict[str, Any], where: str) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        parsed(body(**changed))
    assert refusal.value.where == where and refusal.value.status == 400


@pytest.mark.parametrize("selections", [None, "MedicationRequest/o1", ["o1"], [7], ["MedicationRequest/other"]])
def test_a_selection_that_is_no_draft_is_refused(selections: object) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        parsed(body("order-select", selections=selections))
    assert refusal.value.where == "context.selections"


def test_two_orders_may_share_an_id_when_their_types_differ() -> None:
    drafts = bundle(order("1"), order("1", "ServiceRequest"))
    assert len(parsed(body(draftOrders=drafts)).context.orders) == 2


@pytest.mark.parametrize(
    ("changed", "where"),
    [
        ({"hook": "patient-view"}, "hook"),
        ({"hook": None}, "hook"),
        ({"hookInstance": "1"}, "hookInstance"),
        ({"hookInstance": None}, "hookInstance"),
        ({"context": None}, "context"),
        ({"context": []}, "context"),
        ({"prefetch": []}, "prefetch"),
        ({"fhirServer": 7}, "fhirServer"),
        ({"fhirAuthorization": {}}, "fhirServer"),
        ({"fhirAuthorization": "token", "fhirServer": "https://x"}, "fhirAuthorization"),
    ],
)
def test_an_envelope_that_breaks_the_contract_is_refused_where_it_does(changed: dict[str, Any], where: str) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        parsed({**body(), **changed})
    assert refusal.value.where == where


@pytest.mark.parametrize("call", [None, [], "x", 7])
def test_a_body_that_is_no_object_is_refused(call: object) -> None:
    with pytest.raises(InvalidRequest):
        parsed(call)


def test_members_that_the_standard_does_not_know_are_ignored_and_a_token_is_never_shown() -> None:
    call = {**body(), "x-new": 1, "fhirServer": "https://ehr.example", "fhirAuthorization": {"access_token": "secret"}}
    call["context"]["x-more"] = [1]
    assert "secret" not in repr(parsed(call))


def test_a_second_owner_of_a_hook_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r"order-sign is registered twice.*hooks.order_sign"):
        hook("order-sign", "2.0")(HOOKS["order-sign"].make)


ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=10)
    | st.sampled_from(["Bundle", "Practitioner/u1", "p1"]),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["resourceType", "entry", "resource", "id"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(
    name=st.sampled_from(SERVED),
    member=st.sampled_from(["userId", "patientId", "draftOrders", "selections"]),
    odd=ANYTHING,
)
def test_any_value_in_a_context_is_taken_or_refused(name: str, member: str, odd: object) -> None:
    try:
        parsed(body(name, **{member: odd}))
    except InvalidRequest as refusal:
        assert refusal.where.startswith("context.")
