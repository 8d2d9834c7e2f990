"""Calls that break the contract: refused with what is wrong and where, and nothing stored but the audit row."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests import hook_calls
from tests.cds_service.web.ehr_tokens import Ehr
from tests.running_service import RunningService

Body = dict[str, Any]
PATH = "/cds-services/medication-safety"


def call() -> Body:
    return hook_calls.order_sign(hook_calls.draft("lisinopril 10 mg daily"))


def without(body: Body, *path: str) -> Body:
    part = body
    for name in path[:-1]:
        part = part[name]
    del part[path[-1]]
    return body


def context(**members: Any) -> Callable[[], Body]:
    return lambda: {**call(), "context": {**call()["context"], **members}}


def member(**members: Any) -> Callable[[], Body]:
    return lambda: {**call(), **members}


def drafts(*entries: Any) -> Callable[[], Body]:
    return context(draftOrders={"resourceType": "Bundle", "entry": list(entries)})


def entry(**members: Any) -> Body:
    return {"resource": {**hook_calls.draft("lisinopril 10 mg daily"), **members}}


# what is wrong: the body, and where the answer must say that the fault lies
FAULTY: dict[str, tuple[Callable[[], Body], str]] = {
    "no hook": (lambda: without(call(), "hook"), "hook"),
    "a hook of another service": (member(hook="patient-view"), "hook"),
    "a hook nobody knows": (member(hook="order-burn"), "hook"),
    "a hook that is a number": (member(hook=1), "hook"),
    "no hookInstance": (lambda: without(call(), "hookInstance"), "hookInstance"),
    "a hookInstance that is no UUID": (member(hookInstance="42"), "hookInstance"),
    "no context": (lambda: without(call(), "context"), "context"),
    "a context that is an array": (member(context=[]), "context"),
    "a prefetch that is text": (member(prefetch="all"), "prefetch"),
    "an authorization without a server": (member(fhirAuthorization={"access_token": "t"}), "fhirServer"),
    "a server that is a number": (member(fhirServer=7), "fhirServer"),
    "no user": (lambda: without(call(), "context", "userId"), "context.userId"),
    "a user that is a patient": (context(userId="Patient/p1"), "context.userId"),
    "no patient": (lambda: without(call(), "context", "patientId"), "context.patientId"),
    "a patient as a reference": (context(patientId="Patient/ruth-alder"), "context.patientId"),
    "an encounter as a reference": (context(encounterId="Encounter/1"), "context.encounterId"),
    "no draft orders": (lambda: without(call(), "context", "draftOrders"), "context.draftOrders"),
    "draft orders that are no Bundle": (context(draftOrders=[]), "context.draftOrders"),
    "entries that are no array": (
        context(draftOrders={"resourceType": "Bundle", "entry": {}}),
        "context.draftOrders.entry",
    ),
    "an entry without a resource": (drafts({}), "context.draftOrders.entry[0].resource"),
    "an order without an id": (drafts(entry(), entry(id="")), "context.draftOrders.entry[1].resource.id"),
    "an order of another patient": (
        drafts(entry(subject={"reference": "Patient/someone-else"})),
        "context.draftOrders.entry[0].resource.subject",
    ),
    "order-select without selections": (member(hook="order-select"), "context.selections"),
    "a selection that is no draft": (
        lambda: {**context(selections=["MedicationRequest/other"])(), "hook": "order-select"},
        "context.selections",
    ),
}


@pytest.mark.parametrize("fault", FAULTY)
@pytest.mark.covers("F4", "P5", "SC20")
def test_a_faulty_call_is_refused_with_what_and_where_and_leaves_only_the_audit_row(
    service: RunningService, fault: str
) -> None:
    make, where = FAULTY[fault]
    before = service.counts()
    reply = service.call(make())
    assert reply.status == 400
    assert reply.issue["severity"] == "error"
    assert reply.issue["expression"] == [where]
    assert reply.issue["diagnostics"]
    assert service.counts() == {**before, "audit": before["audit"] + 1}


@pytest.mark.parametrize(
    "raw", [b"", b"{", b'{"hook": }', b"[]", b"null", b'"text"', b'{"a": 1, "a": 2}', b"\xff\xfe{}"]
)
def test_a_body_that_is_no_json_object_is_refused(service: RunningService, raw: bytes) -> None:
    before = service.counts()
    reply = service.post(PATH, raw)
    assert (reply.status, reply.issue["code"]) == (400, "invalid")
    assert service.counts() == {**before, "audit": before["audit"] + 1}


def test_an_unknown_service_is_not_found(service: RunningService) -> None:
    before = service.counts()
    reply = service.call(call(), service="medication-sorcery")
    assert (reply.status, reply.issue["code"]) == (404, "not-found")
    assert service.counts() == {**before, "audit": before["audit"] + 1}


@pytest.mark.covers("SC20")
def test_a_refusal_repeats_nothing_that_the_caller_wrote(service: RunningService) -> None:
    secret = "Ruth-Alder-1952"
    for body in (
        {**call(), "hook": secret},
        {**call(), "hookInstance": secret},
        context(patientId=f"Patient/{secret}")(),
        context(userId=f"Patient/{secret}")(),
        drafts(entry(subject={"reference": f"Patient/{secret}"}))(),
    ):
        reply = service.call(body)
        assert reply.status == 400
        assert secret not in reply.text


@pytest.mark.covers("C-70", "A7", "C18", "SC15")
def test_unknown_members_are_no_fault(service: RunningService) -> None:
    body = {**call(), "vendorMember": {"a": [1]}, "extension": {"org.example": {"b": 2}}}
    body["context"]["vendorField"] = "x"
    assert service.ask(body).cards == []


def test_a_caller_without_a_token_is_turned_away_and_one_with_a_token_is_answered(
    guarded_service: RunningService, registered_ehr: Ehr
) -> None:
    before = guarded_service.counts()
    refused = guarded_service.call(call())
    assert (refused.status, refused.text) == (401, "")
    assert guarded_service.counts() == {**before, "audit": before["audit"] + 1}
    answered = guarded_service.call(call(), headers=registered_ehr.bearer())
    assert answered.status == 200
    assert guarded_service.counts()["invocation"] == before["invocation"] + 1


def test_the_raw_body_of_a_refused_call_is_nowhere_in_the_log(
    guarded_service: RunningService, registered_ehr: Ehr
) -> None:
    raw = json.dumps({**call(), "hook": "order-burn", "note": "canary-9f3b1c"}).encode()
    assert guarded_service.post(PATH, raw, registered_ehr.bearer()).status == 400
    assert "canary-9f3b1c" not in (guarded_service.settings.run_dir / "log").read_text()
