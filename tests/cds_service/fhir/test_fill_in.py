"""A partial prefetch is completed from the FHIR server; what is not to be had is said, with its reason."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.fhir_server import TOKEN, Asked, Canned, FhirServer
from tests.hook_calls import (
    PATIENT,
    active,
    allergy,
    bundle,
    chart,
    draft,
    fresh,
    note,
    order_sign,
    patient_view,
    person,
)
from tests.running_service import RunningService

Resource = dict[str, Any]


@pytest.fixture
def ehr() -> Iterator[FhirServer]:
    with FhirServer() as server:
        server.answers[f"Patient/{PATIENT}"] = Canned(fresh(person()))
        yield server


def call(ehr: FhirServer, prefetch: Resource, text: str = "bactrim ds bid", **authorization: Any) -> Resource:
    """order-sign with a token that allows everything, unless said otherwise; a member that is None is left out."""
    token: Resource = {
        "access_token": TOKEN,
        "token_type": "Bearer",
        "expires_in": 300,
        "scope": "patient/*.rs",
        "subject": "countersign",
        "patient": PATIENT,
        **authorization,
    }
    granted = {name: value for name, value in token.items() if value is not None}
    return {**order_sign(draft(text), prefetch=prefetch), "fhirServer": ehr.url, "fhirAuthorization": granted}


def opened(ehr: FhirServer) -> Resource:
    """patient-view without `notes`, with the same token."""
    viewed = patient_view()
    viewed["prefetch"] = without("notes")
    signed = call(ehr, {})
    return {**viewed, "fhirServer": ehr.url, "fhirAuthorization": signed["fhirAuthorization"]}


def without(*keys: str, **members: Any) -> Resource:
    return {key: value for key, value in chart(**members).items() if key not in keys}


def reads(service: RunningService, outcome: str = "done") -> list[dict[str, Any]]:
    return [row for row in service.rows("audit") if (row["action"], row["outcome"]) == ("fhir-read", outcome)]


WARFARIN = fresh(active("warfarin 5 mg daily"))


@pytest.mark.covers("D7", "E1", "E2", "E6", "C-56", "C-56")
def test_absent_keys_are_read_with_the_token_and_used(service: RunningService, ehr: FhirServer) -> None:
    ehr.answers["MedicationRequest"] = Canned(bundle(WARFARIN))
    before = len(reads(service))
    reply = service.ask(call(ehr, without("medications", "allergies")))
    assert [found["topic"] for found in reply.findings] == ["drug-interaction"]
    assert {one.headers["authorization"] for one in ehr.asked} == {f"Bearer {TOKEN}"}
    assert sorted(path.partition("?")[0] for path in ehr.paths) == ["AllergyIntolerance", "MedicationRequest"]
    assert len(reads(service)) == before + 2
    assert not [said for said in reply.not_assessed if "FHIR server" in said]


@pytest.mark.covers("E1")
@pytest.mark.parametrize("lifetime", ["300", "299.9", 299.9])
def test_a_lifetime_written_otherwise_is_a_lifetime(service: RunningService, ehr: FhirServer, lifetime: object) -> None:
    ehr.answers["MedicationRequest"] = Canned(bundle(WARFARIN))
    reply = service.ask(call(ehr, without("medications"), expires_in=lifetime, token_type="bearer"))
    assert [found["topic"] for found in reply.findings] == ["drug-interaction"]


@pytest.mark.covers("D4")
def test_a_search_names_the_patient_by_a_typed_reference(service: RunningService, ehr: FhirServer) -> None:
    service.ask(call(ehr, without("medications")))
    (asked,) = ehr.paths
    assert parse_qs(urlsplit(asked).query) == {"patient": [f"Patient/{PATIENT}"], "status": ["active"]}


@pytest.mark.covers("C-58", "D10", "C-58")
def test_a_failed_key_is_read_again(service: RunningService, ehr: FhirServer) -> None:
    ehr.answers["MedicationRequest"] = Canned(bundle(WARFARIN))
    failed = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "exception"}]}
    reply = service.ask(call(ehr, chart(medications=failed)))
    assert [found["topic"] for found in reply.findings] == ["drug-interaction"]


def test_a_whole_prefetch_asks_the_server_nothing(service: RunningService, ehr: FhirServer) -> None:
    service.ask(call(ehr, chart()))
    assert ehr.asked == []


@pytest.mark.covers("D11")
def test_further_pages_are_followed_under_the_same_base(service: RunningService, ehr: FhirServer) -> None:
    next_page = [{"relation": "next", "url": f"{ehr.url}/page-2"}]
    ehr.answers["page-2"] = Canned(bundle(WARFARIN))
    first = bundle(active("atorvastatin 20 mg daily", 2), link=next_page)
    reply = service.ask(call(ehr, chart(medications=first)))
    assert [found["topic"] for found in reply.findings] == ["drug-interaction"]
    assert ehr.paths == ["page-2"]


@pytest.mark.covers("D11", "D12", "L7")
@pytest.mark.parametrize("where", ["another origin", "another path", "up and out"])
def test_a_next_page_elsewhere_gets_no_request(service: RunningService, ehr: FhirServer, where: str) -> None:
    with FhirServer() as other:
        root = ehr.url.removesuffix("/fhir")
        url = {"another origin": other.url, "another path": root, "up and out": f"{ehr.url}/%2e%2e"}[where] + "/page-2"
        link = [{"relation": "next", "url": url}]
        reply = service.ask(call(ehr, chart(medications=bundle(WARFARIN, link=link))))
        assert (other.asked, ehr.asked) == ([], [])
    assert reply.card("drug-interaction")
    assert "further pages" in reply.card("not-assessed")["detail"]
    assert any("does not lie under the server's own address" in said for said in reply.not_assessed)


@pytest.mark.covers("D11")
def test_pages_without_end_are_bounded(service: RunningService, ehr: FhirServer) -> None:
    def endless(_: Asked) -> Canned:
        url = f"{ehr.url}/MedicationRequest?page={len(ehr.asked)}"
        return Canned(bundle(WARFARIN, link=[{"relation": "next", "url": url}]))

    ehr.answers["MedicationRequest"] = endless
    reply = service.ask(call(ehr, without("medications")))
    assert len(ehr.asked) <= 10
    assert any("too many pages" in said for said in reply.not_assessed)


@pytest.mark.covers("D-83")
@pytest.mark.parametrize(
    ("status", "said"),
    [
        (401, "did not accept the token"),
        (403, "not permitted"),
        (404, "not found"),
        (410, "deleted"),
        (429, "asks to wait"),
        (500, "the server failed (500)"),
        (503, "the server failed (503)"),
        (418, "answered 418"),
    ],
)
def test_an_error_status_is_said_and_never_taken_for_none(
    service: RunningService, ehr: FhirServer, status: int, said: str
) -> None:
    ehr.answers["AllergyIntolerance"] = Canned({"resourceType": "OperationOutcome"}, status, {"Retry-After": "9"})
    reply = service.ask(call(ehr, without("allergies")))
    assert "allergy list could not be read" in reply.card("not-assessed")["detail"]
    assert any("allergies could not be read from the FHIR server" in one and said in one for one in reply.not_assessed)


@pytest.mark.covers("E5", "D-85", "M1", "M2", "M3", "M4", "R1", "R4")
@pytest.mark.parametrize(
    ("scope", "asked"),
    [
        ("patient/AllergyIntolerance.read", ["AllergyIntolerance"]),
        ("patient/AllergyIntolerance.rs patient/MedicationRequest.r", ["AllergyIntolerance"]),
        ("user/*.cruds", ["AllergyIntolerance", "MedicationRequest"]),
        ("system/*.*", ["AllergyIntolerance", "MedicationRequest"]),
        ("patient/AllergyIntolerance.write", []),
        ("openid launch", []),
    ],
)
def test_the_scopes_decide_what_is_asked(
    service: RunningService, ehr: FhirServer, scope: str, asked: list[str]
) -> None:
    reply = service.ask(call(ehr, without("medications", "allergies"), scope=scope))
    assert sorted(path.partition("?")[0] for path in ehr.paths) == asked
    left = {"AllergyIntolerance": "allergy list", "MedicationRequest": "medication list"}
    for kind, name in left.items():
        if kind not in asked:
            assert f"{name} was not supplied" in reply.card("not-assessed")["detail"]


@pytest.mark.covers("D-85", "E1")
@pytest.mark.parametrize(
    ("member", "value", "said"),
    [
        ("token_type", "MAC", "type is not Bearer"),
        ("token_type", None, "type is not Bearer"),
        ("access_token", None, "not a usable string"),
        ("access_token", "two words", "not a usable string"),
        ("expires_in", None, "expires_in"),
        ("expires_in", 0, "expires_in"),
        ("expires_in", "0", "expires_in"),
        ("expires_in", "-300", "expires_in"),
        ("expires_in", "5 minutes", "expires_in"),
        ("expires_in", True, "expires_in"),
        ("scope", None, "grants nothing"),
        ("subject", None, "names no subject"),
        ("patient", "someone-else", "another patient"),
        ("patient", None, "names"),
    ],
)
def test_a_token_that_does_not_stand_is_not_used(
    service: RunningService, ehr: FhirServer, member: str, value: object, said: str
) -> None:
    before = len(reads(service, "refused"))
    reply = service.ask(call(ehr, without("allergies"), **{member: value}))
    assert ehr.asked == []
    assert any("FHIR server was not read" in one and said in one for one in reply.not_assessed)
    assert len(reads(service, "refused")) == before + 1
    assert TOKEN not in reply.text


@pytest.mark.covers("D-86", "D18")
def test_what_the_server_sends_of_another_patient_is_dropped_and_audited(
    service: RunningService, ehr: FhirServer
) -> None:
    foreign = fresh(active("simvastatin 40 mg", 2, subject={"reference": "Patient/someone-else"}))
    ehr.answers["MedicationRequest"] = Canned(bundle(WARFARIN, foreign))
    before = len(reads(service, "refused"))
    reply = service.ask(call(ehr, without("medications"), text="clarithromycin 500 mg bid"))
    assert "simvastatin" not in reply.text
    assert reply.card("drug-interaction")
    assert "further pages" in reply.card("not-assessed")["detail"]
    assert len(reads(service, "refused")) == before + 1


@pytest.mark.covers("D-86")
def test_another_patient_alone_is_not_an_empty_list(service: RunningService, ehr: FhirServer) -> None:
    ehr.answers["AllergyIntolerance"] = Canned(
        bundle(allergy("penicillin", patient={"reference": "Patient/someone-else"}))
    )
    reply = service.ask(call(ehr, without("allergies")))
    assert "allergy list could not be read" in reply.card("not-assessed")["detail"]


@pytest.mark.covers("D-86")
def test_another_patient_for_the_patient_is_dropped(service: RunningService, ehr: FhirServer) -> None:
    ehr.answers[f"Patient/{PATIENT}"] = Canned(fresh(person(id="someone-else")))
    reply = service.ask(call(ehr, without("patient")))
    assert "someone-else" not in reply.text
    assert any("another patient" in said for said in reply.not_assessed)


@pytest.mark.covers("E7")
@pytest.mark.parametrize("absolute", [False, True])
def test_a_medication_that_stands_nowhere_in_the_call_is_read(
    service: RunningService, ehr: FhirServer, absolute: bool
) -> None:
    code = {"coding": [{"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "11289"}], "text": "warfarin"}
    ehr.answers["Medication/m1"] = Canned({"resourceType": "Medication", "id": "m1", "code": code})
    pointer = {"reference": f"{ehr.url}/Medication/m1" if absolute else "Medication/m1"}
    order = active("", medicationReference=pointer)
    del order["medicationCodeableConcept"]
    reply = service.ask(call(ehr, chart(medications=bundle(order))))
    assert [found["topic"] for found in reply.findings] == ["drug-interaction"]
    assert ehr.paths == ["Medication/m1"]


@pytest.mark.covers("D-77", "E9")
def test_a_medication_on_another_server_is_not_read(service: RunningService, ehr: FhirServer) -> None:
    with FhirServer() as other:
        order = active("", medicationReference={"reference": f"{other.url}/Medication/m1"})
        del order["medicationCodeableConcept"]
        service.ask(call(ehr, chart(medications=bundle(order))))
        assert (ehr.asked, other.asked) == ([], [])


@pytest.mark.covers("D8", "C-56", "C-56", "F3")
def test_required_data_that_is_in_neither_place_is_412(service: RunningService, ehr: FhirServer) -> None:
    ehr.answers["AllergyIntolerance"] = Canned({}, 403)
    with requiring(service, "allergies"):
        reply = service.call(call(ehr, without("allergies")))
        assert reply.status == 412
        assert reply.issue["code"] == "required"
        assert "not permitted" in reply.issue["diagnostics"]


@pytest.mark.covers("D8", "D9", "C-59", "C-59")
def test_required_data_that_is_empty_or_on_the_server_is_no_412(service: RunningService, ehr: FhirServer) -> None:
    with requiring(service, "allergies"):
        assert service.call(call(ehr, chart(allergies=None))).status == 200
        assert service.call(call(ehr, without("allergies"))).status == 200
    assert [path.partition("?")[0] for path in ehr.paths] == ["AllergyIntolerance"]


@pytest.mark.covers("D7")
def test_an_order_does_not_wait_for_notes_of_the_server(service: RunningService, ehr: FhirServer) -> None:
    ehr.answers["DocumentReference"] = Canned(bundle(fresh(note("Allergies: penicillin."))))
    service.ask(call(ehr, without("medications", "notes")))
    assert [path.partition("?")[0] for path in ehr.paths] == ["MedicationRequest"]


@pytest.mark.covers("D7", "D8")
def test_chart_reconciliation_asks_the_server_for_the_newest_notes(service: RunningService, ehr: FhirServer) -> None:
    ehr.answers["DocumentReference"] = Canned(bundle(fresh(note("Allergies: penicillin (hives)."))))
    (card,) = service.ask(opened(ehr), "chart-reconciliation").cards
    assert "penicillin" in card["summary"].lower()
    (asked,) = ehr.paths
    assert parse_qs(urlsplit(asked).query) == {
        "patient": [f"Patient/{PATIENT}"],
        "status": ["current"],
        "_sort": ["-date"],
        "_count": ["20"],
    }


@pytest.mark.covers("D8", "F3")
def test_chart_reconciliation_is_412_when_the_notes_are_to_be_had_nowhere(
    service: RunningService, ehr: FhirServer
) -> None:
    ehr.answers["DocumentReference"] = Canned({}, 403)
    reply = service.call(opened(ehr), "chart-reconciliation")
    assert reply.status == 412
    assert "notes" in reply.issue["diagnostics"] and "not permitted" in reply.issue["diagnostics"]
    del ehr.answers["DocumentReference"]
    assert service.call(opened(ehr), "chart-reconciliation").status == 200  # none is not unknown


class requiring:
    """While it lasts, medication-safety cannot do without `keys`."""

    def __init__(self, service: RunningService, *keys: str) -> None:
        assert service.rooms is not None
        self._services: Any = service.rooms.services
        self._keys = keys

    def __enter__(self) -> None:
        self._before = self._services["medication-safety"]
        self._services["medication-safety"] = replace(self._before, required=self._keys)

    def __exit__(self, *_: object) -> None:
        self._services["medication-safety"] = self._before
